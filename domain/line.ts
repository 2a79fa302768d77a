/**
 * The line of an environment: everything that is released into it. It stands still while a freeze of the catalog is
 * on, or while somebody has stopped it. Rollbacks pass: they are how one gets out of trouble.
 */
import type { Caller } from './caller.ts';
import type { Renewal, WaiverInPlay } from './waiver.ts';

/** What is in the way now. Nothing in the way is an empty list; not knowing is something in the way. */
export type Obstacle =
  | { readonly kind: 'freeze'; readonly name: string; readonly reason: string /** RFC 3339, UTC. */; readonly until: string }
  | { readonly kind: 'stopped'; readonly by: string; readonly reason: string; readonly since: string }
  /** One that the release needs has ended since, and was not renewed. */
  | ({ readonly kind: 'waiver' } & Pick<WaiverInPlay, 'name' | 'rule' | 'owner' | 'until'>)
  | { readonly kind: 'unknown'; readonly reason: string };

export interface LineQuestion {
  /** Waivers that the release needs and that have ended: each is in the way unless it was renewed. */
  readonly ended?: readonly WaiverInPlay[] | undefined;
}

export interface LineAnswer {
  readonly obstacles: readonly Obstacle[];
  readonly renewed?: readonly Renewal[] | undefined;
}

export function obstacleText(obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case 'freeze':
      return `freeze ${obstacle.name} until ${obstacle.until}: ${obstacle.reason}`;
    case 'stopped':
      return `the line was stopped by ${obstacle.by} at ${obstacle.since}: ${obstacle.reason}`;
    case 'waiver':
      return `the waiver ${obstacle.name} for ${obstacle.rule} ended at ${obstacle.until}: ${obstacle.owner} renews it in the catalog, or somebody aborts the release`;
    case 'unknown':
      return `nobody can say whether the line is free: ${obstacle.reason}`;
  }
}

/** A clock or whoever stopped the line ends the others; these wait for whoever can say what is true, or renew what has ended. */
export const needsPerson = ({ kind }: Obstacle): boolean => kind === 'unknown' || kind === 'waiver';

export const obstaclesText = (obstacles: readonly Obstacle[]): string => obstacles.map(obstacleText).join('; ');

/** A catalog that changes under a freeze is noticed within this; a line that is resumed tells who waits for it. */
const lookAgainMilliseconds = 15 * 60_000;
/** Shorter pauses are no use: nothing ends within one of them that is not told. */
const pauseMillisecondsMin = 1_000;

/** How long to wait before looking again: until the last of the freezes ends, and never for long. */
export function pauseFor(obstacles: readonly Obstacle[], nowMilliseconds: number): number {
  const ends = obstacles.map((one) => (one.kind === 'freeze' ? Date.parse(one.until) - nowMilliseconds : Infinity));
  return Math.min(lookAgainMilliseconds, Math.max(pauseMillisecondsMin, ...ends));
}

/* ------------------------------------------------- the workflow of a stopped line */

export interface Stop {
  readonly by: Caller;
  readonly reason: string;
  /** RFC 3339. */
  readonly at: string;
}

/** Runs while a line is stopped and at no other time; activities and the API know it by these names. */
export const lineWorkflow = { type: 'line', taskQueue: 'releases' } as const;
export const lineSignals = { wait: 'waitForLine', changed: 'lineChanged' } as const;

/**
 * What it says of itself in its memo. Resumed, it still runs until everybody who waits is told: whoever looks meanwhile
 * finds the line free.
 */
export const lineMemo = { stop: 'stop', resumed: 'resumed' } as const;

export const lineIdOf = (environment: string): string => `line/${environment}`;

/** Whoever stopped a line does not judge alone that it may go on. */
export function whyNotResumed(stop: Stop, by: Caller): string | undefined {
  if (by.kind !== 'human') return `${by.subject} is a machine; a person has to resume the line`;
  if (by.subject === stop.by.subject) return `${by.subject} stopped the line; another person has to resume it`;
  return undefined;
}
