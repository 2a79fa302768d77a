/**
 * Follows one release to its end. The event stream says when to look; what is shown is always the release
 * itself, so that a line that was missed while the API restarted is shown afterwards.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerOf, type Client, unreachable } from './client/api.ts';
import {
  type Progress,
  type ReleaseDetails,
  type ReleaseRecord,
  type StartedRelease,
  showRelease,
  streamReleaseEvents,
  type Verdict,
} from './client/generated/index.ts';
import { CliError, exitCodes } from './errors.ts';
import { changesBetween, endText } from './format.ts';
import { progressLines } from './judgement.ts';
import type { Terminal } from './terminal.ts';

export interface Watch {
  readonly api: Client;
  readonly apiUrl: string;
  readonly terminal: Terminal;
  /** Every event as one JSON line, for programs. */
  readonly json: boolean;
  /** Called with the release as it is each time it was looked at. */
  readonly onLook?: (release: ReleaseDetails) => Promise<void>;
  /** Between two tries, and until giving up. */
  readonly retryMs?: number;
  readonly patienceMs?: number;
}

/** An API that restarts is back within seconds; after two minutes somebody should know. */
const defaults = { retryMs: 1_000, patienceMs: 120_000 };
/** A log needs no block of lines a second. */
const progressEveryMs = 30_000;
/** Below times of day, as everything that belongs to them. */
const indent = ' '.repeat(12);

interface StreamEvent {
  readonly event?: string | undefined;
  /** A record's sequence; `state`, `progress` and `end` have none. */
  readonly id?: number | undefined;
  readonly data: unknown;
}

/**
 * What was asked for, to its end. Asked for again it may have ended longer ago than Temporal remembers: then there is
 * nothing to watch, and what the asking was answered says how it ended.
 */
export async function watchStarted(started: StartedRelease, watch: Watch): Promise<number> {
  const { id, outcome } = started;
  try {
    return await watchRelease(id, watch);
  } catch (error) {
    if (outcome === null || !(error instanceof CliError) || error.problem?.kind !== 'release.unknown') throw error;
    if (watch.json) watch.terminal.out(`${JSON.stringify({ event: 'started', data: started })}\n`);
    return exitCodeOf(outcome);
  }
}

const exitCodeOf = (outcome: StartedRelease['outcome'] | undefined): number =>
  outcome === 'released' ? exitCodes.released : exitCodes.refused;

export async function watchRelease(id: string, watch: Watch): Promise<number> {
  const { api, apiUrl, terminal, json } = watch;
  const { retryMs, patienceMs } = { ...defaults, ...watch };
  const screen = new Screen(terminal);
  let last: number | undefined;
  let seen: ReleaseDetails | undefined;
  let answeredAt = Date.now();

  const look = async (): Promise<ReleaseDetails> => {
    const release = await answerOf(apiUrl, showRelease({ client: api, path: { id } }));
    if (!json) screen.lines(changesBetween(seen, release, terminal.colors));
    seen = release;
    await watch.onLook?.(release);
    return release;
  };

  const take = async (event: StreamEvent): Promise<void> => {
    answeredAt = Date.now();
    last = event.id ?? last;
    if (json) terminal.out(`${JSON.stringify(event)}\n`);
    else if (event.event === 'progress') screen.progress((event.data as Progress).verdict);
    // A record that the release already counts was shown with it.
    else if (event.id === undefined || event.id >= (seen?.records ?? 0)) await look();
  };

  for (;;) {
    try {
      // The stream itself says little about a refusal: the release says all.
      await look();
      if (await follow(watch, id, last, take)) {
        const release = await look();
        screen.close();
        terminal.out(json ? `${JSON.stringify({ event: 'release', data: release })}\n` : endText(release, terminal.colors));
        return exitCodeOf(release.outcome?.kind);
      }
      screen.note('the event stream was cut: trying again');
    } catch (error) {
      const passing = error instanceof CliError && error.exitCode === exitCodes.unreachable;
      if (!passing || Date.now() - answeredAt > patienceMs) throw error;
      screen.note(`${apiUrl} does not answer: trying again`);
    }
    await sleep(retryMs);
  }
}

/** `true` once the release has ended; `false` when the stream was cut. */
async function follow({ api, apiUrl }: Watch, id: string, last: number | undefined, take: (event: StreamEvent) => Promise<void>) {
  const stopped = new AbortController();
  const events: StreamEvent[] = [];
  let failed = false;
  const { stream } = await streamReleaseEvents({
    client: api,
    path: { id },
    headers: last === undefined ? {} : { 'last-event-id': last },
    signal: stopped.signal,
    // Trying again is the caller's: it looks at the release first.
    sseMaxRetryAttempts: 1,
    onSseEvent: ({ event, data }) => {
      // The stream's comments come here too, and carry nothing.
      if (data !== undefined) events.push({ event, id: (data as Partial<ReleaseRecord>).sequence, data });
    },
    onSseError: () => {
      failed = true;
    },
  });
  try {
    // The stream gives data alone; names come by the side, in the same order.
    for await (const data of stream) {
      const event = events.shift() ?? { data };
      await take(event);
      if (event.event === 'end') return true;
    }
  } finally {
    stopped.abort();
  }
  if (failed) throw unreachable(apiUrl);
  return false;
}

/** Lines, and below them at most one block that is rewritten while a person watches. */
class Screen {
  readonly #terminal: Terminal;
  /** Lines of the block that may be rewritten. */
  #open = 0;
  #shownAt = 0;
  #shownKind = '';
  #noted = '';

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  lines(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.close();
    this.#noted = '';
    this.#terminal.out(`${lines.join('\n')}\n`);
  }

  progress(verdict: Verdict): void {
    const { columns, colors, interactive } = this.#terminal;
    if (interactive) {
      // A line that wrapped would be two lines to go back over: one place stays free.
      const block = progressLines(verdict, columns - indent.length - 1, colors).map((line) => `\r\u001b[K${indent}${line}`);
      const back = this.#open > 1 ? `\u001b[${this.#open - 1}A` : '';
      // The block before may have been longer: what is left of it goes.
      this.#terminal.out(`${back}${block.join('\n')}\u001b[J`);
      this.#open = block.length;
    } else if (Date.now() - this.#shownAt >= progressEveryMs || verdict.kind !== this.#shownKind) {
      this.#shownAt = Date.now();
      this.#shownKind = verdict.kind;
      const block = progressLines(verdict, columns - indent.length, colors);
      this.#terminal.out(`${block.map((line) => `${indent}${line}`).join('\n')}\n`);
    }
  }

  /** Once, however often it is tried. */
  note(text: string): void {
    if (text === this.#noted) return;
    this.close();
    this.#noted = text;
    this.#terminal.err(`${text}\n`);
  }

  /** What was written stays, and the next line is below it. */
  close(): void {
    if (this.#open > 0) this.#terminal.out('\n');
    this.#open = 0;
  }
}
