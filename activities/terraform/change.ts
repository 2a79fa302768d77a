/**
 * A plan's JSON as the domain's `ChangeSet`. Every sensitive leaf becomes an HMAC under a key that never leaves
 * KMS: a changed secret changes the digest that people approve, and nobody can guess it back.
 */
import { GenerateMacCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { ChangeAction, ChangeSet, PlannedChange, ValueChange } from '../../domain/change.ts';
import { canonicalText, digestOf } from '../../domain/digest.ts';
import { failure } from '../failure.ts';
import type { PlanJson, RawChange, RawResourceChange } from './plan-json.schema.ts';
import { holdsSecret, replaceSensitive } from './redaction.ts';
import { referenceFinder } from './references.ts';

/** The same text gives the same answer; without the key nobody can compute or invert it. */
export type Mac = (text: string) => Promise<string>;

export function createMac(kms: KMSClient, changeKey: string): Mac {
  return async (text) => {
    try {
      // KMS takes 4,096 bytes at most, so the MAC is over the text's digest.
      const Message = Buffer.from(digestOf(text));
      const { Mac } = await kms.send(new GenerateMacCommand({ KeyId: changeKey, MacAlgorithm: 'HMAC_SHA_256', Message }));
      if (Mac === undefined) throw new Error('KMS answered without a MAC');
      return `hmac-sha256:${Buffer.from(Mac).toString('hex')}`;
    } catch (error) {
      throw failure('store.unreachable', `KMS did not sign with the change key: ${error instanceof Error ? error.name : 'unknown'}`);
    }
  };
}

export async function changeSetOf(plan: PlanJson, secrets: readonly string[], mac: Mac): Promise<ChangeSet> {
  const hide = hideWith(mac, holdsSecret(secrets));
  const changed = (plan.resource_changes ?? []).filter(hasEffect);
  const resources = [];
  const refersTo = referenceFinder(plan);
  for (const resource of changed) {
    const pointing = refersTo(resource);
    const change = { ...(await resourceChange(resource, hide)), type: resource.type };
    resources.push(pointing === undefined ? change : { ...change, refersTo: pointing });
  }
  const outputs = [];
  for (const [name, change] of Object.entries(plan.output_changes ?? {}))
    if (!isNoOp(change)) outputs.push(await valueChange(`output.${name}`, change, {}, hide));
  const drift: PlannedChange[] = [];
  for (const resource of relevantDrift(plan, changed)) {
    const { address, action, digest } = await resourceChange(resource, hide);
    drift.push({ address, action, digest });
  }
  return { resources, outputs, drift };
}

/**
 * Raw drift is mostly noise: right after a create, Terraform lists every `tags: null` that became `{}`. It
 * matters where a change depends on it or touches the same resource (measured: the rest comes and goes).
 */
export function relevantDrift(plan: PlanJson, changed: readonly RawResourceChange[]): readonly RawResourceChange[] {
  const touched = new Set(changed.map(({ address }) => address));
  const readFrom = new Set((plan.relevant_attributes ?? []).map(({ resource }) => withoutKeys(resource)));
  return (plan.resource_drift ?? []).filter(({ address }) => touched.has(address) || readFrom.has(withoutKeys(address)));
}

/** `module.a["x"].aws_b.c[0]` → `module.a.aws_b.c`: relevant attributes name a resource, drift its instances. */
const withoutKeys = (address: string) => address.replaceAll(/\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g, '');

const isNoOp = ({ actions, importing }: RawChange) => actions.every((action) => action === 'no-op') && importing === undefined;

/** A move or an import leaves the resource as it is and still changes the state: people approve it too. */
const hasEffect = ({ change, address, previous_address }: RawResourceChange) =>
  !isNoOp(change) || (previous_address !== undefined && previous_address !== address);

export function actionOf(actions: RawChange['actions']): ChangeAction {
  if (actions.includes('create') && actions.includes('delete')) return 'replace';
  if (actions.includes('forget')) return actions.includes('create') ? 'replace' : 'forget';
  const [action] = actions;
  return action === undefined || action === 'no-op' ? 'update' : action;
}

type Hide = (address: string, value: unknown, mask: unknown) => Promise<unknown>;

/** The place goes into the MAC: equal secrets in two places must not look equal. Before and after share a place. */
function hideWith(mac: Mac, isSecret: (text: string) => boolean): Hide {
  const known = new Map<string, Promise<string>>();
  const macOnce = (text: string) => {
    const answer = known.get(text) ?? mac(text);
    known.set(text, answer);
    return answer;
  };
  return async (address, value, mask) => {
    const textAt = (leaf: unknown, path: readonly string[]) => canonicalText([address, path, leaf]);
    const texts: string[] = [];
    replaceSensitive(value, mask, isSecret, (leaf, path) => texts.push(textAt(leaf, path)));
    const macs = new Map(await Promise.all(texts.map(async (text) => [text, await macOnce(text)] as const)));
    return replaceSensitive(value, mask, isSecret, (leaf, path) => macs.get(textAt(leaf, path)));
  };
}

function resourceChange({ address, previous_address, deposed, change }: RawResourceChange, hide: Hide): Promise<ValueChange> {
  // A deposed object shares its address with the one that replaced it.
  const place = deposed === undefined ? address : `${address} (deposed ${deposed})`;
  return valueChange(place, change, { previousAddress: previous_address, importing: change.importing }, hide);
}

async function valueChange(address: string, change: RawChange, alsoDigested: object, hide: Hide): Promise<ValueChange> {
  const before = (await hide(address, change.before, change.before_sensitive)) ?? null;
  const after = (await hide(address, change.after, change.after_sensitive)) ?? null;
  const afterUnknown = change.after_unknown ?? false;
  const digest = digestOf({
    address,
    actions: change.actions,
    before,
    after,
    afterUnknown,
    replace: change.replace_paths,
    ...alsoDigested,
  });
  return { address, action: actionOf(change.actions), digest, before, after, afterUnknown };
}
