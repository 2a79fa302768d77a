/**
 * A model server for every pod that has become ready, until the pod is gone. Works from the whole list each
 * time, so it does not matter which events were seen.
 *
 * Refuses more than `podsPerSlotMax` pods of a slot: the lab is one process on someone's laptop.
 */
import type { Logger } from 'pino';
import { behaviourOf } from './behaviour.ts';
import type { ModelServer, ModelServerOptions } from './model-server.ts';
import type { Pod } from './objects.ts';
import type { Target } from './routing.ts';

export const podsPerSlotMax = 8;

export const podLabels = {
  service: 'plimsoll.dev/service',
  slot: 'plimsoll.dev/slot',
  release: 'plimsoll.dev/release',
  version: 'plimsoll.dev/version',
} as const;

export interface Fleet {
  reconcile(pods: readonly Pod[]): void;
  /** Every running server: what Prometheus scrapes. */
  running(): readonly Target[];
  /** Those whose pod is ready: what the gateway may ask. */
  askable(): readonly Target[];
  close(): Promise<void>;
}

interface FleetOptions {
  readonly start: (options: Omit<ModelServerOptions, 'isSilent'>, service: string) => Promise<ModelServer>;
  /** Called when a server has begun to listen. */
  readonly onChange: () => void;
  readonly log: Logger;
}

interface Member {
  pod: Pod;
  readonly starting: Promise<ModelServer>;
  server: ModelServer | null;
}

export function createFleet({ start, onChange, log }: FleetOptions): Fleet {
  const members = new Map<string, Member>();
  /** Pods already refused, so that each is named once. */
  const refused = new Set<string>();
  const closing = new Set<Promise<void>>();

  const refuse = (pod: Pod, because: string) => {
    if (refused.has(pod.uid)) return;
    refused.add(pod.uid);
    log.warn({ pod: pod.name, because }, 'no model server for this pod');
  };

  const add = (pod: Pod) => {
    try {
      const behaviour = behaviourOf(pod.annotations);
      const starting = start(
        { pod: pod.name, version: pod.labels[podLabels.version] ?? '', behaviour },
        pod.labels[podLabels.service] ?? '',
      );
      const member: Member = { pod, starting, server: null };
      members.set(pod.uid, member);
      void starting.then(
        (server) => {
          member.server = server;
          log.info({ pod: pod.name, port: server.port, behaviour }, 'model server started');
          onChange();
        },
        (error: unknown) => log.error({ pod: pod.name, because: String(error) }, 'model server did not start'),
      );
    } catch (error) {
      refuse(pod, `its annotations are not understood: ${String(error)}`);
    }
  };

  const remove = ({ pod, starting }: Member) => {
    members.delete(pod.uid);
    const closed = starting
      .then((server) => server.close())
      .then(
        () => log.info({ pod: pod.name }, 'model server stopped'),
        (error: unknown) => log.error({ pod: pod.name, because: String(error) }, 'model server did not stop'),
      )
      .finally(() => closing.delete(closed));
    closing.add(closed);
  };

  const targets = (wanted: (pod: Pod) => boolean): readonly Target[] =>
    [...members.values()].flatMap(({ pod, server }) =>
      server !== null && wanted(pod) ? [{ pod: pod.name, port: server.port, labels: pod.labels }] : [],
    );

  return {
    reconcile(pods) {
      const present = new Map(pods.filter(({ terminating }) => !terminating).map((pod) => [pod.uid, pod]));
      for (const member of members.values()) {
        const pod = present.get(member.pod.uid);
        if (pod === undefined) remove(member);
        else member.pod = pod;
      }
      for (const uid of refused) if (!present.has(uid)) refused.delete(uid);
      const oldestFirst = [...present.values()].toSorted((one, other) => one.createdAtMs - other.createdAtMs);
      for (const pod of oldestFirst) {
        if (!pod.ready || members.has(pod.uid)) continue;
        const ofItsSlot = [...members.values()].filter((member) => slotOf(member.pod) === slotOf(pod)).length;
        if (ofItsSlot >= podsPerSlotMax) refuse(pod, `its slot already has ${podsPerSlotMax}`);
        else add(pod);
      }
    },
    running: () => targets(() => true),
    askable: () => targets(({ ready }) => ready),
    async close() {
      for (const member of members.values()) remove(member);
      await Promise.all(closing);
    },
  };
}

const slotOf = ({ labels }: Pod) => `${labels[podLabels.service]}/${labels[podLabels.slot]}`;
