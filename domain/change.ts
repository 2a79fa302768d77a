/**
 * What a Terraform plan would change, and the digest that an approval names.
 *
 * `terraform show -json` without its timestamp is byte-stable, the binary plan is not (measured), so the
 * digest is over the changes themselves. Sensitive leaves are replaced by an HMAC before anything is
 * stored: a changed secret changes the digest and never shows.
 */
import { canonicalText, type Digest, digestOf } from './digest.ts';

export type ChangeAction = 'create' | 'update' | 'delete' | 'replace' | 'read' | 'forget';

/** One resource or output that would change; sensitive leaves already replaced. */
export interface PlannedChange {
  readonly address: string;
  readonly action: ChangeAction;
  /** Over address, actions, before, after, unknown leaves and replace paths. */
  readonly digest: Digest;
}

/** What a change is made of, redacted: what people and policy read, and what the subset test compares. */
export interface ValueChange extends PlannedChange {
  readonly before: unknown;
  readonly after: unknown;
  /** `true` where `after` is known only once applied; else a tree of the same shape. */
  readonly afterUnknown: unknown;
}

/** The whole change as stored. */
export interface ChangeSet {
  readonly resources: readonly (ValueChange & {
    readonly type: string;
    /** Attribute → changed resources it points to, where its value is not known yet. For policies; no part of the digest. */
    readonly refersTo?: Readonly<Record<string, readonly string[]>> | undefined;
  })[];
  readonly outputs: readonly ValueChange[];
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

/**
 * Changes of `found` that `approved` does not contain. A broken apply leaves a remainder whose unknown values
 * have become known: who approved "known after apply" approved whatever it turns out to be, so such a leaf may
 * hold anything. Everything else must be equal.
 */
export function unapprovedChanges(approved: ChangeSet, found: ChangeSet): readonly string[] {
  const resources = new Map(approved.resources.map((resource) => [resource.address, resource]));
  const outputs = new Map(approved.outputs.map((output) => [output.address, output]));
  return [
    ...found.resources.filter((resource) => !isRemainderOf(resources.get(resource.address), resource)),
    // An output follows from resources, and a broken apply may have stored some of it: only what it becomes counts.
    ...found.outputs.filter((output) => !becomesAsApproved(outputs.get(output.address), output)),
  ].map(({ address }) => address);
}

function isRemainderOf(approved: ValueChange | undefined, found: ValueChange): boolean {
  if (approved === undefined) return false;
  if (approved.digest === found.digest) return true;
  return approved.action === found.action && equal(approved.before, found.before) && becomesAsApproved(approved, found);
}

function becomesAsApproved(approved: ValueChange | undefined, found: ValueChange): boolean {
  if (approved === undefined) return false;
  if ((approved.action === 'delete') !== (found.action === 'delete')) return false;
  return agrees(approved.after, approved.afterUnknown, found.after, found.afterUnknown);
}

function agrees(approved: unknown, approvedUnknown: unknown, found: unknown, foundUnknown: unknown): boolean {
  if (approvedUnknown === true) return true;
  if (foundUnknown === true) return false;
  const [old, fresh] = [childrenOf(approved), childrenOf(found)];
  if (old === null || fresh === null || Array.isArray(approved) !== Array.isArray(found)) return equal(approved, found);
  const [oldUnknown, freshUnknown] = [childrenOf(approvedUnknown) ?? {}, childrenOf(foundUnknown) ?? {}];
  const keys = [old, fresh, oldUnknown, freshUnknown].flatMap((children) => Object.keys(children));
  return keys.every((key) => agrees(old[key], oldUnknown[key], fresh[key], freshUnknown[key]));
}

const childrenOf = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;

/** A missing value and `null` are the same to Terraform. */
const equal = (a: unknown, b: unknown): boolean => canonicalText(a ?? null) === canonicalText(b ?? null);

/** Addresses that differ between two plans: what "it drifted after approval" names. */
export function differingAddresses(before: ChangeSet, after: ChangeSet): readonly string[] {
  const index = (change: ChangeSet) =>
    new Map([...change.resources, ...change.outputs, ...change.drift].map(({ address, digest }) => [address, digest]));
  const [old, fresh] = [index(before), index(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter((address) => old.get(address) !== fresh.get(address))
    .toSorted((a, b) => (a < b ? -1 : 1));
}
