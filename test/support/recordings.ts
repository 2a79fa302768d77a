/** Recordings by arithmetic: the same requests at every instant, without chance, so that a test knows what they say. */
import type { PodCounters } from '../../domain/judge/counters.ts';
import { type CountedInstant, writeCounts } from '../../domain/judge/counts.ts';

export interface Traffic {
  /** Requests a second of both versions together, and the new one's share of them. */
  readonly perSecond?: number;
  readonly canaryShare?: number;
  readonly errorShare?: { readonly stable: number; readonly canary: number };
  /** Of requests that are slower than each edge. */
  readonly slowerShare?: { readonly stable: readonly number[]; readonly canary: readonly number[] };
  readonly pods?: { readonly stable: number; readonly canary: number };
  readonly stepSeconds?: number;
  readonly seconds?: number;
  /** The new version comes this long after the recording has begun. */
  readonly canaryFromSeconds?: number;
  /** Weights by when they begin; none: no column. */
  readonly weights?: readonly (readonly [fromSeconds: number, percent: number])[];
}

export const edgesSeconds = [0.1, 0.25, 0.5];
/** 24 November 2026, 10:00:00 UTC. */
export const recordedFromSeconds = Date.UTC(2026, 10, 24, 10) / 1000;
const slower = [0.3, 0.03, 0.006];

export function recorded(traffic: Traffic = {}): readonly CountedInstant[] {
  const { perSecond = 100, canaryShare = 0.1, stepSeconds = 5, seconds = 3600, canaryFromSeconds = 0, weights } = traffic;
  const { errorShare = { stable: 0.001, canary: 0.001 }, slowerShare = { stable: slower, canary: slower } } = traffic;
  const pods = traffic.pods ?? { stable: 2, canary: 1 };
  const perPod = { stable: (perSecond * (1 - canaryShare)) / pods.stable, canary: (perSecond * canaryShare) / pods.canary };
  const armAt = (version: 'stable' | 'canary', after: number): readonly PodCounters[] =>
    after < 0
      ? []
      : Array.from({ length: pods[version] }, (_, pod) => {
          const requests = Math.floor(perPod[version] * after);
          return {
            pod: `${version}-${pod}`,
            requests,
            errors: Math.floor(requests * errorShare[version]),
            atMost: [...slowerShare[version].map((share) => requests - Math.floor(requests * share)), requests],
            quality: {},
          };
        });
  return Array.from({ length: Math.floor(seconds / stepSeconds) + 1 }, (_, index): CountedInstant => {
    const after = index * stepSeconds;
    const weightPercent = weights?.findLast(([from]) => from <= after)?.[1] ?? null;
    const sample = {
      instantSeconds: recordedFromSeconds + after,
      edgesSeconds,
      canary: armAt('canary', after - canaryFromSeconds),
      stable: armAt('stable', after),
    };
    return { sample, weightPercent };
  });
}

export const recordedCsv = (traffic?: Traffic): string => writeCounts(recorded(traffic));
