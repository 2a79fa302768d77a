/**
 * One release as a stream of Server-Sent Events.
 *
 * - A record: `id` is its sequence, `event` its CloudEvents type, `data` the record. A client that was cut off
 *   sends the last id it saw and misses nothing, since records are kept in the workflow, closed or not.
 * - `state`, without an id: phase, weight and whether a person is needed, whenever one of them changes.
 * - `progress`, without an id: the newest look at the metrics. Missing one is harmless.
 * - `end`: the release is closed and every record was sent. Then the stream ends by itself.
 *
 * Temporal's server is asked each second; a worker only when something has happened.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ReleaseRecord } from '../../domain/record.ts';
import type { ReleaseDescription, ReleasesGateway } from '../temporal/releases-gateway.ts';
import { type Progress, progress as progressSchema, type ReleaseState } from './schemas.ts';

export interface Pace {
  /** People see a phase change within a second. */
  readonly pollMs: number;
  /** Proxies close what is silent for half a minute. */
  readonly heartbeatMs: number;
  readonly now: () => number;
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

export const defaultPace: Pace = {
  pollMs: 1_000,
  heartbeatMs: 15_000,
  now: Date.now,
  pause: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
};

const recordsPerQuery = 100;

export async function* releaseEvents(
  gateway: Pick<ReleasesGateway, 'describe' | 'records'>,
  id: string,
  after: number,
  signal: AbortSignal,
  pace: Pace,
): AsyncGenerator<string> {
  let last = after;
  let historyLength = -1;
  let state: ReleaseState | undefined;
  let progress: Progress | undefined;
  let saidAt = pace.now();
  // Headers and a first line at once, so that a client knows that it is connected.
  yield ': connected\n\n';
  while (!signal.aborted) {
    const release = await gateway.describe(id);
    if (release === undefined) return;
    const closed = release.status !== 'running';
    if (closed || release.historyLength !== historyLength) {
      historyLength = release.historyLength;
      for (let more = true; more; ) {
        const records = await gateway.records(id, last, recordsPerQuery);
        for (const record of records) {
          yield recordEvent(record);
          last = record.sequence;
          saidAt = pace.now();
        }
        more = records.length === recordsPerQuery;
      }
    }
    const newState = stateOf(release);
    if (!isDeepStrictEqual(newState, state)) {
      state = newState;
      saidAt = pace.now();
      yield namedEvent('state', state);
    }
    if (closed) {
      yield namedEvent('end', { status: release.status });
      return;
    }
    const newProgress = progressOf(release.heartbeats);
    if (newProgress !== undefined && !isDeepStrictEqual(newProgress, progress)) {
      progress = newProgress;
      saidAt = pace.now();
      yield namedEvent('progress', progress);
    }
    if (pace.now() - saidAt >= pace.heartbeatMs) {
      saidAt = pace.now();
      yield ': still here\n\n';
    }
    try {
      await pace.pause(pace.pollMs, signal);
    } catch {
      return;
    }
  }
}

const recordEvent = (record: ReleaseRecord): string =>
  `id: ${record.sequence}\nevent: ${record.event.type}\ndata: ${JSON.stringify(record)}\n\n`;

const namedEvent = (name: 'state' | 'progress' | 'end', data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

const stateOf = ({ status, phase, outcome, weightPercent, attention }: ReleaseDescription): ReleaseState => ({
  status,
  phase,
  outcome,
  weightPercent,
  attention,
});

/** The watch's heartbeat carries its verdict; other activities' heartbeats do not. */
export function progressOf(heartbeats: readonly unknown[]): Progress | undefined {
  for (const heartbeat of heartbeats) {
    const parsed = progressSchema.safeParse(heartbeat);
    if (parsed.success) return parsed.data;
  }
  return undefined;
}
