/** Notices that nobody took: what they are, and that they are delivered after all or let go. */
import type { Command } from 'commander';
import { answerOf } from './client/api.ts';
import { discardNotice, listUndelivered, type NoticeState, redeliverNotice, type UndeliveredNotice } from './client/generated/index.ts';
import { type Common, connect, type Session, show } from './commands.ts';
import { exitCodes, usage } from './errors.ts';
import { day, table } from './format.ts';
import type { Terminal } from './terminal.ts';

async function undelivered(session: Session, options: Common): Promise<number> {
  const notices = await listed(session);
  show(session, options, notices, (all) => undeliveredTable(all, session.terminal.colors));
  return exitCodes.released;
}

/** All pages: there are as many as receivers were away for, and more than one page of them is a bad day. */
async function listed(session: Session): Promise<readonly UndeliveredNotice[]> {
  const { settings, api: client } = connect(session);
  const notices: UndeliveredNotice[] = [];
  let pageToken: string | null | undefined;
  do {
    const query = { pageSize: 100, ...(pageToken != null && { pageToken }) };
    const page = await answerOf(settings.apiUrl, listUndelivered({ client, query }));
    notices.push(...page.notices);
    pageToken = page.nextPageToken;
  } while (pageToken !== null);
  return notices;
}

export function undeliveredTable(notices: readonly UndeliveredNotice[], colors: Terminal['colors']): string {
  if (notices.length === 0) return 'every notice was taken\n';
  return table(
    ['SINCE', 'WHO', 'WHAT', 'WHY NOT', 'NOTICE'],
    notices.map(({ since, target, text, because, id }) => [day(since), target, text, colors.red(because), id]),
    colors,
  );
}

interface RedeliverOptions extends Common {
  readonly all?: boolean;
}

/** One after the other: a receiver that is just back is not run over. */
async function redeliver(session: Session, id: string | undefined, options: RedeliverOptions): Promise<number> {
  if ((id === undefined) === (options.all !== true)) throw usage('name one notice, or say --all: `plimsoll undelivered` lists them');
  const { settings, api: client } = connect(session);
  const ids = id === undefined ? (await listed(session)).map((notice) => notice.id) : [id];
  let waiting = 0;
  for (const one of ids) {
    const state = await answerOf(settings.apiUrl, redeliverNotice({ client, path: { id: one } }));
    if (state.state === 'waiting') waiting += 1;
    show(session, options, { id: one, ...state }, (said) => stateText(said, session.terminal.colors));
  }
  return waiting === 0 ? exitCodes.released : exitCodes.refused;
}

async function discard(session: Session, id: string, { reason, ...options }: Common & { readonly reason: string }): Promise<number> {
  const { settings, api: client } = connect(session);
  const state = await answerOf(settings.apiUrl, discardNotice({ client, path: { id }, body: { reason } }));
  show(session, options, { id, ...state }, (said) => stateText(said, session.terminal.colors));
  return exitCodes.released;
}

export const stateText = ({ id, state, because }: NoticeState & { readonly id: string }, colors: Terminal['colors']): string =>
  state === 'waiting' ? `${id} ${colors.red('was not taken')}: ${because ?? 'unknown'}\n` : `${id} ${state}\n`;

/** `command` makes one with the options that every command has. */
export function addNoticeCommands(
  session: Session,
  command: (words: string, description: string) => Command,
  finish: (exitCode: number) => void,
): void {
  command('undelivered', 'notices that nobody took within an hour of tries, the newest first').action(async (options: Common) =>
    finish(await undelivered(session, options)),
  );
  command('redeliver [notice]', 'deliver a notice that nobody took; exit code 0 when it was taken')
    .option('--all', 'every one that is listed, one after the other')
    .action(async (id: string | undefined, options: RedeliverOptions) => finish(await redeliver(session, id, options)));
  command('discard <notice>', 'let a notice go that nobody needs any more')
    .requiredOption('--reason <text>', 'why; it goes into the record')
    .action(async (id: string, options: Common & { readonly reason: string }) => finish(await discard(session, id, options)));
}
