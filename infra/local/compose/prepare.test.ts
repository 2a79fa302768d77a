import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { revisionsIn } from '../../../domain/policy-revisions.ts';
import { policyRevision } from '../../opa/revision.ts';
import { repository } from '../repository.ts';
import { prepareKubeconfig, preparePolicies } from './prepare.ts';

const policies = join(repository, 'infra/opa');
const folder = () => mkdtempSync(join(tmpdir(), 'plimsoll-compose-'));

test('policies become a bundle that names its revision, the one that is expected, without tests', () => {
  const to = folder();
  for (const _ of ['first', 'again']) preparePolicies(policies, to);
  const { revision } = JSON.parse(readFileSync(join(to, 'bundle/.manifest'), 'utf8')) as { revision: string };
  expect(revisionsIn(readFileSync(join(to, 'revisions'), 'utf8'))).toEqual([revision]);
  expect(revision).toBe(policyRevision(policies));
  const copied = readdirSync(join(to, 'bundle'), { recursive: true, encoding: 'utf8' });
  expect(copied.filter((path) => path.endsWith('_test.rego'))).toEqual([]);
  // What decides there is what the revision was made of.
  expect(policyRevision(join(to, 'bundle'))).toBe(policyRevision(policies));
});

test('a kubeconfig of k3s gets the name that the catalog uses and the address that workers reach, for its owner alone', () => {
  const from = join(folder(), 'k3s.yaml');
  const cluster = { 'certificate-authority-data': 'Y2E=', server: 'https://127.0.0.1:6443' };
  const given = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'default', cluster }],
    users: [{ name: 'default', user: { 'client-key-data': 'a2V5' } }],
    contexts: [{ name: 'default', context: { cluster: 'default', user: 'default' } }],
    'current-context': 'default',
  };
  writeFileSync(from, JSON.stringify(given));
  const to = join(folder(), 'made/kubeconfig');
  prepareKubeconfig(from, to, 'plimsoll', 'https://k3s:6443');
  expect(parse(readFileSync(to, 'utf8'))).toEqual({
    ...given,
    clusters: [{ name: 'plimsoll', cluster: { ...cluster, server: 'https://k3s:6443' } }],
    users: [{ name: 'plimsoll', user: { 'client-key-data': 'a2V5' } }],
    contexts: [{ name: 'plimsoll', context: { cluster: 'plimsoll', user: 'plimsoll' } }],
    'current-context': 'plimsoll',
  });
  expect(statSync(to).mode & 0o777).toBe(0o600);
});

test('a kubeconfig that is none is refused before anything is written', () => {
  const from = join(folder(), 'k3s.yaml');
  writeFileSync(from, 'clusters: []');
  const to = join(folder(), 'kubeconfig');
  expect(() => prepareKubeconfig(from, to, 'plimsoll', 'https://k3s:6443')).toThrow(/clusters/);
  expect(existsSync(to)).toBe(false);
});
