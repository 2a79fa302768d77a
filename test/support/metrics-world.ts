/** A Prometheus that is a function of time: two versions that grow steadily, silence, outages, and a memory of what was asked. */
import { failure } from '../../activities/failure.ts';
import type { Point, PointsAt } from '../../activities/prometheus/answers.ts';
import type { Grid, MetricsSource } from '../../activities/prometheus/query.ts';
import { defaultObjectives } from '../../domain/objectives.ts';
import type { MetricsPort } from '../../domain/ports.ts';

type WatchInput = Parameters<MetricsPort['watchCanary']>[0];

/** A multiple of every interval that tests use, so that it is on each grid. */
export const start = 1_800_000_000;

export const watchInput: WatchInput = {
  release: { releaseId: 'r', service: 'fraud-scorer', environment: 'production', team: 'risk' },
  prometheus: 'http://prometheus',
  labels: { namespace: 'models' },
  series: { requests: 'requests_total', statusLabel: 'status', failureStatus: '5..', latency: 'seconds' },
  candidate: 'b',
  live: 'a',
  objectives: {
    ...defaultObjectives,
    errors: { ...defaultObjectives.errors, marginPoints: 5, limitPercent: 5 },
    latency: { ...defaultObjectives.latency, guardedBucketsMs: [100], marginFactor: 2, limitPercent: 50, limitMs: 100 },
    dispersion: 1,
    minimumRequests: 100,
  },
  judge: null,
  nextStep: false,
  promotes: true,
  deadline: false,
  plannedSeconds: 3600,
  weightPercent: 10,
  pollSeconds: 5,
  minimumSeconds: 30,
  atMostSeconds: 60,
};

export class MetricsWorld {
  errorShare = 0;
  canaryPerSecond = 10;
  stablePerSecond = 90;
  /** Of the old version; each answers its share. */
  stablePods = 2;
  /** When the old version was started; its counters begin there. */
  stableSinceSeconds = start - 2 * 86_400;
  /** When the scrapes of a slot failed; what was scraped before stays readable. */
  readonly silences: { readonly slot: 'a' | 'b'; readonly fromSeconds: number; readonly toSeconds: number }[] = [];
  down = false;
  /** Range queries alone are refused, as by a server that they are too much for. */
  refusesRanges = false;
  spacingSeconds = 1;
  /** Share of the requests that are at most so many seconds: one in ten takes longer than 100 ms, half longer than 50. */
  latency: Readonly<Record<string, number>> = { '0.05': 0.5, '0.1': 0.9 };
  /** Share of the predictions that score at most so much. */
  scores: Readonly<Record<string, number>> = {};
  /** Instants that were asked for one by one, and grids. */
  readonly instants: number[] = [];
  readonly grids: Grid[] = [];
  readonly selectors: string[] = [];

  #pod(slot: 'a' | 'b', pod: string, requests: number, errors: number): readonly Point[] {
    const labels = { slot, pod, release: slot === 'a' ? 'old' : 'new' };
    const buckets = (name: string, shares: Readonly<Record<string, number>>): readonly Point[] =>
      Object.entries(shares).map(([le, share]) => ({ labels: { ...labels, __name__: name, le }, value: Math.floor(requests * share) }));
    return [
      { labels: { ...labels, __name__: 'requests_total', status: '200' }, value: requests - errors },
      { labels: { ...labels, __name__: 'requests_total', status: '500' }, value: errors },
      ...buckets('seconds_bucket', { ...this.latency, '+Inf': 1 }),
      ...buckets('scores_bucket', { ...this.scores, '+Inf': 1 }),
    ];
  }

  #isSilent(slot: 'a' | 'b', instantSeconds: number): boolean {
    return this.silences.some((one) => one.slot === slot && instantSeconds >= one.fromSeconds && instantSeconds < one.toSeconds);
  }

  at(instantSeconds: number, selector: string): readonly Point[] {
    const slots = /slot=~"([^"]*)"/.exec(selector)?.[1]?.split('|') ?? [];
    const stableAge = instantSeconds - this.stableSinceSeconds;
    const stable = Math.floor((stableAge * this.stablePerSecond) / this.stablePods);
    const canary = Math.floor(Math.max(0, instantSeconds - start) * this.canaryPerSecond);
    return [
      ...(slots.includes('a') && !this.#isSilent('a', instantSeconds) && stableAge >= 0
        ? Array.from({ length: this.stablePods }, (_, index) => this.#pod('a', `old-${index}`, stable, 0)).flat()
        : []),
      ...(slots.includes('b') && !this.#isSilent('b', instantSeconds) && instantSeconds >= start
        ? this.#pod('b', 'new', canary, Math.floor(canary * this.errorShare))
        : []),
    ];
  }

  #answer(selector: string): void {
    if (this.down) throw failure('metrics.unreachable', 'Prometheus did not answer: Error');
    this.selectors.push(selector);
  }

  readonly source: MetricsSource = {
    instant: async (_prometheus, selector, instantSeconds) => {
      this.#answer(selector);
      this.instants.push(instantSeconds);
      return this.at(instantSeconds, selector);
    },
    range: async (_prometheus, selector, grid) => {
      this.#answer(selector);
      if (this.refusesRanges) throw failure('tool.rejected', 'Prometheus refused the query with 422');
      this.grids.push(grid);
      const count = Math.floor((grid.toSeconds - grid.fromSeconds) / grid.stepSeconds) + 1;
      return Array.from({ length: count }, (_, index): PointsAt => {
        const instantSeconds = grid.fromSeconds + index * grid.stepSeconds;
        return { instantSeconds, points: this.at(instantSeconds, selector) };
      }).filter(({ points }) => points.length > 0);
    },
    scrapeTimes: async (_prometheus, selector, instantSeconds, withinSeconds) => {
      this.#answer(selector);
      const count = Math.floor(withinSeconds / this.spacingSeconds);
      return [Array.from({ length: count }, (_, index) => instantSeconds - withinSeconds + (index + 1) * this.spacingSeconds)];
    },
  };
}
