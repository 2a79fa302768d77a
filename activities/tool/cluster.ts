/**
 * One cluster's API: found by its name in the kubeconfig, every call bounded in time, every error in the words
 * of the failure table. Refuses to guess: a worker that knows no context for a cluster does not try another.
 */
import {
  ApiException,
  AppsV1Api,
  CoordinationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  createConfiguration,
  KubeConfig,
  type RequestContext,
  ServerConfiguration,
} from '@kubernetes/client-node';
import { failure } from '../failure.ts';

export interface ClusterRef {
  readonly name: string;
  readonly namespace: string;
}

export interface Cluster {
  readonly context: string;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly coordination: CoordinationV1Api;
  readonly custom: CustomObjectsApi;
}

/** The API server answers in milliseconds; one that has not after this long is not going to. */
const callSecondsMax = 10;

/** Reads the file each time: credentials in it are renewed while the worker runs. */
export function connect(kubeconfig: string, name: string): Cluster {
  const config = new KubeConfig();
  try {
    config.loadFromFile(kubeconfig);
  } catch {
    throw failure('kubernetes.unreachable', 'the worker has no readable kubeconfig');
  }
  const context = contextFor(
    name,
    config.getContexts().map((one) => one.name),
  );
  if (context === null) throw failure('kubernetes.unreachable', `the worker's kubeconfig has no context for the cluster ${name}`);
  config.setCurrentContext(context);
  // The library makes a connection pool for each call; the first one serves them all, which spares a TLS
  // handshake a call (measured on two busy cores: 21 ms became 11).
  let pool: ReturnType<RequestContext['getDispatcher']>;
  const calls = createConfiguration({
    baseServer: new ServerConfiguration(config.getCurrentCluster()?.server ?? '', {}),
    authMethods: { default: config },
    promiseMiddleware: [
      {
        pre: async (request) => {
          request.setSignal(AbortSignal.timeout(callSecondsMax * 1000));
          pool ??= request.getDispatcher();
          if (pool !== undefined) request.setDispatcher(pool);
          return request;
        },
        post: async (response) => response,
      },
    ],
  });
  return {
    context,
    core: new CoreV1Api(calls),
    apps: new AppsV1Api(calls),
    coordination: new CoordinationV1Api(calls),
    custom: new CustomObjectsApi(calls),
  };
}

/**
 * The context with the cluster's name, or EKS's own name for it (`arn:aws:eks:…:cluster/<name>`). On a local
 * stack one kwok cluster stands in for every cluster of the catalog.
 */
export function contextFor(cluster: string, contexts: readonly string[]): string | null {
  const named = contexts.find((context) => context === cluster || context.endsWith(`:cluster/${cluster}`));
  if (named !== undefined) return named;
  const [only] = contexts;
  return contexts.length === 1 && only?.startsWith('kwok-') ? only : null;
}

export const hasStatus = (error: unknown, ...codes: readonly number[]): boolean =>
  error instanceof ApiException && codes.includes(error.code);

/** `null` where the API says that there is no such object. */
export async function orNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (hasStatus(error, 404)) return null;
    throw error;
  }
}

/** Does the work, and says in the words of the table what went wrong. Failures of ours pass as they are. */
export async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiException) throw failureOf(error.code);
    if (isNetworkError(error)) throw failure('kubernetes.unreachable', `the cluster did not answer: ${codeOf(error)}`);
    throw error;
  }
}

/** Bad requests are bad again tomorrow; anything else (rights, overload, a missing kind) may be put right meanwhile. */
function failureOf(status: number) {
  if (status === 409) return failure('route.contested', 'the object was written by somebody else meanwhile');
  if (status === 400 || status === 422) return failure('tool.rejected', `Kubernetes refused the object with ${status}`);
  return failure('kubernetes.unreachable', `the cluster answered ${status}`);
}

const codeOf = (error: unknown): string => {
  const { cause, name } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? name;
};

/** What fetch throws: a TypeError with the socket's error as its cause, or the time limit. */
const isNetworkError = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'TimeoutError' || (error instanceof TypeError && error.cause !== undefined));
