/** A preview, asked for and followed until it is known, and what it says in a few lines. The GitHub action does the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerOf, type Client } from './client/api.ts';
import { type PreviewDetails, type PreviewRequest, showPreview, startPreview } from './client/generated/index.ts';
import { type Colors, changesBetween, obstacleLines } from './format.ts';

/** A plan takes minutes; a person sees a phase change within a second. */
const lookEveryMs = 1_000;

export interface Following {
  readonly colors: Colors;
  readonly everyMs?: number;
  /** A line for each thing that became true. */
  readonly say: (line: string) => void;
  /** Asks the API, as often as whoever follows has patience for. */
  readonly ask: <Answer>(call: () => Promise<Answer>) => Promise<Answer>;
}

export async function followPreview(api: Client, apiUrl: string, body: PreviewRequest, following: Following): Promise<PreviewDetails> {
  const { colors, everyMs = lookEveryMs, say, ask } = following;
  const { id } = await ask(() => answerOf(apiUrl, startPreview({ client: api, body })));
  let seen: PreviewDetails | undefined;
  for (;;) {
    const now = await ask(() => answerOf(apiUrl, showPreview({ client: api, path: { id } })));
    for (const line of news(seen, now, colors)) say(line);
    if (now.status !== 'running') return now;
    seen = now;
    await sleep(everyMs);
  }
}

/** The lines of a release that is watched: a preview is one that stops early. */
function news(before: PreviewDetails | undefined, now: PreviewDetails, colors: Colors): readonly string[] {
  const release = (one: PreviewDetails) => ({
    ...one,
    progress: null,
    incidents: [],
    recovery: null,
    links: { self: '', events: '', page: null, temporal: null },
  });
  return changesBetween(before === undefined ? undefined : release(before), release(now), colors);
}

export function planText({ status, outcome, attention, approval, override, obstacles, lanes }: PreviewDetails, colors: Colors): string {
  if (status === 'failed') return `${colors.red('a step broke')}: ${attention ?? 'the workers’ log says which'}\n`;
  if (outcome !== null) return `${colors.red(`would be ${outcome.kind}`)}: ${outcome.reason}\n`;
  const busy = lanes
    .filter(({ heldBy }) => heldBy !== null)
    .map(({ lane, heldBy, waiting }) => `lane ${lane} is held by ${heldBy}, ${waiting} waiting\n`);
  const approvers = approval === null ? 'without an approval' : `once ${approval} have approved`;
  const passes = override === undefined ? '' : `${colors.yellow(`would pass freezes, ${override.ticket}: ${override.reason}`)}\n`;
  return `${colors.green('would be released')} ${approvers}\n${passes}${obstacleLines(obstacles, colors)}${busy.join('')}`;
}
