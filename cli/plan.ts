/** `plimsoll plan`: what a release would be, followed until it is known. */
import type { Command } from 'commander';
import { connect, type Session } from './commands.ts';
import { exitCodes } from './errors.ts';
import { followPreview, planText } from './preview.ts';
import { type ReleaseOptions, requestFrom } from './request.ts';

export interface PlanOptions extends ReleaseOptions {
  readonly branch?: string;
}

export async function plan(session: Session, options: PlanOptions): Promise<number> {
  const { api, settings, terminal } = connect(session);
  const body = { ...requestFrom(options), ...(options.branch !== undefined && { branch: options.branch }) };
  const preview = await followPreview(api, settings.apiUrl, body, {
    colors: terminal.colors,
    say: (line) => {
      if (options.json !== true) terminal.out(`${line}\n`);
    },
    ask: (call) => call(),
  });
  terminal.out(options.json === true ? `${JSON.stringify(preview)}\n` : planText(preview, terminal.colors));
  return preview.status === 'completed' && preview.outcome === null ? exitCodes.released : exitCodes.refused;
}

/** `options`: those of `plimsoll release`, which asks for the same thing. */
export function addPlanCommand(session: Session, command: Command, finish: (exitCode: number) => void): void {
  command.action(async (options: PlanOptions) => finish(await plan(session, options)));
}
