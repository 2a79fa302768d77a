import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import type { ListedThreat } from './client/generated/index.ts';
import { threatTable } from './threats.ts';

const plain = picocolors.createColors(false);
const threat = (change: Partial<ListedThreat> = {}): ListedThreat => ({
  id: 'f00d',
  type: 'Execution:Runtime/NewBinaryExecuted',
  title: 'a binary',
  severity: 8,
  account: '123456789012',
  region: 'eu-west-1',
  updatedAt: '2026-11-27T09:31:02.105Z',
  lastSeenAt: '2026-11-27T09:30:12.000Z',
  count: 2,
  sample: false,
  releases: [{ releaseId: 'fraud-1', service: 'fraud-scorer', environment: 'production', team: 'risk', state: 'incident' }],
  moreReleases: 0,
  ...change,
});

test('a finding is a line: how bad, when, what, about which releases and what became of them', () => {
  const [head, line] = threatTable([threat({ moreReleases: 2 })], plain).split('\n');
  expect(head).toMatch(/SEVERITY +LAST SEEN +TYPE +RELEASES +GUARDDUTY/);
  expect(line).toMatch(/^8 +2026-11-27 09:30 +Execution:Runtime\/NewBinaryExecuted +fraud-1 incident, 2 more +f00d$/);
});

test('a sample says so, and one about nothing says none', () => {
  expect(threatTable([threat({ sample: true, releases: [] })], plain)).toMatch(/NewBinaryExecuted \(a sample\) +none +f00d/);
  expect(threatTable([], plain)).toBe('no findings of GuardDuty\n');
});
