/**
 * The situations that judges are put into: good versions in ordinary and in difficult conditions, and
 * regressions of errors and of latency. Names are seeds: renaming one changes its traffic.
 */
import type { Slowdown } from './latency.ts';
import { durationSeconds, plain, type Regression, type Scenario } from './traffic.ts';

export const rates = [10, 100, 1000] as const;

const percent = (share: number): string => `${Number((share * 100).toFixed(3))} %`;

/* ------------------------------------------------------------------- good versions */

/** Both versions alike, requests independent. */
export const good = (requestsPerSecond: number, errorShare: number, latency: boolean): Scenario => ({
  ...plain,
  name: `good ${latency ? 'latency' : 'errors'} ${percent(errorShare)} ${requestsPerSecond} rps`,
  requestsPerSecond,
  errorShare,
  latency,
});

const turn = (seconds: number): number => Math.sin((2 * Math.PI * seconds) / durationSeconds);
/** A dependency that both versions need fails for two minutes, half an hour in. */
const isOutage = (seconds: number): boolean => seconds >= 1800 && seconds < 1920;

/** Error rates move by ±80 % and latency by ±30 % within the hour; in the outage 30 times the errors, twice as slow. */
export const drifting = (latency: boolean): Scenario => ({
  ...good(100, 0.01, latency),
  name: `drift and outage ${latency}`,
  drift: (seconds) => ({
    errors: (1 + 0.8 * turn(seconds)) * (isOutage(seconds) ? 30 : 1),
    pace: (1 + 0.3 * turn(seconds)) * (isOutage(seconds) ? 2 : 1),
  }),
});

/** A quarter of an hour each at 1, 5, 25 and 50 %, while errors rise from a fifth to nine times that, and latency by a half. */
export const stepping = (latency: boolean): Scenario => ({
  ...good(100, 0.01, latency),
  name: `weights and drift ${latency}`,
  weights: [0.01, 0.05, 0.25, 0.5].map((share, index) => ({ fromSeconds: (index * durationSeconds) / 4, share })),
  drift: (seconds) => ({ errors: 0.2 + (1.6 * seconds) / durationSeconds, pace: 0.8 + (0.4 * seconds) / durationSeconds }),
});

/** Clients try a failed request again, up to three attempts; seven of ten retries fail as well. */
export const retrying: Scenario = { ...good(100, 0.01, false), name: 'retries', retryFails: 0.7 };

/** Twice a minute a pod stops for 0.1 to 0.5 s, as garbage collection or a cold cache does: 1 % of its requests wait. */
export const pausing = (requestsPerSecond: number): Scenario => ({
  ...good(requestsPerSecond, 0.001, true),
  name: `pauses ${requestsPerSecond} rps`,
  pauses: { everySeconds: 30, shortestSeconds: 0.1, longestSeconds: 0.5 },
});

/** The new version's pods have a noise of their own: ±30 % in each minute, on average nothing. */
export const noisy: Scenario = { ...good(100, 0.01, false), name: 'noise', canaryNoise: 0.3 };

/* ------------------------------------------------------------------- regressions */

const usual: Slowdown = { of: 'all', factor: 1 };

export const moreErrors = (requestsPerSecond: number, from: number, to: number, fromSeconds = 0): Scenario => ({
  ...good(requestsPerSecond, from, false),
  name: `errors ${percent(from)} to ${percent(to)} ${requestsPerSecond} rps from ${fromSeconds}`,
  regression: { fromSeconds, errorShare: to, slowdown: usual },
});

/** No failures: what is measured is how latency alone is seen. `release` has both. */
export const slower = (requestsPerSecond: number, slowdown: Slowdown): Scenario => ({
  ...good(requestsPerSecond, 0, true),
  name: `latency ${slowdown.of} x${slowdown.factor} ${requestsPerSecond} rps`,
  regression: { fromSeconds: 0, errorShare: null, slowdown },
});

export const slowdowns: readonly Slowdown[] = (['all', 'tail'] as const).flatMap((of) => [1.2, 1.5, 2].map((factor) => ({ of, factor })));

/** Errors and latency at once, as a release has them. */
export const release = (
  name: string,
  requestsPerSecond: number,
  errorShare: number,
  regression: Omit<Regression, 'fromSeconds'> | null,
): Scenario => ({
  ...good(requestsPerSecond, errorShare, true),
  name: `release ${name} ${requestsPerSecond} rps`,
  regression: regression === null ? null : { fromSeconds: 0, ...regression },
});
