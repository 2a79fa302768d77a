/** How often a service is scraped: an instant between two scrapes would say again what the one before said. */
import type { MetricsSource } from './query.ts';
import { requestsSelector, type Watched } from './sample.ts';

/** Five scrapes of the longest interval in use, which is a minute. */
const withinSeconds = 300;
/** Scrapes jitter; so much later than a whole second is that second. */
const jitterSeconds = 0.25;

/** In whole seconds; `null` where no series has two scrapes yet. */
export async function scrapeSpacing(
  source: MetricsSource,
  prometheus: string,
  watched: Watched,
  instantSeconds: number,
): Promise<number | null> {
  return spacingOf(await source.scrapeTimes(prometheus, requestsSelector(watched), instantSeconds, withinSeconds));
}

/** The median, so that scrapes that failed do not make it longer. */
export function spacingOf(series: readonly (readonly number[])[]): number | null {
  const gaps = series.flatMap((times) => times.slice(1).map((time, index) => time - (times[index] ?? time))).toSorted((a, b) => a - b);
  const median = gaps[Math.floor(gaps.length / 2)];
  return median === undefined ? null : Math.max(1, Math.ceil(median - jitterSeconds));
}
