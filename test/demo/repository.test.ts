/**
 * Goal: the demo's catalog and the demo's repository agree, and each bad case says something that can happen.
 * Method: read the files. Whether the tools find what a case promises is shown on the stack.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadCatalog } from '../../api/catalog/load.ts';
import { severities } from '../../domain/finding.ts';
import { outcomeKinds } from '../../domain/outcome.ts';
import { phases } from '../../domain/phase.ts';

const root = resolve(import.meta.dirname, '../..');
const example = join(root, 'examples/ml-platform');

const catalog = loadCatalog(join(root, 'catalog'), {
  PLIMSOLL_DEMO_REPOSITORY: 'file:///srv/ml-platform',
  PLIMSOLL_PROMETHEUS_URL: 'http://127.0.0.1:9090',
  PLIMSOLL_STATE_BUCKET: 'acme-tfstate',
  PLIMSOLL_LOCK_TABLE: 'acme-tflock',
});
const environments = [...catalog.environments.values()];
const services = [...catalog.services.values()];

describe('the catalog', () => {
  test.each(environments.flatMap((environment) => environment.stacks.map((stack) => ({ environment, stack }))))(
    'the stack $stack.name of $environment.name has its Terraform root in the repository, and its secrets are variables there',
    ({ stack }) => {
      const variables = readFileSync(join(example, stack.root, 'variables.tf'), 'utf8');
      for (const name of Object.keys(stack.secretVariables)) expect(variables).toContain(`variable "${name}"`);
      expect(readFileSync(join(example, stack.root, 'versions.tf'), 'utf8')).toContain('backend "s3" {}');
    },
  );

  test('no two environments share a state or a namespace', () => {
    const places = environments.flatMap(({ stacks, cluster }) => [
      `${cluster.name}/${cluster.namespace}`,
      ...stacks.map(({ backend }) => `${backend.bucket}/${backend.key}`),
    ]);
    expect(new Set(places).size).toBe(places.length);
  });

  test.each(services)('$name has values files for every environment', ({ chart }) => {
    const files = environments.flatMap(({ name }) => chart.values.map((file) => file.replace('{environment}', name)));
    expect(files.filter((file) => !existsSync(join(example, file)))).toEqual([]);
  });

  test('two services of two teams, so that one team can be refused the other one', () => {
    expect(services.map(({ team }) => team).toSorted()).toEqual(['growth', 'risk']);
  });
});

describe('the model files', () => {
  const files = globSync('models/*/*/model.safetensors', { cwd: example });

  test('there are four versions of fraud-scorer, and no two are alike', () => {
    const digests = files.map((file) =>
      createHash('sha256')
        .update(readFileSync(join(example, file)))
        .digest('hex'),
    );
    expect(files.filter((file) => file.includes('fraud-scorer'))).toHaveLength(4);
    expect(new Set(digests).size).toBe(files.length);
  });

  test.each(files)('%s is safetensors that says which version it is', (file) => {
    const bytes = readFileSync(join(example, file));
    const length = Number(bytes.readBigUInt64LE());
    const header = z
      .object({ __metadata__: z.object({ model: z.string(), version: z.string() }) })
      .parse(JSON.parse(bytes.subarray(8, 8 + length).toString()));
    expect(file).toBe(`models/${header.__metadata__.model}/${header.__metadata__.version}/model.safetensors`);
    // Small enough to lie in git.
    expect(bytes.length).toBeLessThan(10 * 1024);
  });
});

const caseFile = z
  .strictObject({
    what: z.string().min(20),
    part: z.enum(['infrastructure', 'model']),
    variables: z.record(z.string(), z.json()).optional(),
    model: z.strictObject({ version: z.string(), file: z.string() }).optional(),
    after: z.literal('good release').optional(),
    expected: z.strictObject({
      outcome: z.enum(outcomeKinds),
      phase: z.enum(phases),
      findings: z.array(z.strictObject({ tool: z.string(), rule: z.string(), severity: z.enum(severities) })).optional(),
      violations: z.array(z.string()).optional(),
      because: z.string().optional(),
    }),
  })
  .refine((one) => (one.part === 'model') === (one.model !== undefined), 'a model case names its model, and no other does');

describe('the bad cases', () => {
  const names = globSync('*/case.yaml', { cwd: join(example, 'cases') }).map((file) => file.split('/')[0] ?? '');
  const read = (name: string) => caseFile.parse(parse(readFileSync(join(example, 'cases', name, 'case.yaml'), 'utf8')));

  test('every folder of cases/ is a case', () => {
    expect(globSync('*', { cwd: join(example, 'cases') }).toSorted()).toEqual(names.toSorted());
    expect(names.length).toBeGreaterThan(0);
  });

  test.each(names)('%s says what is wrong and how exactly that shows', (name) => {
    const { expected } = read(name);
    expect([expected.findings, expected.violations, expected.because].filter((one) => one !== undefined)).toHaveLength(1);
  });

  test.each(names)('%s changes the repository', (name) => {
    const overlay = join(example, 'cases', name, 'overlay');
    const changed = globSync('**', { cwd: overlay, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => {
        const before = join(example, file.slice(overlay.length));
        return !existsSync(before) || readFileSync(before).compare(readFileSync(file)) !== 0;
      });
    expect(changed).not.toEqual([]);
  });

  test.each(names.filter((name) => read(name).model !== undefined))('%s has its model file', (name) => {
    const file = read(name).model?.file ?? '';
    expect(existsSync(join(example, 'cases', name, 'overlay', file)) || existsSync(join(example, file))).toBe(true);
  });
});
