import { expect, test } from 'vitest';
import { changeDigestOf } from '../../domain/change.ts';
import { digestText } from '../../domain/digest.ts';
import { actionOf, changeSetOf, type Mac } from './change.ts';
import type { PlanJson, RawChange, RawResourceChange } from './plan-json.schema.ts';

const mac: Mac = (text) => Promise.resolve(`mac of ${digestText(text)}`);
const create = (after: unknown, extra: Partial<RawChange> = {}): RawChange => ({ actions: ['create'], before: null, after, ...extra });
const resource = (address: string, change: RawChange, extra: Partial<RawResourceChange> = {}): RawResourceChange => ({
  address,
  type: address.split('.')[0] ?? '',
  change,
  ...extra,
});
const planOf = (plan: Partial<PlanJson>): PlanJson => ({ format_version: '1.2', terraform_version: '1.11.4', ...plan });
const digestOf = async (plan: Partial<PlanJson>, secrets: readonly string[] = []) =>
  changeDigestOf(await changeSetOf(planOf(plan), secrets, mac));

const noOp: RawChange = { actions: ['no-op'], before: {}, after: {} };

test('no-ops and the order of resources do not change the digest', async () => {
  const [a, b] = [resource('x.a', create({ n: 1 })), resource('x.b', create({ n: 2 }))];
  const digest = await digestOf({ resource_changes: [a, b] });
  expect(await digestOf({ resource_changes: [b, resource('x.c', noOp), a] })).toBe(digest);
  expect(await digestOf({ resource_changes: [a] })).not.toBe(digest);
});

test.each<[string, RawChange]>([
  ['another value', create({ n: 2 })],
  ['another action', { actions: ['update'], before: null, after: { n: 1 } }],
  ['another state before', create({ n: 1 }, { before: { n: 0 } })],
  ['a value that is not known yet', create({ n: 1 }, { after_unknown: { id: true } })],
  ['another reason to replace', create({ n: 1 }, { replace_paths: [['n']] })],
])('%s is another change', async (_, change) => {
  const before = await digestOf({ resource_changes: [resource('x.a', create({ n: 1 }))] });
  expect(await digestOf({ resource_changes: [resource('x.a', change)] })).not.toBe(before);
});

test('a sensitive leaf is an HMAC: another secret is another change, and equal secrets elsewhere do not show', async () => {
  const secret = (value: string) => create({ p: value, q: value }, { after_sensitive: { p: true, q: true } });
  const change = await changeSetOf(planOf({ resource_changes: [resource('x.a', secret('s')), resource('x.b', secret('s'))] }), [], mac);
  const leaves = change.resources.flatMap(({ after }) => Object.values(after as Record<string, string>));
  expect(new Set(leaves).size).toBe(4);
  expect(leaves.every((leaf) => leaf.startsWith('mac of'))).toBe(true);
  expect(await digestOf({ resource_changes: [resource('x.a', secret('t'))] })).not.toBe(
    await digestOf({ resource_changes: [resource('x.a', secret('s'))] }),
  );
});

test('a secret that did not change is the same before and after', async () => {
  const change: RawChange = {
    actions: ['update'],
    before: { p: 's', n: 1 },
    after: { p: 's', n: 2 },
    before_sensitive: { p: true },
    after_sensitive: { p: true },
  };
  const [found] = (await changeSetOf(planOf({ resource_changes: [resource('x.a', change)] }), [], mac)).resources;
  expect(found?.before).toEqual({ p: expect.stringMatching(/^mac of/) as string, n: 1 });
  expect(found?.after).toEqual({ ...(found?.before as object), n: 2 });
});

test('a secret variable that the code copies into an open attribute is hidden, too', async () => {
  const change = await changeSetOf(planOf({ resource_changes: [resource('x.a', create({ open: 'pw=hunter2' }))] }), ['hunter2'], mac);
  expect(JSON.stringify(change)).not.toContain('hunter2');
});

test('drift counts where a change touches the resource or reads from it; the rest is noise', async () => {
  const drifted = (address: string) => resource(address, { actions: ['update'], before: { n: 1 }, after: { n: 2 } });
  const change = await changeSetOf(
    planOf({
      resource_changes: [resource('x.touched', create({}))],
      relevant_attributes: [{ resource: 'module.m.x.read' }],
      resource_drift: [drifted('x.touched'), drifted('module.m["k"].x.read[0]'), drifted('x.noise')],
    }),
    [],
    mac,
  );
  expect(change.drift.map(({ address }) => address)).toEqual(['x.touched', 'module.m["k"].x.read[0]']);
});

test('a move, an import and a deposed object are changes of their own', async () => {
  const change = await changeSetOf(
    planOf({
      resource_changes: [
        resource('x.new', noOp, { previous_address: 'x.old' }),
        resource('x.imported', { ...noOp, importing: { id: 'i' } }),
        resource('x.kept', noOp),
        resource('x.a', { actions: ['delete'], before: {}, after: null }, { deposed: '0badcafe' }),
      ],
      output_changes: { same: noOp, url: create('u') },
    }),
    [],
    mac,
  );
  expect(change.resources.map(({ address, action }) => [address, action])).toEqual([
    ['x.new', 'update'],
    ['x.imported', 'update'],
    ['x.a (deposed 0badcafe)', 'delete'],
  ]);
  expect(change.outputs.map(({ address }) => address)).toEqual(['output.url']);
});

test.each<[RawChange['actions'], string]>([
  [['create'], 'create'],
  [['read'], 'read'],
  [['delete', 'create'], 'replace'],
  [['create', 'delete'], 'replace'],
  [['create', 'forget'], 'replace'],
  [['forget'], 'forget'],
])('%j is called %s', (actions, action) => expect(actionOf(actions)).toBe(action));
