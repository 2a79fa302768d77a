/** What an approver says yes to: one value over everything that would be released. */
import type { Strategy } from './catalog.ts';
import { type Digest, digestOf } from './digest.ts';

/** `null` where the release has no such part. The state's serial is recorded elsewhere, not covered: another
 *  release's apply must not void an equal change. */
export interface Statement {
  readonly release: string;
  readonly commit: string;
  readonly changeDigest: Digest | null;
  readonly stateLineage: string | null;
  readonly moduleLockDigest: Digest | null;
  readonly variablesDigest: Digest | null;
  readonly findingsDigest: Digest;
  readonly policyDigest: Digest;
  readonly modelDigest: Digest | null;
  readonly imageDigest: Digest | null;
  readonly chartDigest: Digest | null;
  /** Left out by a canary. */
  readonly strategy?: Strategy | undefined;
  /** In words. Left out by all releases that wait for freezes. */
  readonly override?: string | undefined;
}

export const statementDigestOf = (statement: Statement): Digest => digestOf(statement);

/** The members that differ, by name, for the refusal of a decision on an older statement. */
export function statementDifference(older: Statement, newer: Statement): readonly (keyof Statement)[] {
  return (Object.keys(newer) as (keyof Statement)[]).filter((member) => older[member] !== newer[member]);
}
