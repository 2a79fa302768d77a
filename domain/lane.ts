/**
 * A lane lets one release at a time touch one thing. Rollbacks first, then hotfixes, then the order of
 * asking. Pure: the lane workflow keeps this value and carries out what it says.
 */
import type { LaneRef, Urgency } from './order.ts';

export interface Waiter {
  readonly releaseId: string;
  readonly urgency: Urgency;
  /**
   * Which asking of this release this is, from 1: a release that left and asked again takes no answer to what it asked
   * before, which may still be on its way. Left out by releases from before askings were counted.
   */
  readonly asked?: number | undefined;
}

export interface Lane {
  readonly holder: Waiter | null;
  readonly waiting: readonly Waiter[];
}

export const emptyLane: Lane = { holder: null, waiting: [] };

/** The lane's workflow, by name: activities and the API start and signal it without importing `workflows/`. */
export const laneWorkflow = { type: 'lane', taskQueue: 'releases' } as const;

/** The signals' names, as `workflows/messages.ts` defines them. */
export const laneSignals = { enter: 'enterLane', leave: 'leaveLane', position: 'lanePosition', wanted: 'laneWanted' } as const;

export const laneIdOf = (lane: LaneRef): string => `lane/${lane.kind}/${lane.key}`;

/** More than this many in one lane means that something else is wrong; the next one is turned away, unless it is a way back. */
export const waitingMax = 100;

const rank: Readonly<Record<Urgency, number>> = { rollback: 0, hotfix: 1, normal: 2 };

/** Asking again keeps the place, and is what is answered from then on. The newcomer stands behind everyone as urgent as itself. */
export function enter(lane: Lane, newcomer: Waiter): Lane {
  if (positionOf(lane, newcomer.releaseId) !== undefined) return askedAgain(lane, newcomer);
  if (lane.waiting.length >= waitingMax && newcomer.urgency !== 'rollback') return lane;
  const waiting = [...lane.waiting, newcomer].toSorted((a, b) => rank[a.urgency] - rank[b.urgency]);
  return grant({ ...lane, waiting });
}

function askedAgain({ holder, waiting }: Lane, { releaseId, asked }: Waiter): Lane {
  const now = <T extends Waiter | null>(waiter: T) => (waiter?.releaseId === releaseId ? { ...waiter, asked } : waiter);
  return { holder: now(holder), waiting: waiting.map(now) };
}

/** Harmless for whoever is not there. */
export function leave(lane: Lane, releaseId: string): Lane {
  const holder = lane.holder?.releaseId === releaseId ? null : lane.holder;
  return grant({ holder, waiting: lane.waiting.filter((waiter) => waiter.releaseId !== releaseId) });
}

/** 0 holds the lane, 1 is next, `undefined` is not there. */
export function positionOf(lane: Lane, releaseId: string): number | undefined {
  if (lane.holder?.releaseId === releaseId) return 0;
  const index = lane.waiting.findIndex((waiter) => waiter.releaseId === releaseId);
  return index === -1 ? undefined : index + 1;
}

/** A rollback that waits asks the holder to give way: people wait for the old version, not for a canary. */
export const isWanted = (lane: Lane): boolean =>
  lane.holder !== null && lane.holder.urgency !== 'rollback' && lane.waiting[0]?.urgency === 'rollback';

function grant(lane: Lane): Lane {
  const [next, ...rest] = lane.waiting;
  return lane.holder === null && next !== undefined ? { holder: next, waiting: rest } : lane;
}
