/**
 * The raw counts of a slice, read once more and stored: evidence that anybody can judge again. Reading them once
 * more costs Prometheus a few range queries; keeping them meanwhile would make every heartbeat as large as the
 * file. A verdict never waits long for them, and never fails because of them.
 */
import { log } from '@temporalio/activity';
import type { Blob } from '../../domain/blob.ts';
import { type CountedInstant, writeCounts } from '../../domain/judge/counts.ts';
import { isFailure } from '../failure.ts';
import type { BlobStore } from '../tool/store.ts';
import type { Grid, MetricsSource } from './query.ts';
import { nowSeconds } from './reader.ts';
import { sampleOf, selectorFor, type Watched } from './sample.ts';

/** One answer of a busy service is then a few megabytes. */
const chunkInstants = 60;
/** A bad version has traffic until the slice comes back. */
const budgetSeconds = 10;

interface SliceQuestion {
  readonly prometheus: string;
  readonly watched: Watched;
  readonly weightPercent: number;
  readonly grid: Grid;
  /** Called between two questions, so that the activity is heard from. */
  readonly onProgress: () => void;
}

/** `null`: they could not be read or stored, and the log says why; or nothing was looked at. */
export async function storeCounts(
  { source, store }: { readonly source: MetricsSource; readonly store: Pick<BlobStore, 'put'> },
  question: SliceQuestion,
): Promise<Blob | null> {
  try {
    const instants = await readAgain(source, question);
    if (instants.length === 0) return null;
    return await store.put(new TextEncoder().encode(writeCounts(instants)));
  } catch (error) {
    if (!isFailure(error, 'metrics.unreachable', 'tool.rejected', 'store.unreachable')) throw error;
    log.warn('the counts of this slice are not kept', { because: error.message });
    return null;
  }
}

async function readAgain(source: MetricsSource, { prometheus, watched, weightPercent, grid, onProgress }: SliceQuestion) {
  const counted: CountedInstant[] = [];
  const giveUpAt = nowSeconds() + budgetSeconds;
  const chunkSeconds = chunkInstants * grid.stepSeconds;
  for (let fromSeconds = grid.fromSeconds; fromSeconds <= grid.toSeconds; fromSeconds += chunkSeconds) {
    onProgress();
    if (nowSeconds() > giveUpAt) {
      // Half a recording would look as if the watch had ended there.
      log.warn('the counts of this slice are not kept', { because: `Prometheus took longer than ${budgetSeconds} s to give them again` });
      return [];
    }
    const toSeconds = Math.min(grid.toSeconds, fromSeconds + chunkSeconds - grid.stepSeconds);
    for (const { instantSeconds, points } of await source.range(prometheus, selectorFor(watched), { ...grid, fromSeconds, toSeconds })) {
      const sample = sampleOf(points, watched, instantSeconds);
      if (sample.canary.length + sample.stable.length > 0) counted.push({ sample, weightPercent });
    }
  }
  return counted;
}
