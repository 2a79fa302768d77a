/**
 * A hotfix that does not wait for a freeze to end. A freeze is a promise to people, so people let it be broken: whoever
 * asks says why and under which ticket, and two of those who approve say yes to exactly that. A line that somebody has
 * stopped is not passed by it, nor is anything that nobody can say.
 */
import type { Obstacle } from './line.ts';

export interface FreezeOverride {
  /** Why it cannot wait. */
  readonly reason: string;
  /** Where people talk about it, INC-4711. */
  readonly ticket: string;
}

/** At least so many different people approve it, whatever the environment asks for otherwise. */
export const peopleForOverride = 2;

/** What approvers read in the statement. */
export const overrideText = ({ ticket, reason }: FreezeOverride): string => `passes freezes, ${ticket}: ${reason}`;

/** What is still in the way of a release with this override, once it is approved. */
export const notOverridden = (obstacles: readonly Obstacle[], override: FreezeOverride | undefined): readonly Obstacle[] =>
  override === undefined ? obstacles : obstacles.filter(({ kind }) => kind !== 'freeze');
