/**
 * Reads one instant after the other and says what happened in between. Every instant is read once it cannot
 * change any more, oldest first, so that a retry on another worker reads the same; an outage is made up for.
 */
import type { Increment, Sample } from '../../domain/judge/counters.ts';
import type { Slot } from '../../domain/slot.ts';
import { isFailure } from '../failure.ts';
import type { MetricsSource } from './query.ts';
import { advance, sampleOf, selectorFor, type Watched } from './sample.ts';

/** A scrape is stored up to a second after its own time: behind that, an instant reads the same each time it is read. */
const lagSeconds = 1;
/**
 * Instants, counted back from the first one, at which a pod that is missing there is looked for: the last few, for
 * scrapes that failed, and a few far back, for longer silence. A pod found nowhere would count its past again.
 */
const baseInstants = [120, 60, 30, 15, 8, 5, 4, 3, 2, 1, 0] as const;
/** After an outage the instants missed are read, an hour of 6 s polls at most; what lies before is one increment. */
const missedInstantsMax = 600;

export const nowSeconds = (): number => Date.now() / 1000;

/** The newest instant so many steps after `fromSeconds` that reads the same for ever. */
const newestInstant = (fromSeconds: number, stepSeconds: number): number =>
  fromSeconds + Math.floor((nowSeconds() - lagSeconds - fromSeconds) / stepSeconds) * stepSeconds;

/** The newest one of the clock's own grid. */
export const lastInstant = (stepSeconds: number): number => newestInstant(0, stepSeconds);

interface ReaderOptions {
  readonly source: MetricsSource;
  readonly prometheus: string;
  readonly watched: Watched;
  /** What happened until here does not count. It may lie a little ahead: then reading begins there. */
  readonly fromSeconds: number;
  readonly stepSeconds: number;
  /**
   * Versions without whose data an instant says nothing: the next one that has all of them is compared with the last
   * one that had. Half an answer would compare the requests of different times.
   */
  readonly needs: readonly ('canary' | 'stable')[];
}

export interface Reader {
  /** Why nothing good can be said: the newest instant lacks a version. */
  whySilent(): string | null;
  secondsToNext(): number;
  /** Every instant that is due, oldest first; answers why it could not go on. */
  readDue(take: (increment: Increment) => 'go on' | 'stop'): Promise<string | null>;
}

export function createReader({ source, prometheus, watched, fromSeconds, stepSeconds, needs }: ReaderOptions): Reader {
  let previous: Sample | null = null;
  let last = fromSeconds;
  let silence: { readonly slot: Slot; readonly sinceSeconds: number } | null = null;

  const read = async (instantSeconds: number): Promise<Sample> =>
    sampleOf(await source.instant(prometheus, selectorFor(watched), instantSeconds), watched, instantSeconds);

  const isWhole = (sample: Sample): boolean => {
    const missing = needs.find((version) => sample[version].length === 0);
    const slot = missing === 'stable' ? watched.live : watched.candidate;
    silence = missing === undefined || slot === null ? null : { slot, sinceSeconds: silence?.sinceSeconds ?? sample.instantSeconds };
    return silence === null;
  };

  /** Of each pod what was last seen of it, at the beginning or before. */
  const readBase = async (): Promise<Sample> => {
    let base: Sample | null = null;
    for (const back of baseInstants) {
      const sample = await read(fromSeconds - back * stepSeconds);
      base = base === null ? sample : advance(base, sample).previous;
      if (back === 0) isWhole(sample);
    }
    return base ?? (await read(fromSeconds));
  };

  return {
    whySilent: () =>
      silence === null ? null : `no metrics of slot ${silence.slot} since ${new Date(silence.sinceSeconds * 1000).toISOString()}`,
    secondsToNext: () => {
      const seconds = last + stepSeconds + lagSeconds - nowSeconds();
      return seconds > 0 ? seconds : stepSeconds;
    },
    async readDue(take) {
      try {
        const newest = newestInstant(fromSeconds, stepSeconds);
        if (newest < fromSeconds) return null;
        previous ??= await readBase();
        last = Math.max(last, newest - missedInstantsMax * stepSeconds);
        while (last + stepSeconds <= newest) {
          const sample = await read(last + stepSeconds);
          last += stepSeconds;
          if (!isWhole(sample)) continue;
          const step = advance(previous, sample);
          previous = step.previous;
          if (take(step.increment) === 'stop') break;
        }
        return null;
      } catch (error) {
        if (isFailure(error, 'metrics.unreachable')) return error.message;
        throw error;
      }
    },
  };
}
