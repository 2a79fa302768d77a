/** Verdicts in a terminal, as files that can be looked at; and the same numbers as everywhere else. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import * as words from '../domain/judge/words.ts';
import { useCli } from '../test/support/cli-calls.ts';
import { failVerdict, firstVerdict, reading } from '../test/support/verdicts.ts';
import type { Verdict } from './client/generated/index.ts';
import { evidenceLines, evidenceText, judgementText, progressLines, shareText, verdictText } from './judgement.ts';

const { world, plimsoll, started } = useCli();

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

describe('plimsoll verdict', () => {
  const judged = (id: string, weightPercent: number, decision: string, verdict: unknown, counts: readonly unknown[] = []) =>
    world().releases.record(id, 'verdict', { weightPercent, decision, verdict, counts } as never);

  test('is shown with what it was made from, for people and for programs', async () => {
    const id = await started();
    judged(id, 5, 'advance', { ...failVerdict, kind: 'pass', reason: 'no worse' });
    judged(id, 25, 'roll back', failVerdict);
    const { code, out } = await plimsoll(['verdict', id]);
    expect([code, out]).toEqual([0, expect.stringContaining('rolled back at │ 1 : 125')]);
    expect(out).toContain('latency 250ms: 347 of 12,000 (2.89 %), live 2,063 of 108,000 (1.91 %)');
    expect(out).toMatch(/5 %  went on at 10:00:00 UTC: pass[^\n]*\n *25 %  rolled back/);
    expect(JSON.parse((await plimsoll(['verdict', id, '--json'])).out)).toMatchObject({ releaseId: id, verdict: failVerdict });
    expect((await plimsoll(['verdict', id, '--weight', '5'])).out).toContain('no worse');
  });

  test('is drawn into one file and what was counted kept in another', async () => {
    const id = await started();
    const counts = 'instant,version,pod,requests,errors,le_+Inf\n0,canary,p,1,0,1\n';
    judged(id, 25, 'roll back', failVerdict, [world().keep(counts)]);
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cli-'));
    const files = [join(folder, 'verdict.svg'), join(folder, 'counts.csv')] as const;
    const { code, err } = await plimsoll(['verdict', id, '--plot', files[0], '--counts', files[1]]);
    expect([code, err]).toEqual([0, files.map((file) => `${file} is written\n`).join('')]);
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual([expect.stringMatching(/^<svg /), counts]);
  });

  test('that is not there yet is refused with what to do; a file that cannot be written is wrong usage', async () => {
    const id = await started();
    expect(await plimsoll(['verdict', id])).toMatchObject({
      code: 1,
      err: expect.stringContaining('wait until its new version has traffic'),
    });
    judged(id, 100, 'advance', firstVerdict);
    expect(await plimsoll(['verdict', id, '--counts', 'x.csv'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('release.noCounts'),
    });
    const nowhere = join(tmpdir(), 'plimsoll-no-such-folder', 'x.svg');
    expect(await plimsoll(['verdict', id, '--plot', nowhere])).toMatchObject({ code: 2, err: expect.stringContaining(nowhere) });
  });
});
