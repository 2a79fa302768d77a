import { describe, expect, test } from 'vitest';
import {
  helmReleaseOf,
  historyArguments,
  lintArguments,
  metadataArguments,
  rollbackArguments,
  templateArguments,
  uninstallArguments,
  upgradeArguments,
  valuesArguments,
} from './arguments.ts';

const target = { name: helmReleaseOf('fraud-scorer', 'b'), namespace: 'models', context: 'ml-production' };
const chart = { folder: '/w/source/chart', valuesFiles: ['/w/source/production.yaml', '/w/plimsoll.json'] };

describe('upgrade', () => {
  const line = upgradeArguments(target, chart, { 'plimsoll.dev/release': 'r-1', 'plimsoll.dev/values': 'abc' }).join(' ');

  test('gives every value anew, Plimsoll’s own last, and names the release on the revision', () => {
    expect(line).toBe(
      'upgrade fraud-scorer-b /w/source/chart --install --reset-values --values /w/source/production.yaml --values /w/plimsoll.json ' +
        '--labels plimsoll.dev/release=r-1,plimsoll.dev/values=abc --timeout 120s --output json ' +
        '--namespace models --kube-context ml-production',
    );
  });

  test('never waits for pods and never takes a field from another owner', () => {
    expect(line).not.toMatch(/--wait|--rollback-on-failure|--atomic|--force|--reuse-values|--set/);
  });
});

test('a rollback names its revision', () => {
  expect(rollbackArguments(target, 7).slice(0, 3)).toEqual(['rollback', 'fraud-scorer-b', '7']);
});

test('uninstalling what is not there is no mistake', () => {
  expect(uninstallArguments(target)).toContain('--ignore-not-found');
});

test.each([historyArguments, metadataArguments, valuesArguments, uninstallArguments])('%o names namespace and cluster', (build) => {
  expect(build(target).slice(-4)).toEqual(['--namespace', 'models', '--kube-context', 'ml-production']);
});

test('linting and rendering take the same values and no cluster', () => {
  const [lint, template] = [lintArguments(chart, 'models'), templateArguments(chart, 'fraud-scorer-b', 'models')];
  for (const line of [lint, template]) {
    expect(line).not.toContain('--kube-context');
    expect(line.filter((word) => word.startsWith('/w/'))).toEqual([chart.folder, ...chart.valuesFiles]);
  }
  expect(lint).toContain('--strict');
});
