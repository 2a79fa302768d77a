/**
 * Traffic of one release, poll by poll: Poisson arrivals, failures and slow requests by binomial and multinomial
 * draws, and the ways in which real traffic is not like that. Every judge is given the same polls.
 */
import type { ArmIncrement, Increment } from '../../../domain/judge/counters.ts';
import type { HistoryPoll } from '../../../domain/judge/dispersion.ts';
import { defaultEdgesSeconds, type Slowdown, shareSlower, unchanged, usualSeconds } from './latency.ts';
import { Random } from './random.ts';

/** What the new version does differently, from `fromSeconds` on. */
export interface Regression {
  readonly fromSeconds: number;
  /** Of its requests; `null`: as many failures as the old version has. */
  readonly errorShare: number | null;
  readonly slowdown: Slowdown;
}

/** A stop of the world in one pod, on average every `everySeconds`: what arrives waits for the rest of it. */
export interface Pauses {
  readonly everySeconds: number;
  readonly shortestSeconds: number;
  readonly longestSeconds: number;
}

export interface Scenario {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly errorShare: number;
  /** False: no histogram, errors alone. */
  readonly latency: boolean;
  readonly regression: Regression | null;
  /** The new version's share of the traffic, from each instant on. */
  readonly weights: readonly { readonly fromSeconds: number; readonly share: number }[];
  /** Both versions' error rate and latency at a time, relative to the usual. */
  readonly drift: ((seconds: number) => { readonly errors: number; readonly pace: number }) | null;
  /** Probability that a failed attempt that is tried again fails again; up to three attempts. `null`: no retries. */
  readonly retryFails: number | null;
  readonly pauses: Pauses | null;
  /** σ of the log of the new version's error rate, drawn anew each minute, with mean 1. */
  readonly canaryNoise: number;
}

export const plain: Omit<Scenario, 'name' | 'requestsPerSecond' | 'errorShare'> = {
  latency: false,
  regression: null,
  weights: [{ fromSeconds: 0, share: 0.1 }],
  drift: null,
  retryFails: null,
  pauses: null,
  canaryNoise: 0,
};

/** An hour of looks every five seconds, as in the literature's comparisons: 720 chances to be wrong. */
export const [durationSeconds, pollSeconds] = [3600, 5];
/** Pods of one version before the release; at a weight of 10 % the new version has one beside nine. */
export const pods = 10;

export interface Step {
  readonly instantSeconds: number;
  readonly share: number;
}

export interface Traffic {
  readonly startSeconds: number;
  readonly increments: readonly Increment[];
  /** Changes of weight after the first one. */
  readonly steps: readonly Step[];
}

export function trafficOf(scenario: Scenario, replicate: number): Traffic {
  const random = new Random('traffic', scenario.name, replicate);
  const noise = Array.from({ length: durationSeconds / 60 }, () => noiseOf(scenario.canaryNoise, random));
  const increments = Array.from({ length: durationSeconds / pollSeconds }, (_, poll): Increment => {
    const seconds = poll * pollSeconds;
    const { canary, stable } = conditionsAt(scenario, seconds, noise[Math.floor(seconds / 60)] ?? 1);
    return {
      instantSeconds: seconds + pollSeconds,
      edgesSeconds: scenario.latency ? defaultEdgesSeconds : [],
      canary: armOf(scenario, canary, random),
      stable: armOf(scenario, stable, random),
    };
  });
  const steps = scenario.weights.slice(1).map(({ fromSeconds, share }) => ({ instantSeconds: fromSeconds, share }));
  return { startSeconds: 0, increments, steps };
}

const noiseOf = (sigma: number, random: Random): number => (sigma === 0 ? 1 : Math.exp(sigma * random.normal() - (sigma * sigma) / 2));

/* ------------------------------------------------------------------- one version in one poll */

interface Conditions {
  readonly requestsPerSecond: number;
  readonly errorShare: number;
  /** Share slower than each edge; empty without a histogram. */
  readonly slower: readonly number[];
  readonly pods: number;
}

function conditionsAt(scenario: Scenario, seconds: number, noise: number): { readonly canary: Conditions; readonly stable: Conditions } {
  const share = scenario.weights.findLast(({ fromSeconds }) => fromSeconds <= seconds)?.share ?? 0;
  const { errors, pace } = scenario.drift?.(seconds) ?? { errors: 1, pace: 1 };
  const regression = scenario.regression !== null && seconds >= scenario.regression.fromSeconds ? scenario.regression : null;
  const usual = scenario.errorShare * errors;
  const of = (part: number, errorShare: number, slowdown: Slowdown): Conditions => ({
    requestsPerSecond: scenario.requestsPerSecond * part,
    errorShare,
    slower: scenario.latency ? slowerThanEdges(slowdown, pace) : [],
    pods: Math.max(1, Math.round(pods * part)),
  });
  return {
    canary: of(share, (regression?.errorShare ?? usual) * noise, regression?.slowdown ?? unchanged),
    stable: of(1 - share, usual, unchanged),
  };
}

