/**
 * Goal: the demo's catalog and the demo's repository agree, and each bad case says something that can happen.
 * Method: read the files. Whether the tools find what a case promises is shown on the stack.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadCatalog } from '../../api/catalog/load.ts';
import { invariant } from '../../domain/assert.ts';
import { severities } from '../../domain/finding.ts';
import { outcomeKinds } from '../../domain/outcome.ts';
import { phases } from '../../domain/phase.ts';
import { waiverText } from '../../infra/local/demo/waiver.ts';

const root = resolve(import.meta.dirname, '../..');
const example = join(root, 'examples/ml-platform');

const variables = {
  PLIMSOLL_DEMO_REPOSITORY: 'file:///srv/ml-platform',
  PLIMSOLL_PROMETHEUS_URL: 'http://127.0.0.1:9090',
  PLIMSOLL_STATE_BUCKET: 'acme-tfstate',
  PLIMSOLL_LOCK_TABLE: 'acme-tflock',
};
const catalog = loadCatalog(join(root, 'catalog'), variables);
const environments = [...catalog.environments.values()];
const services = [...catalog.services.values()];

describe('the catalog', () => {
  test.each(environments.flatMap((environment) => environment.stacks.map((stack) => ({ environment, stack }))))(
    'the stack $stack.name of $environment.name has its Terraform root in the repository, and its secrets are variables there',
    ({ stack }) => {
      const declared = readFileSync(join(example, stack.root, 'variables.tf'), 'utf8');
      for (const name of Object.keys(stack.secretVariables)) expect(declared).toContain(`variable "${name}"`);
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

describe('the waiver of the demo', () => {
  const partners = join(root, 'infra/local/demo/partners');
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-demo-catalog-'));
  for (const part of [join(root, 'catalog'), join(partners, 'catalog')]) cpSync(part, folder, { recursive: true });
  mkdirSync(join(folder, 'waivers'));
  writeFileSync(join(folder, 'waivers/partner-tags.yaml'), waiverText('2026-11-27'));
  const copy = loadCatalog(folder, variables);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is one that the catalog takes, for a month, of a finding in the root of its environment', () => {
    const waiver = copy.waivers.get('partner-tags');
    expect(waiver).toMatchObject({ owner: 'ana', environment: 'partners', until: '2026-12-26T23:59:59.999Z' });
    const waived = waiver?.waives;
    invariant(waived?.kind === 'rule', 'it names a rule');
    const stack = copy.environments.get('partners')?.stacks[0];
    const terraform = readFileSync(join(partners, 'platform', stack?.root ?? '', 'main.tf'), 'utf8');
    expect(terraform).toContain(`resource "${waived.address.replace('.', '" "')}"`);
    expect(terraform).toContain('"MUTABLE"');
  });

  test('is put to people of two groups, who have shown a second factor', () => {
    expect(copy.environments.get('partners')?.approvals).toMatchObject({
      quorum: [
        { groups: ['sre'], count: 1 },
        { groups: ['ml-owners'], count: 1 },
      ],
      mfaWithinMinutes: 15,
    });
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
