import { describe, expect, test } from 'vitest';
import { defaultObjectives } from '../../domain/objectives.ts';
import { describeErrors, fieldErrors } from '../http/problem.ts';
import { objectives } from './objectives.ts';

const drift = { kind: 'counters', name: 'low-confidence', events: 'model_low_confidence_total', of: 'model_predictions_total' };
const scores = { kind: 'histogram', name: 'score', series: 'model_score', edges: [0.2, 0.5, 0.8], worse: 'both' };

test('what is left out is as the domain has it', () => {
  expect(objectives.parse({})).toEqual(defaultObjectives);
});

test('a quality metric gets the ratios of errors, and everything that is judged the same share', () => {
  const { quality, weights } = objectives.parse({ quality: [drift] });
  expect(quality).toEqual([{ ...drift, toleranceRatio: 1.1, marginRatio: 1.5 }]);
  expect(weights).toEqual({ errors: 1 / 3, latency: 1 / 3, quality: 1 / 3 });
});

test('weights that were rounded when they were written sum to 1 when they are used', () => {
  const { weights } = objectives.parse({ quality: [drift], weights: { errors: 0.333, latency: 0.333, quality: 0.333 } });
  expect(weights.errors + weights.latency + weights.quality).toBeCloseTo(1, 12);
});

describe('a value that would make the judge useless is refused with what would be right', () => {
  test.each<[string, unknown, string]>([
    ['a margin within the tolerance', { errors: { marginRatio: 1.1 } }, 'errors.marginRatio = 1.1: more than toleranceRatio, 1.1'],
    ['a slower margin within its tolerance', { latency: { toleranceFactor: 1.3 } }, 'latency.marginFactor: more than toleranceFactor, 1.3'],
    ['a tolerance below the old version', { errors: { toleranceRatio: 0.9 } }, 'errors.toleranceRatio = 0.9: at least 1'],
    ['a margin without end', { errors: { marginRatio: 40 } }, 'errors.marginRatio = 40: at most 10 times'],
    ['edges that fall', { latency: { guardedBucketsMs: [250, 100] } }, 'latency.guardedBucketsMs = [250,100]: edges that rise'],
    ['no edge', { latency: { guardedBucketsMs: [] } }, 'latency.guardedBucketsMs = []: auto, or at least one edge'],
    ['edges by a word', { latency: { guardedBucketsMs: 'all' } }, 'latency.guardedBucketsMs = "all": auto, or a list'],
    [
      'weights of more than everything',
      { weights: { errors: 0.6, latency: 0.6 } },
      'weights = {"errors":0.6,"latency":0.6}: shares that sum to 1: these sum to 1.2',
    ],
    [
      'a share of nothing',
      { weights: { errors: 0.4, latency: 0.4, quality: 0.2 } },
      'weights.quality = 0.2: 0, since there are no quality metrics',
    ],
    ['no share of something', { quality: [drift], weights: { errors: 0.5, latency: 0.5 } }, 'weights.quality: more than 0'],
    ['a risk of a coin and more', { risk: { rollback: 0.6 } }, 'risk.rollback = 0.6: at most 0.5'],
    ['no risk at all', { risk: { promote: 0 } }, 'risk.promote = 0: more than 0'],
    ['less than no dependence', { dispersion: 0.5 }, 'dispersion = 0.5: auto, or at least 1'],
    ['a dispersion by another word', { dispersion: 'high' }, 'dispersion = "high": auto, or a number'],
    ['two quality metrics of one name', { quality: [drift, drift] }, 'each name once'],
    ['a quality metric that is judged anyway', { quality: [{ ...drift, name: 'errors' }] }, 'quality.0.name = "errors": another name'],
    [
      'a selector for a name',
      { quality: [{ ...drift, of: 'x{y="z"}' }] },
      'quality.0.of = "x{y=\\"z\\"}": the name of a Prometheus metric',
    ],
    [
      'a histogram without a direction',
      { quality: [{ ...scores, worse: 'either' }] },
      'quality.0.worse = "either": one of above, below, both',
    ],
    [
      'a quality margin within its tolerance',
      { quality: [{ ...scores, marginRatio: 1 }] },
      'quality.0.marginRatio = 1: more than toleranceRatio',
    ],
    [
      'more counts than the judge keeps',
      { quality: [scores, drift, { ...scores, name: 'more', worse: 'above' }] },
      'at most 8 counts altogether',
    ],
    ['an old name', { latency: { marginRatio: 1.25 } }, 'latency.marginRatio = 1.25: no such field'],
  ])('%s', (_, written, message) => {
    const result = objectives.safeParse(written);
    expect(describeErrors(fieldErrors(result.error?.issues ?? [], written))).toContain(message);
  });
});