/** The last law of each slowdown, since most scenarios never change theirs. */
const laws = new Map<Slowdown, { readonly pace: number; readonly slower: readonly number[] }>();

function slowerThanEdges(slowdown: Slowdown, pace: number): readonly number[] {
  const known = laws.get(slowdown);
  if (known?.pace === pace) return known.slower;
  const slower = defaultEdgesSeconds.map((edge) => shareSlower(edge, slowdown, pace));
  laws.set(slowdown, { pace, slower });
  return slower;
}

function armOf(scenario: Scenario, conditions: Conditions, random: Random): ArmIncrement {
  const { requestsPerSecond, slower } = conditions;
  const halted = scenario.pauses === null ? noHalt : haltsOf(scenario.pauses, conditions, random);
  const calls = random.poisson(Math.max(0, requestsPerSecond * pollSeconds - halted.expected)) + halted.waits.length;
  const { requests, errors } = attemptsOf(calls, conditions.errorShare, scenario.retryFails, random);
  const slow = slowCounts(requests - halted.waits.length, slower, random);
  for (const wait of halted.waits) {
    const seconds = wait + usualSeconds(random.normal());
    for (let edge = 0; edge < slow.length && seconds > (defaultEdgesSeconds[edge] ?? 0); edge++) slow[edge] = (slow[edge] ?? 0) + 1;
  }
  return { requests, errors, atMost: [...slow.map((count) => requests - count), requests], quality: {} };
}

/** Failed calls come again, at the same version: that is what makes failures come in clusters. */
function attemptsOf(
  calls: number,
  errorShare: number,
  retryFails: number | null,
  random: Random,
): Pick<ArmIncrement, 'requests' | 'errors'> {
  const first = random.binomial(calls, errorShare);
  if (retryFails === null) return { requests: calls, errors: first };
  const second = random.binomial(first, retryFails);
  const third = random.binomial(second, retryFails);
  return { requests: calls + first + second, errors: first + second + third };
}

/** Multinomial, as a chain: of those slower than one edge, how many are slower than the next. */
function slowCounts(requests: number, slower: readonly number[], random: Random): number[] {
  let [left, before] = [requests, 1];
  return slower.map((share) => {
    left = before > 0 ? random.binomial(left, share / before) : 0;
    before = share;
    return left;
  });
}

interface Halts {
  /** Requests that are expected to arrive in the pauses: they are not among the others. */
  readonly expected: number;
  /** How long each request that did arrive in one still had to wait. */
  readonly waits: readonly number[];
}

const noHalt: Halts = { expected: 0, waits: [] };

function haltsOf(pauses: Pauses, conditions: Conditions, random: Random): Halts {
  const perPod = conditions.requestsPerSecond / conditions.pods;
  const lengths = Array.from(
    { length: random.poisson((conditions.pods * pollSeconds) / pauses.everySeconds) },
    () => pauses.shortestSeconds + (pauses.longestSeconds - pauses.shortestSeconds) * random.uniform(),
  );
  const waits = lengths.flatMap((seconds) => Array.from({ length: random.poisson(perPod * seconds) }, () => seconds * random.uniform()));
  return { expected: lengths.reduce((sum, seconds) => sum + perPod * seconds, 0), waits };
}

/* ------------------------------------------------------------------- before the release */

/** The old version alone, pod by pod: what κ and the shares of slow requests are taken from. */
export function* historyOf(scenario: Scenario, seconds: number, seed: number): Generator<HistoryPoll> {
  const random = new Random('history', scenario.name, seed);
  const edgesSeconds = scenario.latency ? defaultEdgesSeconds : [];
  const alone = { ...scenario, weights: [{ fromSeconds: 0, share: 0 }] };
  for (let from = 0; from < seconds; from += pollSeconds) {
    const { stable } = conditionsAt(alone, from % durationSeconds, 1);
    const onePod = { ...stable, requestsPerSecond: stable.requestsPerSecond / pods, pods: 1 };
    yield { edgesSeconds, pods: Array.from({ length: pods }, () => armOf(scenario, onePod, random)) };
  }
}
