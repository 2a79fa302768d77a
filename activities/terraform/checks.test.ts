import { expect, test } from 'vitest';
import type { ChangeSet } from '../../domain/change.ts';
import { digestText } from '../../domain/digest.ts';
import type { SavedPlan } from '../../domain/ports.ts';
import type { Configuration } from './configuration.ts';
import { formatFindings, formatProblems } from './format.ts';
import { judge } from './observe.ts';
import { validateFindings, variableFindings } from './validate.ts';

test('fmt names files relative to where it ran, findings relative to the repository', () => {
  const files = formatFindings('ugly.tf\n../modules/net/main.tf\n', 'infra/root').map(({ file }) => file);
  expect(files).toEqual(['infra/root/ugly.tf', 'infra/modules/net/main.tf']);
  expect(formatFindings('', 'infra/root')).toEqual([]);
});

test.each([
  [0, '', 0],
  [3, 'main.tf', 0],
  [3, '', 1],
  [2, 'main.tf', 1],
])('fmt ending with %i and %j has %i problems', (exitCode, stdout, problems) => {
  expect(formatProblems({ exitCode, stdout })).toHaveLength(problems);
});

test('an error of validate is critical, a warning is for the reader', () => {
  const diagnostics = [
    { severity: 'error' as const, summary: 'Missing', range: { filename: 'main.tf', start: { line: 3 } } },
    { severity: 'warning' as const, summary: 'Deprecated', range: null },
  ];
  expect(validateFindings({ valid: false, diagnostics }, 'root').map(({ severity, file, line }) => [severity, file, line])).toEqual([
    ['critical', 'root/main.tf', 3],
    ['info', undefined, undefined],
  ]);
});

test('secrets come from the stack and only into variables that are marked, everything else comes from the request', () => {
  const variables = new Map([
    ['password', { sensitive: true }],
    ['name', { sensitive: false }],
  ]);
  const configuration = { folders: ['root'], variables } as unknown as Configuration;
  const refused = (names: string[], secrets: string[]) =>
    variableFindings(names, secrets, configuration).map(({ rule, address }) => `${rule} ${address}`);
  expect(refused(['name'], ['password'])).toEqual([]);
  expect(refused(['password', 'nobody'], ['name'])).toEqual([
    'plimsoll.terraform.variable.sensitive var.password',
    'plimsoll.terraform.variable.unknown var.nobody',
    'plimsoll.terraform.variable.secret var.name',
  ]);
});

const digest = digestText('x');
const create = { address: 'x.a', action: 'create' as const, digest, type: 'x', before: null, after: {}, afterUnknown: {} };
const approved: ChangeSet = { resources: [create], outputs: [], drift: [] };

const observed = (change: ChangeSet, lineage: string | null, expected: string | null) => {
  const saved = { lineage, changeDigest: digest } as SavedPlan;
  return judge(approved, expected, { planned: { result: saved, change, planFile: '' }, saved });
};

test.each<[string, ChangeSet, string | null, string | null, object]>([
  ['nothing left', { ...approved, resources: [] }, 'l', 'l', { kind: 'applied' }],
  ['nothing left on a first state', { ...approved, resources: [] }, 'l', null, { kind: 'applied' }],
  ['nothing left but another lineage', { ...approved, resources: [] }, 'm', 'l', { kind: 'lineage changed', expected: 'l', found: 'm' }],
  ['a state that is gone', approved, null, 'l', { kind: 'lineage changed', expected: 'l', found: 'no state' }],
  ['what was approved', approved, 'l', 'l', { kind: 'remainder approved' }],
  [
    'more than was approved',
    { ...approved, resources: [create, { ...create, address: 'x.b' }] },
    'l',
    'l',
    { kind: 'remainder unapproved', addresses: ['x.b'] },
  ],
])('%s', (_, change, lineage, expected, answer) => {
  expect(observed(change, lineage, expected)).toMatchObject(answer);
});
