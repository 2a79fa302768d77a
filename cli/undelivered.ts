/** Notices that nobody took, and findings that told nobody: what they are, and that they are delivered after all or let go. */
import type { Command } from 'commander';
import { answerOf } from './client/api.ts';
import {
  type DeadFindings,
  discardNotice,
  listDeadFindings,
  listUndelivered,
  type NoticeState,
  redeliverDeadFindings,
  redeliverNotice,
  type UndeliveredNotice,
} from './client/generated/index.ts';
import { type Common, connect, type Session, show } from './commands.ts';
import { CliError, exitCodes, usage } from './errors.ts';
import { day, table } from './format.ts';
import type { Terminal } from './terminal.ts';

async function undelivered(session: Session, { findings, ...options }: Common & OfFindings): Promise<number> {
  if (findings === true) return deadOnes(session, options, listDeadFindings);
  const notices = await listed(session);
  show(session, options, notices, (all) => undeliveredTable(all, session.terminal.colors));
  return exitCodes.released;
}

interface OfFindings {
  readonly findings?: boolean;
}

/** Exit code 0 says that nothing is left there. */
async function deadOnes(session: Session, options: Common, ask: typeof listDeadFindings | typeof redeliverDeadFindings): Promise<number> {
  const { settings, api: client } = connect(session);
  const dead = await answerOf(settings.apiUrl, ask({ client }));
  show(session, { json: options.json === true }, dead, (all) => deadText(all, session.terminal.colors));
  return dead.off === null && dead.messages.every(({ told }) => told) && !dead.more ? exitCodes.released : exitCodes.refused;
}

export function deadText({ off, messages, more }: DeadFindings, colors: Terminal['colors']): string {
  if (off !== null) return `nobody could look: ${off}\n`;
  if (messages.length === 0) return 'no finding lies among the dead letters\n';
  const rows = messages.map(({ since, received, finding, malformed, told, messageId }) => [
    day(since),
    `${received} times`,
    finding === null
      ? colors.red(`no finding: ${malformed ?? 'unknown'}`)
      : `${finding.type}, severity ${finding.severity} (${finding.id})`,
    told ? 'told' : 'left',
    messageId,
  ]);
  return `${table(['SENT', 'RECEIVED', 'WHAT', 'NOW', 'MESSAGE'], rows, colors)}${more ? 'and more\n' : ''}`;
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

interface RedeliverOptions extends Common, OfFindings {
  readonly all?: boolean;
}

async function redeliver(session: Session, id: string | undefined, { findings, ...options }: RedeliverOptions): Promise<number> {
  if (findings === true) {
    if (id !== undefined || options.all === true) throw usage('--findings tells all of them: name no notice and leave out --all');
    return deadOnes(session, options, redeliverDeadFindings);
  }
  if ((id === undefined) === (options.all !== true)) throw usage('name one notice, or say --all: `plimsoll undelivered` lists them');
  if (id === undefined) return redeliverAll(session, options);
  const tried = await redeliverOne(session, id);
  show(session, options, tried, (said) => stateText(said, session.terminal.colors));
  return exitCodeOf([tried]);
}

/** What became of a notice. `gone`: it waited when it was listed, and somebody has settled it since. */
interface Tried {
  readonly id: string;
  readonly state: NoticeState['state'] | 'gone';
  readonly because: string | null;
}

const exitCodeOf = (tried: readonly Tried[]): number =>
  tried.some(({ state }) => state === 'waiting') ? exitCodes.refused : exitCodes.released;

async function redeliverOne(session: Session, id: string): Promise<Tried> {
  const { settings, api: client } = connect(session);
  return { id, ...(await answerOf(settings.apiUrl, redeliverNotice({ client, path: { id } }))) };
}

/** One after the other: a receiver that is just back is not run over. */
async function redeliverAll(session: Session, { json }: Common): Promise<number> {
  const { terminal } = session;
  const notices = await listed(session);
  const tried: Tried[] = [];
  try {
    for (const { id } of notices) {
      const one = await redeliverOne(session, id).catch(goneOrThrow(id));
      tried.push(one);
      if (json !== true) terminal.out(stateText(one, terminal.colors));
    }
  } finally {
    // What was delivered before an error is said all the same: nobody could ask for it again.
    if (json === true) terminal.out(`${JSON.stringify(tried)}\n`);
  }
  return exitCodeOf(tried);
}

/** Two people may settle what one list has: what the other one did is no reason to leave out the rest. */
const goneOrThrow =
  (id: string) =>
  (error: unknown): Tried => {
    if (!(error instanceof CliError) || error.problem?.kind !== 'notice.unknown') throw error;
    return { id, state: 'gone', because: error.problem.detail };
  };

async function discard(session: Session, id: string, { reason, ...options }: Common & { readonly reason: string }): Promise<number> {
  const { settings, api: client } = connect(session);
  const state = await answerOf(settings.apiUrl, discardNotice({ client, path: { id }, body: { reason } }));
  show(session, options, { id, ...state }, (said) => stateText(said, session.terminal.colors));
  return exitCodes.released;
}

export function stateText({ id, state, because }: Tried, colors: Terminal['colors']): string {
  if (state === 'waiting') return `${id} ${colors.red('was not taken')}: ${because ?? 'unknown'}\n`;
  return state === 'gone' ? `${id} waits no more: ${because ?? 'unknown'}\n` : `${id} ${state}\n`;
}

/** `command` makes one with the options that every command has. */
export function addNoticeCommands(
  session: Session,
  command: (words: string, description: string) => Command,
  finish: (exitCode: number) => void,
): void {
  command('undelivered', 'notices that nobody took within an hour of tries, the newest first')
    .option('--findings', 'instead: the dead-letter queue of findings; exit code 0 when nothing lies there')
    .action(async (options: Common & OfFindings) => finish(await undelivered(session, options)));
  command('redeliver [notice]', 'deliver a notice that nobody took; exit code 1 when it was not taken')
    .option('--all', 'every one that is listed, one after the other')
    .option('--findings', 'instead: what of the dead-letter queue is a finding is told; the rest stays there')
    .action(async (id: string | undefined, options: RedeliverOptions) => finish(await redeliver(session, id, options)));
  command('discard <notice>', 'let a notice go that nobody needs any more')
    .requiredOption('--reason <text>', 'why; it goes into the record')
    .action(async (id: string, options: Common & { readonly reason: string }) => finish(await discard(session, id, options)));
}
