/**
 * One Helm operation a slot at a time, across workers and machines: a Lease object in the slot's namespace,
 * `plimsoll-helm-<service>-<slot>`, made before Helm starts and deleted after. An operation that broke leaves
 * it marked as ended, so that the next one knows that what it finds pending is nobody's.
 */
import { randomUUID } from 'node:crypto';
import { type V1Lease, V1MicroTime } from '@kubernetes/client-node';
import { Context } from '@temporalio/activity';
import type { ReleaseRef } from '../../domain/ports.ts';
import type { Slot } from '../../domain/slot.ts';
import { failure } from '../failure.ts';
import { answered, type Cluster, type ClusterRef, connect, hasStatus, orNull } from '../tool/cluster.ts';
import { leaseVariable, type Machine, thisMachine, thisWorker } from '../tool/machine.ts';
import { abandonedSeconds, type Holder, holder, isOver } from './holder.ts';

export interface SlotRef {
  readonly release: ReleaseRef;
  readonly cluster: ClusterRef;
  readonly slot: Slot;
}

export interface Held {
  /** For the environment of every Helm that runs under this lease. */
  readonly env: Readonly<Record<string, string>>;
  /** True when the operation before never gave the lease back: what is pending is its own, and it is over. */
  readonly inherited: boolean;
}

export type WithLease = <T>(slot: SlotRef, work: (held: Held) => Promise<T>) => Promise<T>;

/** Often enough that a living holder is never taken for a silent one. */
const renewSeconds = 10;

export const leaseName = (service: string, slot: Slot): string => `plimsoll-helm-${service}-${slot}`;

export function createLeases({
  kubeconfig,
  machine = thisMachine,
}: {
  readonly kubeconfig: string;
  readonly machine?: Machine;
}): WithLease {
  /** Tokens of operations that run in this very process. */
  const working = new Set<string>();

  return async (slot, work) => {
    const { coordination } = connect(kubeconfig, slot.cluster.name);
    const me: Holder = {
      releaseId: slot.release.releaseId,
      token: randomUUID(),
      machine: machine.id,
      worker: thisWorker(machine),
      ended: false,
    };
    working.add(me.token);
    try {
      const taken = await answered(() => take(coordination, slot, me, machine, working));
      const keeper = keep(coordination, slot, me, taken.lease);
      try {
        const answer = await work({ env: { [leaseVariable]: me.token }, inherited: taken.inherited });
        await keeper.giveBack();
        return answer;
      } catch (error) {
        await keeper.leave();
        throw error;
      }
    } finally {
      working.delete(me.token);
    }
  };
}

type Coordination = Cluster['coordination'];

async function take(coordination: Coordination, slot: SlotRef, me: Holder, machine: Machine, working: ReadonlySet<string>) {
  const { namespace } = slot.cluster;
  const name = leaseName(slot.release.service, slot.slot);
  try {
    return { lease: await coordination.createNamespacedLease({ namespace, body: leaseFor(slot, me) }), inherited: false };
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
  }
  const found = await orNull(coordination.readNamespacedLease({ name, namespace }));
  if (found === null || !(await holderIsOver(found, machine, working))) throw busy(slot, found);
  try {
    // The version is the fence: of two that found the same dead holder, one gets the lease.
    const body = leaseFor(slot, me, { version: versionOf(found) });
    return { lease: await coordination.replaceNamespacedLease({ name, namespace, body }), inherited: true };
  } catch (error) {
    throw hasStatus(error, 404, 409) ? busy(slot, null) : error;
  }
}

const versionOf = ({ metadata }: V1Lease): string => metadata?.resourceVersion ?? '';

async function holderIsOver({ spec }: V1Lease, machine: Machine, working: ReadonlySet<string>): Promise<boolean> {
  const renewedSecondsAgo = (Date.now() - new Date(spec?.renewTime ?? 0).getTime()) / 1000;
  const parsed = holderOf(spec?.holderIdentity);
  if (parsed === null) return renewedSecondsAgo > abandonedSeconds;
  return await isOver(parsed, renewedSecondsAgo, machine, { pid: process.pid, works: (token) => working.has(token) });
}

function holderOf(text: string | undefined): Holder | null {
  try {
    return holder.parse(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
}

const busy = ({ release, slot }: SlotRef, found: V1Lease | null) => {
  const by = holderOf(found?.spec?.holderIdentity)?.releaseId;
  return failure('helm.busy', `a Helm operation on slot ${slot} of ${release.service} is not over${by === undefined ? '' : `, for ${by}`}`);
};

function leaseFor(
  { release, cluster, slot }: SlotRef,
  me: Holder,
  { version, acquired = new V1MicroTime() }: { readonly version?: string; readonly acquired?: V1MicroTime } = {},
): V1Lease {
  return {
    metadata: {
      name: leaseName(release.service, slot),
      namespace: cluster.namespace,
      labels: { 'plimsoll.dev/service': release.service, 'plimsoll.dev/slot': slot },
      annotations: { 'plimsoll.dev/release': release.releaseId },
      ...(version === undefined ? {} : { resourceVersion: version }),
    },
    spec: {
      holderIdentity: JSON.stringify(me),
      acquireTime: acquired,
      renewTime: new V1MicroTime(),
      leaseDurationSeconds: abandonedSeconds,
    },
  };
}

/**
 * Renews while the work lasts. Trouble with the lease never fails an operation whose effect is there: a lease
 * that could not be given back is found to be over by the next one that wants it.
 */
function keep(coordination: Coordination, slot: SlotRef, me: Holder, taken: V1Lease) {
  const { log } = Context.current();
  const place = { name: leaseName(slot.release.service, slot.slot), namespace: slot.cluster.namespace };
  const acquired = new V1MicroTime(taken.spec?.acquireTime ?? Date.now());
  let version = versionOf(taken);
  let last: Promise<void> = Promise.resolve();

  const attempt = async (what: string, write: () => Promise<void>) => {
    try {
      await write();
    } catch (error) {
      log.warn(`a Helm lease could not be ${what}`, { ...place, error: String(error).slice(0, 200) });
    }
  };
  /** One write after the other: each needs the version that the one before made. */
  const rewrite = (holder: Holder) => {
    last = last.then(() =>
      attempt('renewed', async () => {
        version = versionOf(await coordination.replaceNamespacedLease({ ...place, body: leaseFor(slot, holder, { version, acquired }) }));
      }),
    );
    return last;
  };
  const timer = setInterval(() => void rewrite(me), renewSeconds * 1000);

  return {
    async giveBack() {
      clearInterval(timer);
      await last;
      // Only ours: whoever took it over has written another version.
      await attempt('given back', async () => {
        await coordination.deleteNamespacedLease({ ...place, body: { preconditions: { resourceVersion: version } } });
      });
    },
    async leave() {
      clearInterval(timer);
      await rewrite({ ...me, ended: true });
    },
  };
}
