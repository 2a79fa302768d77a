/** Verdicts in a terminal, as files that can be looked at; and the same numbers as everywhere else. */
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import * as words from '../domain/judge/words.ts';
import { failVerdict, firstVerdict, reading } from '../test/support/verdicts.ts';
import type { Verdict } from './client/generated/index.ts';
import { evidenceLines, evidenceText, judgementText, progressLines, shareText, verdictText } from './judgement.ts';

const plain = picocolors.createColors(false);
const golden = (name: string) => `../test/golden/judge/${name}.txt`;
const fail = failVerdict as Verdict;
const judged = { weightPercent: 25, decision: 'roll back', at: '2026-11-24T10:04:58.000Z', verdict: fail } as const;

test.each([80, 120])('a watch in a window of %i columns', async (columns) => {
  const first = progressLines(firstVerdict as Verdict, columns, plain);
  await expect(`${[...progressLines(fail, columns, plain), '', ...first].join('\n')}\n`).toMatchFileSnapshot(golden(`watch-${columns}`));
});

test('one judgement on one page', async () => {
  const passed = { ...judged, weightPercent: 5, decision: 'advance', verdict: { ...fail, kind: 'pass' } } as const;
  const found = { releaseId: 'fraud-scorer-production-0123456789ab', ...judged, steps: [passed, judged] };
  await expect(judgementText(found, 100, plain)).toMatchFileSnapshot(golden('verdict'));
});

test('a marker beyond the axis stays on it, and two in one place are one sign', () => {
  const [, line = ''] = evidenceLines({ ...fail, metrics: [reading({ logEvidence: 900, logPromotion: -900 })] }, 100);
  expect(line).toMatch(/ ○·+┼─+┊─+│─+● /);
  const [, same = ''] = evidenceLines({ ...fail, metrics: [reading({ logEvidence: 0.7, logPromotion: 0.7 })] }, 100);
  expect(same).toContain('◉');
  expect(same).not.toMatch(/[●○]/);
});

test.each([20, 40, 60, 80, 200])('no line is wider than a window of %i columns', (columns) => {
  for (const line of progressLines(fail, columns, plain)) expect(line.length).toBeLessThanOrEqual(columns);
});

test('the new version stands beside the live one on one line', () => {
  const arm = { requests: 40, errors: 1, p99Seconds: 0.1 };
  const verdict = {
    ...fail,
    kind: 'not enough',
    reason: '60 requests are missing',
    canary: arm,
    stable: { requests: 0, errors: 0, p99Seconds: null },
  } as const;
  expect(verdictText(verdict, plain)).toBe(
    'new 40 requests, 1 errors (2.50 %), p99 ≤ 100 ms | live 0 requests, 0 errors, p99 – | not enough yet: 60 requests are missing',
  );
});

test('numbers are written as the API and the Temporal UI write them', () => {
  for (const log of [-800, -4.6, -1, 0, 0.3, 2.3, 4.83, 8.07, 13.8, 13.9, 700]) expect(evidenceText(log)).toBe(words.evidenceText(log));
  for (const share of [0, 0.000_03, 0.0012, 0.0289, 0.25, 1]) expect(shareText(share)).toBe(words.shareText(share));
});
