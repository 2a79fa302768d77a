/**
 * Puts the lab together: whatever changes in the cluster, the servers follow, then the gateway's table, then the
 * routes' status, in this order, so that a status never promises what the gateway does not yet do.
 */
import type { Logger } from 'pino';
import { connectCluster, type LabCluster } from './cluster.ts';
import { startControl } from './control.ts';
import { createFleet } from './fleet.ts';
import { startGateway } from './gateway.ts';
import { startLoad } from './load.ts';
import { startModelServer } from './model-server.ts';
import type { Route, Service } from './objects.ts';
import { randomFrom } from './random.ts';
import { statusToWrite } from './route-status.ts';
import { ownRoutes, type RoutingTable, routingTable } from './routing.ts';
import { createSilence } from './silence.ts';
import { targetsDocument } from './targets.ts';

export interface LabOptions {
  readonly kubeconfig: string;
  readonly namespace: string;
  /** 0 lets the system choose. */
  readonly gatewayPort: number;
  readonly labPort: number;
  readonly rps: number;
  readonly log: Logger;
}

export interface Lab {
  readonly gatewayPort: number;
  readonly labPort: number;
  stop(): Promise<void>;
}

export async function startLab({ kubeconfig, namespace, gatewayPort, labPort, rps, log }: LabOptions): Promise<Lab> {
  const cluster = connectCluster(kubeconfig, namespace, log);
  const silence = createSilence();
  const gateway = await startGateway({ port: gatewayPort, random: randomFrom('gateway') });
  let table: RoutingTable = new Map();

  const follow = () => {
    fleet.reconcile(pods.items());
    table = routingTable(routes.items(), services.items(), fleet.askable());
    gateway.use(table);
    // Unread is not missing: nothing is said about a route before everything it needs has been read.
    if (pods.synced() && services.synced()) reports.update(routes.items(), services.items());
  };
  const fleet = createFleet({
    start: (options, service) => startModelServer({ ...options, isSilent: () => silence.isSilent(service) }),
    onChange: follow,
    log,
  });
  const reports = reportRoutes(cluster, log);
  const pods = cluster.followPods(() => follow());
  const services = cluster.followServices(() => follow());
  const routes = cluster.followRoutes(() => follow());

  const load = startLoad({ gatewayPort: gateway.port, rps, hostnames: () => table.keys(), registry: gateway.registry });
  const control = await startControl({
    port: labPort,
    missing: () => Object.entries({ pods, services, routes }).flatMap(([what, followed]) => (followed.synced() ? [] : [what])),
    targets: () => targetsDocument(fleet.running(), namespace),
    registry: gateway.registry,
    silence,
    load,
  });
  log.info({ gateway: gateway.port, control: control.port, namespace, rps }, 'lab is up');

  return {
    gatewayPort: gateway.port,
    labPort: control.port,
    async stop() {
      load.stop();
      reports.stop();
      await Promise.all([pods.stop(), services.stop(), routes.stop()]);
      await gateway.close();
      await fleet.close();
      await control.close();
      log.info('lab is down');
    },
  };
}

/** Soon enough for a caller who waits for the status, rare enough for an API server in trouble. */
const reportAgainMs = 250;

interface Reports {
  update(routes: readonly Route[], services: readonly Service[]): void;
  stop(): void;
}

/** One write at a time a route, always of what is true then: an older status never overtakes a newer one. */
function reportRoutes(cluster: LabCluster, log: Logger): Reports {
  const writing = new Set<string>();
  let routes: readonly Route[] = [];
  let names: ReadonlySet<string> = new Set();
  const stopping = new AbortController();

  const write = async (name: string) => {
    for (let written: Route | undefined; !stopping.signal.aborted; ) {
      const route = routes.find((candidate) => candidate.name === name);
      // The watch brings our own write back; until then the same object would be written again.
      if (route === undefined || route === written) return;
      const status = statusToWrite(route, names, new Date());
      if (status === null) return;
      await cluster.writeRouteStatus(route, status);
      written = route;
    }
  };

  const report = async (name: string) => {
    if (writing.has(name)) return;
    writing.add(name);
    try {
      await write(name);
    } catch (error) {
      log.warn({ route: name, because: String(error) }, 'status not written');
      setTimeout(() => void report(name), reportAgainMs);
    } finally {
      writing.delete(name);
    }
  };

  return {
    update(nextRoutes, services) {
      routes = ownRoutes(nextRoutes);
      names = new Set(services.map(({ name }) => name));
      for (const { name } of routes) void report(name);
    },
    stop() {
      stopping.abort();
    },
  };
}
