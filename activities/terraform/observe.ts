/**
 * What is true after an apply, whether it ended well, broke, or nobody knows: the lineage, then a fresh plan.
 * Terraform's own words would not do: "stale" can mean that our own apply had finished.
 */

import type { StateBackend } from '../../domain/catalog.ts';
import { type ChangeSet, changeDigestOf, unapprovedChanges } from '../../domain/change.ts';
import type { ApplyObservation, SavedPlan } from '../../domain/ports.ts';
import { isFailure } from '../failure.ts';
import { holderOf, type LockClients, readLock } from './lock.ts';
import type { Planned } from './plan.ts';

/** A list for a person; the whole change lies in the store. */
const namedMax = 20;

export interface Seen {
  readonly planned: Planned;
  readonly saved: SavedPlan;
}

export function judge(approved: ChangeSet, expectedLineage: string | null, { planned, saved }: Seen): ApplyObservation {
  const { lineage } = planned.result;
  if (expectedLineage !== null && lineage !== expectedLineage)
    return { kind: 'lineage changed', expected: expectedLineage, found: lineage ?? 'no state' };
  const { change } = planned;
  if (change.resources.length === 0 && change.outputs.length === 0) return { kind: 'applied' };
  const addresses = unapprovedChanges(approved, change).slice(0, namedMax);
  if (addresses.length > 0) return { kind: 'remainder unapproved', addresses };
  return { kind: 'remainder approved', plan: saved, nothingDone: changeDigestOf(approved) === planned.result.changeDigest };
}

/** A lock that outlasted the wait is somebody's: it is named and left alone. */
export async function orForeignLock(
  clients: LockClients,
  backend: StateBackend,
  look: () => Promise<ApplyObservation>,
): Promise<ApplyObservation> {
  try {
    return await look();
  } catch (error) {
    const lock = isFailure(error, 'terraform.locked') ? await readLock(clients, backend) : null;
    // Gone again: looking once more is what the table says of `terraform.locked`.
    if (lock === null) throw error;
    return { kind: 'foreign lock', holder: holderOf(lock) };
  }
}
