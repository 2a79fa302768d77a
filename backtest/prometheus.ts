/**
 * A range of Prometheus as a recording: the raw counters of both slots, as a watch reads them, and of the live
 * slot alone for the hours before. Asks and changes nothing.
 */
import { instantsOf, matrixAnswer } from '../activities/prometheus/answers.ts';
import { sampleOf, selectorFor, type Watched } from '../activities/prometheus/sample.ts';
import type { CountedInstant } from '../domain/judge/counts.ts';
import { BacktestError, exitCodes } from './errors.ts';
import type { Recording } from './recording.ts';
import type { Settings } from './settings.ts';

export interface PrometheusOptions {
  readonly prometheus?: string;
  readonly from?: number;
  readonly to?: number;
  readonly step: number;
  readonly service?: string;
  readonly candidate?: string;
  readonly label?: Readonly<Record<string, string>>;
}

/** One answer of a busy service is then a few megabytes. */
const chunkInstants = 100;
/** Such an answer takes a second; a Prometheus that takes longer has other troubles. */
const answerWithinMs = 30_000;
/** Of the time before, which shows how the live version is by itself: an hour of it says as much as the release does. */
const beforeSeconds = 3600;

interface Range {
  readonly prometheus: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly stepSeconds: number;
  readonly watched: Watched;
}

export async function readPrometheus(options: PrometheusOptions, settings: Settings): Promise<Recording> {
  const range = rangeOf(options, settings);
  const live = range.watched.live === null ? [] : [range.watched.live];
  const before = await samplesOf(
    { ...range, fromSeconds: range.fromSeconds - beforeSeconds, toSeconds: range.fromSeconds - range.stepSeconds },
    selectorFor(range.watched, live),
  );
  const during = await samplesOf(range, selectorFor(range.watched));
  const { service, candidate, prometheus } = options;
  if (during.every(({ sample }) => sample.canary.length === 0))
    throw new BacktestError(`${prometheus}: no series of service=${service}, slot=${candidate} between --from and --to`);
  return { name: `${service} from ${new Date(range.fromSeconds * 1000).toISOString()}`, instants: [...before, ...during] };
}

function rangeOf(options: PrometheusOptions, { objectives, series }: Settings): Range {
  const { prometheus, from, to, step, service, candidate, label = {} } = options;
  const needed = { '--prometheus': prometheus, '--from': from, '--to': to, '--service': service, '--candidate': candidate };
  const missing = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length > 0 || prometheus === undefined || from === undefined || to === undefined || service === undefined)
    throw new BacktestError(`${missing.join(', ')}: needed to read a range of Prometheus`);
  if (candidate !== 'a' && candidate !== 'b') throw new BacktestError(`--candidate = "${candidate}": a or b`);
  if (!/^https?:\/\/\S+$/.test(prometheus)) throw new BacktestError(`--prometheus = "${prometheus}": an http or https address`);
  if (to <= from) throw new BacktestError('--to: a time after --from');
  return {
    prometheus,
    fromSeconds: from,
    toSeconds: to,
    stepSeconds: step,
    watched: {
      release: { releaseId: 'backtest', service, environment: '', team: '' },
      labels: label,
      series,
      candidate,
      live: candidate === 'a' ? 'b' : 'a',
      quality: objectives.quality,
    },
  };
}

async function samplesOf({ prometheus, fromSeconds, toSeconds, stepSeconds, watched }: Range, selector: string) {
  const counted: CountedInstant[] = [];
  for (let from = fromSeconds; from <= toSeconds; from += chunkInstants * stepSeconds) {
    const to = Math.min(toSeconds, from + (chunkInstants - 1) * stepSeconds);
    const url = new URL(`${prometheus.replace(/\/+$/, '')}/api/v1/query_range`);
    url.search = new URLSearchParams({ query: selector, start: String(from), end: String(to), step: String(stepSeconds) }).toString();
    for (const { instantSeconds, points } of instantsOf(await answerFrom(url, prometheus)))
      counted.push({ sample: sampleOf(points, watched, instantSeconds), weightPercent: null });
  }
  return counted.filter(({ sample }) => sample.canary.length + sample.stable.length > 0);
}

async function answerFrom(url: URL, prometheus: string) {
  const response = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs), redirect: 'error' }).catch(() => {
    throw new BacktestError(`--prometheus ${prometheus}: it does not answer`, exitCodes.unreachable);
  });
  const answer = matrixAnswer.safeParse(await response.json().catch(() => undefined));
  if (!response.ok || !answer.success)
    throw new BacktestError(
      `--prometheus ${prometheus}: it answered ${response.status}, and not as Prometheus answers a range`,
      exitCodes.unreachable,
    );
  return answer.data;
}
