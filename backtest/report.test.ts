/** What a backtest prints, as a file that can be looked at; its numbers are written by hand. */
import { expect, test } from 'vitest';
import { defaultObjectives } from '../domain/objectives.ts';
import { failVerdict, judgedFromSeconds } from '../test/support/verdicts.ts';
import { briefText, type Judged, jsonLine, recordingText, spanText, summaryText } from './report.ts';

const at = (after: number) => judgedFromSeconds + after;
const judged: Judged = {
  name: 'recordings/slow.csv',
  replay: {
    verdict: failVerdict,
    startSeconds: judgedFromSeconds,
    instantSeconds: at(295),
    metric: 'latency 250ms',
    weightPercent: 10,
    steps: [
      { weightPercent: 5, fromSeconds: at(0), passedAtSeconds: at(25) },
      { weightPercent: 10, fromSeconds: at(120), passedAtSeconds: null },
    ],
    calibrated: {
      calibration: { from: 'history', windowSeconds: 86_400, polls: 5_760, metrics: {} },
      source: 'the history that was given',
    },
  },
  peers: [
    {
      rule: 'Some other rule',
      source: 'some/tool, docs/rule.md',
      decision: { kind: 'promote', atSeconds: at(300), reason: '5 good checks, 0 failed ones' },
    },
    {
      rule: 'A late one',
      source: 'some/tool, docs/late.md',
      decision: { kind: 'undecided', atSeconds: at(4_500), reason: 'it ended first' },
    },
  ],
};

test('one recording is a page, many are two lines each and a table', async () => {
  const pages = [
    recordingText(judged, defaultObjectives),
    recordingText(judged, { ...defaultObjectives, dispersion: 1.5 })
      .split('\n')
      .slice(-2)
      .join('\n'),
    briefText(judged),
    summaryText([judged, judged]),
  ];
  await expect(pages.join('\n')).toMatchFileSnapshot('../test/golden/judge/backtest.txt');
});

test('a line for programs is one line, and holds evidence that no number could', () => {
  const certain = { ...judged, replay: { ...judged.replay, verdict: { ...failVerdict, logEvidence: 5_000 } } };
  const line = jsonLine(certain);
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toMatchObject({
    file: 'recordings/slow.csv',
    verdict: 'fail',
    instant: at(295),
    seconds: 295,
    metric: 'latency 250ms',
    evidence: 1e300,
    rollbackAt: 125,
    peers: [{ decision: 'promote', instant: at(300), seconds: 300 }, { decision: 'undecided' }],
  });
});

test.each([
  [0, '0 s'],
  [119, '119 s'],
  [120, '2 min'],
  [295, '4 min 55 s'],
  [3_600, '1 h'],
  [5_400, '1 h 30 min'],
])('%i seconds are %s', (seconds, text) => expect(spanText(seconds)).toBe(text));
