/** Verdicts that are written by hand, for everything that shows one. */
import type { MetricReading, TracePoint, Verdict } from '../../domain/judge/judge.ts';

/** 24 November 2026, 10:00:00 UTC. */
export const judgedFromSeconds = Date.UTC(2026, 10, 24, 10) / 1000;

export const reading = (change: Partial<MetricReading> = {}): MetricReading => ({
  metric: 'errors',
  answer: 'not enough',
  guarded: true,
  canaryShare: 14 / 12_000,
  stableShare: 110 / 108_000,
  limitShare: 0.002,
  canary: { events: 14, of: 12_000 },
  stable: { events: 110, of: 108_000 },
  logEvidence: Math.log(1.4),
  maxLogEvidence: Math.log(3.4),
  logPromotion: Math.log(6),
  oddsRatio: { estimate: 1.15, interval: { low: 0.62, high: 2.13 } },
  toleranceOddsRatio: 1.1,
  kappa: 1.2,
  crossedAtSeconds: null,
  missingRequests: 3_400,
  noticedWithin: 290,
  ...change,
});

const slowReading = reading({
  metric: 'latency 250ms',
  answer: 'fail',
  canaryShare: 0.0289,
  stableShare: 0.0191,
  limitShare: 0.024,
  canary: { events: 347, of: 12_000 },
  stable: { events: 2_063, of: 108_000 },
  logEvidence: Math.log(3_187),
  maxLogEvidence: Math.log(3_187),
  logPromotion: Math.log(0.02),
  oddsRatio: { estimate: 1.53, interval: { low: 1.12, high: 2.21 } },
  toleranceOddsRatio: 1.08,
  kappa: 1,
  crossedAtSeconds: judgedFromSeconds + 295,
  missingRequests: 0,
});

const tailReading = reading({
  metric: 'latency 2500ms',
  guarded: false,
  canaryShare: 0,
  stableShare: 0.000_03,
  limitShare: 0.000_04,
  canary: { events: 0, of: 12_000 },
  stable: { events: 3, of: 108_000 },
  logEvidence: Math.log(0.004),
  maxLogEvidence: 0,
  oddsRatio: { estimate: null, interval: { low: 0, high: null } },
  missingRequests: 0,
});

/** Evidence that stays small for two minutes and then grows until it crosses. */
const trace: readonly TracePoint[] = [0, 60, 120, 180, 240, 295].map((after, index) => ({
  instantSeconds: judgedFromSeconds + after,
  log10Evidence: [-0.1, -0.3, 0.1, 0.9, 1.8, 2.95][index] ?? 0,
  log10Promotion: [0, 0.2, 0.4, 0.1, -0.6, -1.7][index] ?? 0,
}));

/** The old version is as always, and one latency edge of the new one is worse: rolled back. */
export const failVerdict: Verdict = {
  kind: 'fail',
  reason: 'slower than 250 ms: 2.89 % of 12,000 requests of the new version against 1.91 % of the old one',
  metrics: [reading(), slowReading, tailReading],
  canary: { requests: 12_000, errors: 14, p99Seconds: 0.5 },
  stable: { requests: 108_000, errors: 110, p99Seconds: 0.25 },
  logEvidence: Math.log(890),
  logRollbackAt: Math.log(125),
  logPromoteAt: Math.log(20),
  calibration: { from: 'history', windowSeconds: 86_400, polls: 5_760 },
  trace,
};

/** A first release: nobody to compare with, and too little seen. */
export const firstVerdict: Verdict = {
  ...failVerdict,
  kind: 'not enough',
  reason: 'errors: about 3,400 more requests are needed',
  metrics: [reading({ stable: null, stableShare: null, oddsRatio: null, toleranceOddsRatio: null, limitShare: 0.01 })],
  stable: { requests: 0, errors: 0, p99Seconds: null },
  logEvidence: Math.log(0.4),
  calibration: { from: 'none', windowSeconds: 0, polls: 0 },
  trace: [],
};
