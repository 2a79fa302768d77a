/** What the workflow of a finding asks of the world, by the rules of `domain/ports.ts`. */
import type { Digest } from '../digest.ts';
import type { ReleaseRecord } from '../record.ts';
import type { Threat } from './finding.ts';
import type { Concerned } from './told.ts';

export interface DetectionPort {
  /**
   * Releases that a finding may be about: open ones, and those whose version serves now. One that does not say what it has
   * (it began before they did) may always be: it decides itself. Open ones first, since they may have traffic to take away,
   * then in the order of their ids, a page at a time: the last one of a page says whether there may be more.
   */
  findConcerned(input: {
    readonly threat: Threat;
    /** What the page before ended with. A run from before open ones came first named an id alone, and gets the first page. */
    readonly after?: Pick<Concerned, 'releaseId' | 'state'> | string | undefined;
  }): Promise<readonly Concerned[]>;
}

/** The chain of one finding. */
export interface FindingLedgerPort {
  readFinding(input: { readonly findingId: string }): Promise<{ readonly nextSequence: number; readonly head: Digest | null }>;
  /** As `appendRecords`. */
  appendFinding(input: { readonly findingId: string; readonly records: readonly ReleaseRecord[] }): Promise<void>;
  /** Signs what its chain ends with. */
  sealFinding(input: { readonly findingId: string }): Promise<void>;
}
