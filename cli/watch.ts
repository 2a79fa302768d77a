/**
 * Follows one release to its end. The event stream says when to look; what is shown is always the release
 * itself, so that a line that was missed while the API restarted is shown afterwards.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerOf, type Client, unreachable } from './client/api.ts';
import { type Progress, type ReleaseDetails, type ReleaseRecord, showRelease, streamReleaseEvents } from './client/generated/index.ts';
import { CliError, exitCodes } from './errors.ts';
import { changesBetween, endText, verdictText } from './format.ts';
import type { Terminal } from './terminal.ts';

export interface Watch {
  readonly api: Client;
  readonly apiUrl: string;
  readonly terminal: Terminal;
  /** Every event as one JSON line, for programs. */
  readonly json: boolean;
  /** Between two tries, and until giving up. */
  readonly retryMs?: number;
  readonly patienceMs?: number;
}

/** An API that restarts is back within seconds; after two minutes somebody should know. */
const defaults = { retryMs: 1_000, patienceMs: 120_000 };
/** A log needs no line a second. */
const progressEveryMs = 5_000;

interface StreamEvent {
  readonly event?: string | undefined;
  /** A record's sequence; `state`, `progress` and `end` have none. */
  readonly id?: number | undefined;
  readonly data: unknown;
}

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
    return release;
  };

  const take = async (event: StreamEvent): Promise<void> => {
    answeredAt = Date.now();
    last = event.id ?? last;
    if (json) terminal.out(`${JSON.stringify(event)}\n`);
    else if (event.event === 'progress') screen.progress(verdictText((event.data as Progress).verdict, terminal.colors));
    // A record that the release already counts was shown with it.
    else if (event.id === undefined || event.id >= (seen?.records ?? 0)) await look();
  };

  for (;;) {
    try {
      // The stream itself says little about a refusal: the release says all.
      await look();
      if (await follow(watch, id, last, take)) {
        const release = await look();
        terminal.out(json ? `${JSON.stringify({ event: 'release', data: release })}\n` : endText(release, terminal.colors));
        return release.outcome?.kind === 'released' ? exitCodes.released : exitCodes.refused;
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

/** Lines, and below them at most one that is rewritten while a person watches. */
class Screen {
  readonly #terminal: Terminal;
  #open = false;
  #shownAt = 0;
  #noted = '';

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  lines(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#close();
    this.#noted = '';
    this.#terminal.out(`${lines.join('\n')}\n`);
  }

  progress(text: string): void {
    if (this.#terminal.interactive) {
      this.#terminal.out(`\r\u001b[K            ${text}`);
      this.#open = true;
    } else if (Date.now() - this.#shownAt >= progressEveryMs) {
      this.#shownAt = Date.now();
      this.#terminal.out(`            ${text}\n`);
    }
  }

  /** Once, however often it is tried. */
  note(text: string): void {
    if (text === this.#noted) return;
    this.#close();
    this.#noted = text;
    this.#terminal.err(`${text}\n`);
  }

  #close(): void {
    if (this.#open) this.#terminal.out('\n');
    this.#open = false;
  }
}
