/** What was tested is what runs: every version is exact, and parts that belong together have the same. */
import { describe, expect, test } from 'vitest';
import { read } from './repository.ts';

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(read('package.json')) as Manifest;
const lock = JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, Partial<Manifest>>> };
const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
const versionsOf = (...belong: readonly RegExp[]) =>
  new Set(all.filter(([name]) => belong.some((one) => one.test(name))).map(([, version]) => version));

/** DuckDB numbers its packages by DuckDB's version and a revision of their own. */
test('every package is asked for by its exact version', () => {
  expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-r\.\d+)?$/.test(version))).toEqual([]);
});

test('the lock file was made from this package.json', () => {
  const root = lock.packages[''];
  expect(root?.dependencies).toEqual(manifest.dependencies);
  expect(root?.devDependencies).toEqual(manifest.devDependencies);
});

test('the lock file has what package.json names, to the digit', () => {
  expect(all.filter(([name, version]) => lock.packages[`node_modules/${name}`]?.version !== version)).toEqual([]);
});

test('nothing is needed both to run and only to build', () => {
  expect(Object.keys(manifest.dependencies).filter((name) => Object.hasOwn(manifest.devDependencies, name))).toEqual([]);
});

describe('of one version each', () => {
  test.each([
    ['the Temporal SDK', /^@temporalio\//],
    ["AWS's clients", /^@aws-sdk\//],
  ])('%s', (_, belong) => {
    expect(versionsOf(belong).size).toBe(1);
  });
});

test('Node’s types are of the Node that runs', () => {
  const major = (version: string | undefined) => version?.split('.')[0];
  expect(major(manifest.devDependencies['@types/node'])).toBe(major(manifest.dependencies['node']));
  expect(process.versions.node).toBe(manifest.dependencies['node']);
});
