import { describe, expect, test } from 'vitest';
import { durationText, evidenceText, oddsRatioText, provenanceText, shareText, wholeText } from './words.ts';

describe('evidence is odds, of which the size matters', () => {
  test.each([
    [Math.log(3_187), '1 : 3,190'],
    [Math.log(125), '1 : 125'],
    [Math.log(20), '1 : 20'],
    [Math.log(1.37), '1 : 1.4'],
    [0, '1 : 1'],
    [Math.log(0.37), '1 : 0.37'],
    [Math.log(0.01), '1 : 0.01'],
    [-800, '1 : 0.01 or less'],
    [Math.log(999_600), '1 : 1,000,000'],
    [6 * Math.LN10, '1 : 10^6'],
    [Math.log(2.5e9), '1 : 10^9'],
    [5_000, '1 : 10^2171'],
  ])('%f is %s', (log, text) => expect(evidenceText(log)).toBe(text));
});

test.each([
  [0, '0.00 %'],
  [0.000_03, '0.0030 %'],
  [0.001_17, '0.12 %'],
  [0.0289, '2.89 %'],
  [0.25, '25.0 %'],
  [1, '100.0 %'],
])('the share %f is %s', (share, text) => expect(shareText(share)).toBe(text));

test.each([
  [999, '999'],
  [1_000, '1,000'],
  [1_234_567, '1,234,567'],
])('%i is %s', (value, text) => expect(wholeText(value)).toBe(text));

test('an odds ratio has its interval, and says what it lacks', () => {
  expect(oddsRatioText({ estimate: 1.5, interval: { low: 1.1, high: 2.2 } })).toBe('×1.50 [1.10, 2.20]');
  expect(oddsRatioText({ estimate: null, interval: { low: 0, high: null } })).toBe('[0.00, ∞]');
  expect(oddsRatioText(null)).toBe('–');
});

test('a verdict says where its calibration comes from', () => {
  expect(provenanceText({ from: 'history', windowSeconds: 86_400, polls: 5_760 })).toBe(
    'calibrated on 24 h of the old version, 5,760 polls',
  );
  expect(provenanceText({ from: 'history', windowSeconds: 0, polls: 0 })).toContain('too little history for κ');
  expect(provenanceText({ from: 'catalog', windowSeconds: 0, polls: 0 })).toContain('catalog');
  expect(provenanceText({ from: 'none', windowSeconds: 0, polls: 0 })).toContain('no history');
});

test.each([
  [30, '30 s'],
  [150, '3 min'],
  [5_400, '1.5 h'],
])('%i seconds are %s', (seconds, text) => expect(durationText(seconds)).toBe(text));
