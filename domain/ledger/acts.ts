/**
 * What somebody did, or what began to hold, that belongs to no release: it stands in the chain of its day, beside the calls
 * that were refused. Logins are those of the approver's page; whoever uses the CLI logs in at their provider, which has its own record.
 */
import type { Caller } from '../caller.ts';

export type ActKind =
  | 'logged in'
  | 'stopped the line'
  | 'resumed the line'
  | 'redelivered a notice'
  | 'discarded a notice'
  | 'told a dead finding'
  | 'catalog in force'
  | 'policies in force';

export interface DayAct {
  /** RFC 3339. */
  readonly at: string;
  /** `null`: nobody in particular; the API saw it. */
  readonly by: Caller | null;
  readonly act: ActKind;
  /** The environment of a line, the id of a notice or of a finding, the digest of a catalog, the revision of policies. */
  readonly about: string | null;
  readonly because: string | null;
}
