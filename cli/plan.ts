/** `plimsoll plan`: what a release would be, followed until it is known. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { answerOf } from './client/api.ts';
import { type PreviewDetails, showPreview, startPreview } from './client/generated/index.ts';
import { connect, type ReleaseOptions, requestFrom, type Session } from './commands.ts';
import { exitCodes } from './errors.ts';
import { type Colors, changesBetween, obstacleLines } from './format.ts';

/** A plan takes minutes; a person sees a phase change within a second. */
const lookEveryMs = 1_000;

export interface PlanOptions extends ReleaseOptions {
  readonly branch?: string;
}

export async function plan(session: Session, options: PlanOptions, everyMs = lookEveryMs): Promise<number> {
  const { api, settings, terminal } = connect(session);
  const body = { ...requestFrom(options), ...(options.branch !== undefined && { branch: options.branch }) };
  const { id } = await answerOf(settings.apiUrl, startPreview({ client: api, body }));
  let seen: PreviewDetails | undefined;
  for (;;) {
    const now = await answerOf(settings.apiUrl, showPreview({ client: api, path: { id } }));
    if (options.json !== true) for (const line of news(seen, now, terminal.colors)) terminal.out(`${line}\n`);
    seen = now;
    if (now.status !== 'running') break;
    await sleep(everyMs);
  }
  terminal.out(options.json === true ? `${JSON.stringify(seen)}\n` : planText(seen, terminal.colors));
  return seen.status === 'completed' && seen.outcome === null ? exitCodes.released : exitCodes.refused;
}

/** The lines of a release that is watched: a preview is one that stops early. */
function news(before: PreviewDetails | undefined, now: PreviewDetails, colors: Colors): readonly string[] {
  const release = (one: PreviewDetails) => ({
    ...one,
    progress: null,
    recovery: null,
    links: { self: '', events: '', page: null, temporal: null },
  });
  return changesBetween(before === undefined ? undefined : release(before), release(now), colors);
}

export function planText({ status, outcome, attention, approval, obstacles, lanes }: PreviewDetails, colors: Colors): string {
  if (status === 'failed') return `${colors.red('a step broke')}: ${attention ?? 'the workers’ log says which'}\n`;
  if (outcome !== null) return `${colors.red(`would be ${outcome.kind}`)}: ${outcome.reason}\n`;
  const busy = lanes
    .filter(({ heldBy }) => heldBy !== null)
    .map(({ lane, heldBy, waiting }) => `lane ${lane} is held by ${heldBy}, ${waiting} waiting\n`);
  const approvers = approval === null ? 'without an approval' : `once ${approval} have approved`;
  return `${colors.green('would be released')} ${approvers}\n${obstacleLines(obstacles, colors)}${busy.join('')}`;
}

/** `options`: those of `plimsoll release`, which asks for the same thing. */
export function addPlanCommand(session: Session, command: Command, finish: (exitCode: number) => void): void {
  command.action(async (options: PlanOptions) => finish(await plan(session, options)));
}
