/** Files of a catalog as somebody may have left them: only one that means the same waiver, with a later end, renews it. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { digestText } from '../../domain/digest.ts';
import { renewalOf } from './renewals.ts';

const ended = {
  name: 'reports-are-public',
  fingerprint: digestText('finding'),
  rule: 'CKV_AWS_20',
  address: 'aws_s3_bucket.reports',
  owner: 'olga',
  reason: 'until they have a login',
  until: '2026-11-25T23:59:59.999Z',
};
const named = 'rule: CKV_AWS_20\naddress: aws_s3_bucket.reports\nenvironment: production\n';
const rest = 'reason: they still have none\nowner: olga\nfrom: 2026-11-26\nuntil: 2026-12-10\n';

let catalog: string;
beforeAll(() => {
  catalog = mkdtempSync(join(tmpdir(), 'plimsoll-catalog-'));
  mkdirSync(join(catalog, 'waivers'));
});

function renewedBy(file: string) {
  writeFileSync(join(catalog, 'waivers', 'reports-are-public.yaml'), file);
  return renewalOf(catalog, ended, { service: 'fraud-scorer', environment: 'production' }, '2026-11-27T10:00:00.000Z');
}

test.each([
  ['rule, address and environment', named + rest],
  ['its fingerprint', `fingerprint: ${ended.fingerprint}\n${rest}`],
])('a waiver is renewed by %s, with the end that it has now', async (_what, file) => {
  expect(await renewedBy(file)).toEqual({ name: 'reports-are-public', until: '2026-12-10T23:59:59.999Z' });
});

test.each([
  ['a file that is no YAML', 'rule: [\n'],
  ['a file that names nothing', rest],
  ['an end that is no day', (named + rest).replace('2026-12-10', 'some day')],
  ['an end that has passed, too', (named + rest).replace('2026-12-10', '2026-11-26')],
])('%s renews nothing', async (_what, file) => {
  expect(await renewedBy(file)).toBeUndefined();
});

test('a file that is gone renews nothing', async () => {
  expect(await renewalOf(catalog, { ...ended, name: 'other' }, { service: 's', environment: 'e' }, ended.until)).toBeUndefined();
});
