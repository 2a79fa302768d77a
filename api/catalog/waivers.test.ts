import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestText } from '../../domain/digest.ts';
import { environmentYaml, releaseBody, waiverYaml, writeCatalog } from '../../test/support/api-world.ts';
import { catalogStamp, loadCatalog } from './load.ts';
import { resolveOrder } from './resolve-order.ts';

const ana = { subject: 'ana', kind: 'human' } as const;
const file = 'waivers/reports-are-public.yaml';
const load = (yaml: string, files: Readonly<Record<string, string>> = {}) => loadCatalog(writeCatalog({ [file]: yaml, ...files }), {});
const fingerprint = digestText('finding');
const byFingerprint = waiverYaml.replace(/rule: .*\naddress: .*\nenvironment: .*/, `fingerprint: ${fingerprint}`);

test('a waiver holds from the first instant of its first day to the last of its last', () => {
  expect([...load(waiverYaml).waivers.values()]).toEqual([
    {
      name: 'reports-are-public',
      waives: { kind: 'rule', rule: 'CKV_AWS_20', address: 'aws_s3_bucket.reports' },
      environment: 'production',
      service: null,
      reason: 'the customer reads them until they have a login',
      owner: 'olga',
      from: '2026-11-01T00:00:00.000Z',
      until: '2026-11-30T23:59:59.999Z',
    },
  ]);
});

test('a fingerprint is exact by itself, and may be held to an environment and a service', () => {
  expect(load(byFingerprint).waivers.get('reports-are-public')).toMatchObject({
    waives: { kind: 'fingerprint', fingerprint },
    environment: null,
  });
  expect(load(`${byFingerprint}environment: production\nservice: fraud-scorer\n`).waivers.get('reports-are-public')).toMatchObject({
    environment: 'production',
    service: 'fraud-scorer',
  });
});

test('ninety days are allowed, both ends included', () => {
  expect(() => load(waiverYaml.replace('until: 2026-11-30', 'until: 2027-01-29'))).not.toThrow();
});

test('a catalog without waivers is a catalog', () => {
  const folder = writeCatalog();
  expect(loadCatalog(folder, {}).waivers.size).toBe(0);
  expect(catalogStamp(folder)).not.toContain('waivers');
});

describe('a mistake names the file, the field, the value and what is allowed', () => {
  test.each<[string, string, string]>([
    ['no end', waiverYaml.replace(/until: .*\n/, ''), 'until: a day, as 2026-12-31'],
    ['an end that is no day', waiverYaml.replace('2026-11-30', 'never'), 'until = "never": a day, as 2026-12-31'],
    ['a day that is not in the calendar', waiverYaml.replace('2026-11-30', '2026-11-31'), 'until = "2026-11-31": a day'],
    [
      'ninety-one days',
      waiverYaml.replace('until: 2026-11-30', 'until: 2027-01-30'),
      'until = "2027-01-30": at most 90 days, both ends included: 2027-01-29 for one that begins on 2026-11-01',
    ],
    [
      'an end before the begin',
      waiverYaml.replace('until: 2026-11-30', 'until: 2026-10-31'),
      'until = "2026-10-31": 2026-11-01, where it begins',
    ],
    ['no begin', waiverYaml.replace(/from: .*\n/, ''), 'from: a day'],
    ['a rule that does not exist', waiverYaml.replace('CKV_AWS_20', 'CKV_AWS_9999'), 'rule = "CKV_AWS_9999": the id of a rule of Checkov'],
    ['a rule that nobody may waive', waiverYaml.replace('CKV_AWS_20', 'ArtifactDigest'), 'rule = "ArtifactDigest": the id of a rule'],
    ['every rule', waiverYaml.replace('CKV_AWS_20', '"*"'), 'rule = "*": exactly one rule: a waiver has no pattern'],
    ['every bucket', waiverYaml.replace('bucket.reports', 'bucket.*'), 'address = "aws_s3_bucket.*": exactly one address'],
    ['every environment', waiverYaml.replace(/environment: .*\n/, ''), 'environment: needed: rule, address and environment together'],
    ['every address', waiverYaml.replace(/address: .*\n/, ''), 'address: needed'],
    [
      'nothing in particular',
      waiverYaml.replace(/(rule|address|environment): .*\n/g, ''),
      'fingerprint: a fingerprint, or a rule, an address',
    ],
    ['two ways at once', `${waiverYaml}fingerprint: ${fingerprint}\n`, 'rule = "CKV_AWS_20": left out where there is a fingerprint'],
    ['a fingerprint that is none', byFingerprint.replace(/sha256:.*/, 'abc'), 'fingerprint = "abc": a fingerprint as a report has it'],
    ['no owner', waiverYaml.replace(/owner: .*\n/, ''), 'owner: the subject of whoever answers for it'],
    ['no reason', waiverYaml.replace(/reason: .*/, 'reason: "  "'), 'why it may pass'],
    ['a wider word', `${waiverYaml}environments: all\n`, 'environments = "all": no such field'],
    [
      'an environment that is not there',
      waiverYaml.replace('environment: production', 'environment: prod'),
      'environment = "prod": one of production',
    ],
    ['a service that is not there', `${waiverYaml}service: fraud\n`, 'service = "fraud": one of fraud-scorer'],
    ['another name than the file', waiverYaml.replace('name: reports-are-public', 'name: other'), 'name = "other": the file\'s own name'],
  ])('%s', (_, yaml, message) => {
    expect(() => load(yaml)).toThrow(`${file}: `);
    expect(() => load(yaml)).toThrow(message);
  });
});

describe('the order', () => {
  const orderOf = (files: Readonly<Record<string, string>>) =>
    resolveOrder(loadCatalog(writeCatalog(files), {}), { ...releaseBody, attempt: 1 }, ana);

  test('holds the waivers in scope, ended ones too, and its digest of the catalog covers them', () => {
    const without = orderOf({});
    const order = orderOf({ [file]: waiverYaml });
    expect(without).not.toHaveProperty('waivers');
    expect(order.waivers?.map(({ name }) => name)).toEqual(['reports-are-public']);
    const digests = [without, order, orderOf({ [file]: waiverYaml.replace('olga', 'bo') })].map(({ catalogDigest }) => catalogDigest);
    expect(new Set(digests).size).toBe(3);
  });

  test('does not hold those of another environment', () => {
    const staging = environmentYaml.replace('name: production', 'name: staging');
    const order = orderOf({
      'environments/staging.yaml': staging,
      [file]: waiverYaml.replace('environment: production', 'environment: staging'),
    });
    expect(order).not.toHaveProperty('waivers');
  });

  test('that waivers alone make too long says what to do', () => {
    const files = Array.from({ length: 60 }, (_, index) => {
      const name = `waiver-${index}`;
      return [
        `waivers/${name}.yaml`,
        waiverYaml.replace('reports-are-public', name).replace(/reason: .*/, `reason: ${'r'.repeat(280)}`),
      ] as const;
    });
    expect(() => orderOf(Object.fromEntries(files))).toThrow(/of them waivers: take away those that have ended/);
  });
});

test('a waiver that is written or taken away is a change of the catalog', () => {
  const folder = writeCatalog({ [file]: waiverYaml });
  const before = catalogStamp(folder);
  rmSync(join(folder, file));
  expect(catalogStamp(folder)).not.toBe(before);
});
