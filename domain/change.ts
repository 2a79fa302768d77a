/**
 * What a Terraform plan would change, and the digest that an approval names.
 *
 * `terraform show -json` without its timestamp is byte-stable, the binary plan is not (measured), so the
 * digest is over the changes themselves. Sensitive leaves are replaced by an HMAC before anything is
 * stored: a changed secret changes the digest and never shows.
 */
import { type Digest, digestOf } from './digest.ts';

export type ChangeAction = 'create' | 'update' | 'delete' | 'replace' | 'read' | 'forget';

/** One resource or output that would change; sensitive leaves already replaced. */
export interface PlannedChange {
  readonly address: string;
  readonly action: ChangeAction;
  /** Over address, actions, before, after, unknown leaves and replace paths. */
  readonly digest: Digest;
}

/** The whole change as stored, redacted: what people, policy and the subset test read. */
export interface ChangeSet {
  readonly resources: readonly (PlannedChange & {
    readonly type: string;
    readonly before: unknown;
    readonly after: unknown;
    readonly afterUnknown: unknown;
  })[];
  readonly outputs: readonly PlannedChange[];
  /** Drift that matters: of a resource that also changes, or that a change depends on. */
  readonly drift: readonly PlannedChange[];
}

export interface ChangeCounts {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly replace: number;
}

/** Approval is about everything that would change, in a stable order. */
export function changeDigestOf(change: ChangeSet): Digest {
  const digests = (changes: readonly PlannedChange[]) =>
    changes.map(({ address, digest }) => `${address} ${digest}`).toSorted((a, b) => (a < b ? -1 : 1));
  return digestOf({ resources: digests(change.resources), outputs: digests(change.outputs), drift: digests(change.drift) });
}

export function countChanges(change: ChangeSet): ChangeCounts {
  const count = (action: ChangeAction) => change.resources.filter((resource) => resource.action === action).length;
  return { create: count('create'), update: count('update'), delete: count('delete'), replace: count('replace') };
}

/** Changes of `found` that `approved` does not contain: address, actions and after must all be equal. */
export function unapprovedChanges(approved: ChangeSet, found: ChangeSet): readonly string[] {
  const known = new Set([...approved.resources, ...approved.outputs].map(({ address, digest }) => `${address} ${digest}`));
  return [...found.resources, ...found.outputs]
    .filter(({ address, digest }) => !known.has(`${address} ${digest}`))
    .map(({ address }) => address);
}

/** Addresses that differ between two plans: what "it drifted after approval" names. */
export function differingAddresses(before: ChangeSet, after: ChangeSet): readonly string[] {
  const index = (change: ChangeSet) =>
    new Map([...change.resources, ...change.outputs, ...change.drift].map(({ address, digest }) => [address, digest]));
  const [old, fresh] = [index(before), index(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter((address) => old.get(address) !== fresh.get(address))
    .toSorted((a, b) => (a < b ? -1 : 1));
}
