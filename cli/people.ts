/** Commands of the people who decide, beside `approve` and `reject`. */
import type { Command } from 'commander';
import { answerOf } from './client/api.ts';
import { withdrawApproval } from './client/generated/index.ts';
import { connect, type Session, said } from './commands.ts';

interface Said {
  readonly json?: boolean;
  readonly reason: string;
}

async function withdraw(session: Session, id: string, options: Said): Promise<number> {
  const { api, settings } = connect(session);
  const body = { reason: options.reason };
  return said(session, options, id, await answerOf(settings.apiUrl, withdrawApproval({ client: api, path: { id }, body })));
}

/** `command` makes one with the options that every command has. */
export function addPeopleCommands(
  session: Session,
  command: (words: string, description: string) => Command,
  finish: (exitCode: number) => void,
): void {
  command('withdraw <release>', 'take back your own approval, until applying starts')
    .requiredOption('--reason <text>', 'why; it goes into the record')
    .action(async (id: string, options: Said) => finish(await withdraw(session, id, options)));
}
