/**
 * The lab's only talk with Kubernetes: it follows pods, Services and HTTPRoutes of one namespace and writes the
 * status of routes. It changes nothing else.
 */
import {
  CoreV1Api,
  CustomObjectsApi,
  type Informer,
  KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
  type ObjectCache,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import type { Logger } from 'pino';
import { type Pod, podFrom, type Route, routeFrom, type Service, serviceFrom } from './objects.ts';
import type { RouteStatus } from './route-status.ts';

const serviceLabel = 'plimsoll.dev/service';
const routes = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes' };
const fieldManager = 'plimsoll-lab';

/** Between a broken watch and a new list: soon enough for a person, rare enough for an API server that starts. */
const restartMs = 500;

export interface Followed<T> {
  /** As of the last event; the same array until something changes. */
  items(): readonly T[];
  /** True once the first list has been read. */
  synced(): boolean;
  stop(): Promise<void>;
}

export interface LabCluster {
  followPods(onChange: () => void): Followed<Pod>;
  followServices(onChange: () => void): Followed<Service>;
  followRoutes(onChange: () => void): Followed<Route>;
  writeRouteStatus(route: Route, status: RouteStatus): Promise<void>;
}

export function connectCluster(kubeconfigFile: string, namespace: string, log: Logger): LabCluster {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubeconfigFile);
  const core = kubeConfig.makeApiClient(CoreV1Api);
  const custom = kubeConfig.makeApiClient(CustomObjectsApi);
  const corePath = `/api/v1/namespaces/${namespace}`;
  const routePath = `/apis/${routes.group}/${routes.version}/namespaces/${namespace}/${routes.plural}`;
  const listRoutes = async () =>
    (await custom.listNamespacedCustomObject({ ...routes, namespace })) as KubernetesListObject<KubernetesObject>;

  return {
    followPods: (onChange) =>
      follow({
        what: 'pods',
        make: () =>
          makeInformer(
            kubeConfig,
            `${corePath}/pods`,
            () => core.listNamespacedPod({ namespace, labelSelector: serviceLabel }),
            serviceLabel,
          ),
        parse: podFrom,
        onChange,
        log,
      }),
    followServices: (onChange) =>
      follow({
        what: 'services',
        make: () => makeInformer(kubeConfig, `${corePath}/services`, () => core.listNamespacedService({ namespace })),
        parse: serviceFrom,
        onChange,
        log,
      }),
    followRoutes: (onChange) =>
      follow({ what: 'routes', make: () => makeInformer(kubeConfig, routePath, listRoutes), parse: routeFrom, onChange, log }),

    async writeRouteStatus({ name }, status) {
      const body = { apiVersion: `${routes.group}/${routes.version}`, kind: 'HTTPRoute', metadata: { name, namespace }, status };
      await custom.patchNamespacedCustomObjectStatus(
        { ...routes, namespace, name, body, fieldManager, force: true },
        setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
      );
    },
  };
}

interface Follow<T, O extends KubernetesObject> {
  readonly what: string;
  readonly make: () => Informer<O> & ObjectCache<O>;
  readonly parse: (object: unknown) => T;
  readonly onChange: () => void;
  readonly log: Logger;
}

/**
 * Keeps a parsed copy of a list. After a broken watch a new informer lists from the beginning, so nothing that
 * happened meanwhile is missed; until then the old copy stays, because a broken watch says nothing about pods.
 */
function follow<T, O extends KubernetesObject>({ what, make, parse, onChange, log }: Follow<T, O>): Followed<T> {
  let items: readonly T[] = [];
  let synced = false;
  let stopped = false;
  let restart: NodeJS.Timeout | undefined;
  let stopInformer = () => Promise.resolve();

  const understood = (object: O): T[] => {
    try {
      return [parse(object)];
    } catch (error) {
      log.warn({ what, name: object.metadata?.name, because: String(error) }, 'left out: not understood');
      return [];
    }
  };

  const begin = () => {
    const informer = make();
    let broken = false;
    let scheduled = false;
    /** Events of one list or one burst become one refresh. */
    const schedule = () => {
      if (scheduled) return;
      scheduled = true;
      setImmediate(() => {
        scheduled = false;
        if (stopped || broken) return;
        items = informer.list().flatMap(understood);
        onChange();
      });
    };
    informer.on('change', schedule);
    informer.on('error', (error: unknown) => {
      if (broken || stopped) return;
      broken = true;
      log.warn({ what, because: String(error) }, 'watch broke: listing again');
      restart = setTimeout(begin, restartMs);
    });
    stopInformer = () => informer.stop();
    // Resolves after the first list, or after the error handler has been told why there is none.
    void informer.start().then(() => {
      if (broken) return;
      synced = true;
      schedule();
    });
  };
  begin();

  return {
    items: () => items,
    synced: () => synced,
    async stop() {
      stopped = true;
      clearTimeout(restart);
      await stopInformer();
    },
  };
}
