/** Commands of the people who decide and of those on call, beside `approve` and `reject`. */
import type { Command } from 'commander';
import { answerOf } from './client/api.ts';
import { type LineStatus, resumeLine, showLine, stopLine, withdrawApproval } from './client/generated/index.ts';
import { type Common, connect, type Session, said, show } from './commands.ts';
import { exitCodes } from './errors.ts';
import { lineText } from './format.ts';

interface Reasoned extends Common {
  readonly reason: string;
}

async function withdraw(session: Session, id: string, options: Reasoned): Promise<number> {
  const { api, settings } = connect(session);
  const body = { reason: options.reason };
  return said(session, options, id, await answerOf(settings.apiUrl, withdrawApproval({ client: api, path: { id }, body })));
}

interface OfEnvironment extends Common {
  readonly environment: string;
}

async function line(session: Session, options: OfEnvironment): Promise<number> {
  const { api, settings } = connect(session);
  const path = { environment: options.environment };
  return shown(session, options, await answerOf(settings.apiUrl, showLine({ client: api, path })));
}

async function tell(session: Session, message: typeof stopLine | typeof resumeLine, options: OfEnvironment & Reasoned): Promise<number> {
  const { api, settings } = connect(session);
  const { environment, reason } = options;
  return shown(session, options, await answerOf(settings.apiUrl, message({ client: api, path: { environment }, body: { reason } })));
}

function shown(session: Session, options: Common, status: LineStatus): number {
  show(session, options, status, (one) => lineText(one, session.terminal.colors));
  return exitCodes.released;
}

/** `command` makes one with the options that every command has. */
export function addPeopleCommands(
  session: Session,
  command: (words: string, description: string) => Command,
  finish: (exitCode: number) => void,
): void {
  const withReason = (made: Command): Command => made.requiredOption('--reason <text>', 'why; it goes into the record');
  const ofEnvironment = (made: Command): Command => made.requiredOption('--environment <name>');

  withReason(command('withdraw <release>', 'take back your own approval, until applying starts')).action(
    async (id: string, options: Reasoned) => finish(await withdraw(session, id, options)),
  );
  ofEnvironment(command('line', 'what keeps releases from going on in an environment, now and next')).action(
    async (options: OfEnvironment) => finish(await line(session, options)),
  );
  withReason(ofEnvironment(command('stop-the-line', 'hold every release of an environment at its next safe point; rollbacks pass'))).action(
    async (options: OfEnvironment & Reasoned) => finish(await tell(session, stopLine, options)),
  );
  withReason(ofEnvironment(command('resume-the-line', 'let releases go on; by another person than the one who stopped them'))).action(
    async (options: OfEnvironment & Reasoned) => finish(await tell(session, resumeLine, options)),
  );
}
