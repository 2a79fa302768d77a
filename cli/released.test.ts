import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import type { DriftList, Rescan } from './client/generated/index.ts';
import { driftText, exitCodeOf, rescanText } from './released.ts';

const look = { environment: 'production', at: '2026-11-27T02:10:00.000Z', looked: 2, more: 0, unknown: [], moreUnknown: 0 };
const now = Date.parse('2026-11-27T05:00:00Z');
const colors = picocolors.createColors(false);
const drifted = (change: Partial<DriftList> = {}) => driftText({ ...look, drifts: [], ...change }, colors, now);
const rescanned = (change: Partial<Rescan> = {}) => rescanText({ ...look, findings: [], ...change }, colors, now);

const finding: Rescan['findings'][number] = {
  place: 'production/model/fraud-scorer',
  release: 'fraud-1',
  fingerprint: 'sha256:1',
  rule: 'CKV_K8S_8',
  severity: 'medium',
  address: 'Deployment.fraud-scorer-a',
  message: 'Liveness Probe Should be Configured',
};

test('what has become a finding is a line: how bad, which rule, where, of which release', () => {
  const lines = rescanned({ findings: [finding, { ...finding, severity: null, rule: 'chart.host' }], more: 3 }).split('\n');
  expect(lines[0]).toBe('findings that the release did not have, 2026-11-27 02:10 UTC:');
  expect(lines[2]).toMatch(/^medium +CKV_K8S_8 +Deployment\.fraud-scorer-a +fraud-1 +Liveness/);
  expect(lines[3]).toMatch(/^denied +chart\.host/);
  expect(lines[4]).toBe('and 3 more');
});

test('nothing is said to be well that nobody has looked at', () => {
  expect(rescanned({ more: 3 })).toContain('UTC:\n3 that there was no room to list\n');
  expect(drifted({ more: 3 })).toContain('UTC:\n3 that there was no room to list\n');
  expect(rescanned()).toBe('no finding that its release did not have: 2 looked at in production, 2026-11-27 02:10 UTC\n');
  expect(rescanned({ at: null })).toContain('nobody has looked at production yet');
  const text = rescanned({ unknown: [{ place: 'production/model/fraud-scorer', because: 'the chart is gone' }], moreUnknown: 4 });
  expect(text).toContain('production/model/fraud-scorer could not be looked at: the chart is gone\nand 4 more could not be looked at\n');
});

test('what has drifted is a line: which stack, and what releasing the same would do to what', () => {
  const place = 'production/infrastructure/platform';
  const drifts: DriftList['drifts'] = [{ place, release: 'fraud-1', address: 'aws_s3_bucket.models', action: 'update' }];
  const lines = drifted({ drifts, unknown: [{ place, because: 'fraud-2 has it in hand' }] }).split('\n');
  expect(lines[0]).toBe('not as it was released, 2026-11-27 02:10 UTC:');
  expect(lines[2]).toMatch(/^production\/infrastructure\/platform +update +aws_s3_bucket\.models +fraud-1$/);
  expect(lines[3]).toBe(`${place} could not be looked at: fraud-2 has it in hand`);
  expect(drifted()).toBe('nothing known to have drifted: 2 looked at in production, 2026-11-27 02:10 UTC\n');
  expect(drifted({ at: null })).toContain('nobody has looked at production yet');
});

test('a look that is too long ago is no answer', () => {
  const hours = (count: number) => Date.parse(look.at) + count * 3_600_000;
  expect(rescanText({ ...look, findings: [] }, colors, hours(49))).toContain('nobody has looked for 48 h: see the schedule rescan');
  expect(driftText({ ...look, drifts: [] }, colors, hours(4))).toContain('nobody has looked for 3 h: see the schedule drift');
  expect([exitCodeOf('rescan', look, [], hours(49)), exitCodeOf('drift', look, [], hours(4))]).toEqual([1, 1]);
  expect([exitCodeOf('rescan', look, [], hours(47)), exitCodeOf('drift', look, [], hours(2))]).toEqual([0, 0]);
});

test('only what was looked at whole, and is as it was, ends with 0', () => {
  const unknown = [{ place: 'production/model/fraud-scorer', because: 'the chart is gone' }];
  const codes = [{ at: null }, { more: 1 }, { unknown }, { moreUnknown: 1 }].map((change) =>
    exitCodeOf('rescan', { ...look, ...change }, [], now),
  );
  expect([...codes, exitCodeOf('rescan', look, [finding], now), exitCodeOf('rescan', look, [], now)]).toEqual([1, 1, 1, 1, 1, 0]);
});
