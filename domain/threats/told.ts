/** How the workflow of one finding is found, and whom it may concern. */
import type { NoticeTarget } from '../notice.ts';
import type { ThreatNews } from './finding.ts';

export const findingWorkflow = { type: 'finding', taskQueue: 'releases' } as const;
export const findingIdOf = (id: string): string => `finding/${id}`;
export const findingSignalName = 'finding';

export interface ReceivedThreat extends ThreatNews {
  /** Who is told of every finding that counts, also where it is about no release. */
  readonly notices: readonly NoticeTarget[];
}

/** A release that a finding may be about. */
export interface Concerned {
  readonly releaseId: string;
  readonly service: string;
  readonly environment: string;
  readonly team: string;
  /** `serves`: it has ended as released, and nothing has taken its place since. `promoted`: the same, and it only tidies up. */
  readonly state: 'open' | 'promoted' | 'serves';
  /** Of its environment: who is told. */
  readonly notices: readonly NoticeTarget[];
  /** There may be others after this one: whoever wants them asks again. */
  readonly more?: true | undefined;
}
