/** What the phases of one release hand to each other. */
import type { Blob } from '../domain/blob.ts';
import type { Digest } from '../domain/digest.ts';
import type { JudgeState } from '../domain/judge/judge.ts';
import type { OutcomeKind } from '../domain/outcome.ts';
import type { PlanResult } from '../domain/ports.ts';

/** How a release ends, before it is known what had to be put back. */
export interface Ending {
  readonly kind: OutcomeKind;
  readonly reason: string;
  readonly by?: string | undefined;
}

/** What the phases have found out so far. */
export interface Facts {
  archive?: Blob;
  versionId?: string | null;
  chartDigest?: Digest;
  manifests?: Blob;
  /** Reports of the code and the model; a plan's report belongs to its plan. */
  reports: Blob[];
  /** Addresses from the commits: their owners do not approve their own work. */
  authors: readonly string[];
  /** Who owns a waiver that this release needs. */
  waiverOwners: readonly string[];
  /** Of those, the renewals that the record has: `name until`. */
  readonly waiversRenewed: Set<string>;
  plan?: PlanResult;
  planReport?: Blob;
  firstRelease: boolean;
  judge: JudgeState | null;
}
