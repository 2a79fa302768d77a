/**
 * Goal: the bound that is printed holds in 99 of 100 cases, and is not so wide that it says nothing.
 * Method: polls drawn with fixed seeds, judged by the judge that ships; the printed bound against what it took.
 */
import { describe, expect, test } from 'vitest';
import { drawn, uniforms } from '../../test/support/enumeration.ts';
import { defaultObjectives } from '../objectives.ts';
import { requestsToNotice } from './detection.ts';
import { statisticalJudge } from './statistical.ts';

/** Latency has no histogram here, and half of the evidence's weight, as by default. */
const objectives = { ...defaultObjectives, dispersion: 1 as const };
const pollsOfRelease = 2_000;

/** Requests of the new version at the rollback, and the bound that the verdict prints then. */
function noticed(random: () => number, stableShare: number, requests: { readonly canary: number; readonly stable: number }) {
  const canaryShare = (10 * stableShare) / (1 + 9 * stableShare);
  let state = statisticalJudge.begin({
    objectives,
    baseline: true,
    instantSeconds: 0,
    plannedSeconds: 3_600,
    calibration: { from: 'catalog', windowSeconds: 0, polls: 0, metrics: {} },
    promotes: false,
  });
  for (let poll = 1; poll <= pollsOfRelease; poll++) {
    const arm = (of: number, share: number) => ({ requests: of, errors: drawn(random, of, share).events, atMost: [], quality: {} });
    state = statisticalJudge.observe(state, {
      instantSeconds: 5 * poll,
      edgesSeconds: [],
      canary: arm(requests.canary, canaryShare),
      stable: arm(requests.stable, stableShare),
    });
    const { kind, canary, metrics } = statisticalJudge.verdict(state);
    if (kind === 'fail') return { took: canary.requests, within: metrics[0]?.noticedWithin ?? Number.NaN };
  }
  throw new Error(`ten times ${stableShare} was not noticed in ${pollsOfRelease} polls`);
}

describe('ten times the events are noticed within the printed bound', () => {
  test.each([
    { stableShare: 0.001, canary: 40, stable: 160 },
    { stableShare: 0.01, canary: 8, stable: 32 },
    { stableShare: 0.02, canary: 10, stable: 90 },
    { stableShare: 0.01, canary: 20, stable: 20 },
    { stableShare: 0.05, canary: 10, stable: 90 },
  ])('$stableShare of the live version, $canary requests of $canary + $stable', ({ stableShare, ...requests }) => {
    const random = uniforms(2026);
    const runs = Array.from({ length: 300 }, () => noticed(random, stableShare, requests));
    const late = runs.filter(({ took, within }) => took > within);
    expect(late.length / runs.length).toBeLessThanOrEqual(0.01);
    const [took, within] = [median(runs.map((run) => run.took)), median(runs.map((run) => run.within))];
    expect(took, 'it is a bound that somebody can use').toBeGreaterThan(within / 8);
  });
});

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

describe('what is not known has no bound', () => {
  const measure = {
    source: { family: 'errors' },
    guarded: true,
    slackShare: null,
    toleranceRatio: 1.1,
    marginRatio: 1.5,
    kappa: 1,
  } as const;
  const stable = { events: 10, of: 1_000 };
  const wanted = Math.log(250);

  test.each([
    ['the weight', () => requestsToNotice(measure, stable, null, wanted)],
    ['a version without traffic', () => requestsToNotice(measure, stable, 0, wanted)],
    ['a version with all of it', () => requestsToNotice(measure, stable, 1, wanted)],
    ['the stable version', () => requestsToNotice(measure, { events: 0, of: 0 }, 0.1, wanted)],
  ])('%s', (_what, bound) => {
    expect(bound()).toBeNull();
  });

  test('requests that depend on each other need κ times as many', () => {
    const [alone, together] = [1, 3].map((kappa) => requestsToNotice({ ...measure, kappa }, stable, 0.1, wanted));
    expect(together).toBeGreaterThan(2.9 * (alone as number));
    expect(together).toBeLessThan(3.1 * (alone as number));
  });
});
