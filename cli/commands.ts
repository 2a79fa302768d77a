/** What each command does: one question to the API, and its answer for a person or for a program. */
import { writeFileSync } from 'node:fs';
import { askingAgain } from './client/again.ts';
import { answerOf, type Client, createApi } from './client/api.ts';
import {
  abortRelease,
  decide,
  downloadCounts,
  holdRelease,
  type ListReleasesData,
  listReleases,
  plotVerdict,
  type RollbackRequest,
  resumeRelease,
  type StartedRelease,
  showRelease,
  showService,
  showVerdict,
  skipUndo,
  startRelease,
  startRollback,
  type Told,
} from './client/generated/index.ts';
import { CliError, exitCodes, usage } from './errors.ts';
import { detailsText, obstacleLines, outcomeText, pageText, releaseTable, serviceText } from './format.ts';
import { judgementText } from './judgement.ts';
import { type LoginSession, loginAgain } from './login/command.ts';
import { tokenFromLocalIssuer } from './login/local-issuer.ts';
import { bearer, fetchWithFreshLogin } from './login/session.ts';
import { vouchedFor } from './login/sign.ts';
import { forgetLogin } from './login/store.ts';
import { type ReleaseOptions, requestFrom } from './request.ts';
import { readSettings, type Settings, saveToken } from './settings.ts';
import { type Watch, watchRelease, watchStarted } from './watch.ts';

export type Session = LoginSession;

export interface Common {
  readonly json?: boolean;
}

interface Connected extends Session {
  readonly settings: Settings;
  readonly api: Client;
}

export function connect(session: Session): Connected {
  const settings = readSettings(session.env);
  const { apiUrl } = settings;
  const note = (text: string) => session.terminal.err(`plimsoll: ${text}\n`);
  const fetch = askingAgain(fetchWithFreshLogin(settings, session.terminal, loginAgain(session, settings)), note);
  return { ...session, settings, api: createApi({ apiUrl, token: () => bearer(settings), fetch }) };
}

export function show<Value>({ terminal }: Session, { json }: Common, value: Value, text: (value: Value) => string): void {
  terminal.out(json === true ? `${JSON.stringify(value)}\n` : text(value));
}

/* ------------------------------------------------------------ beginning */

export async function release(session: Session, options: ReleaseOptions): Promise<number> {
  const connected = connect(session);
  const body = requestFrom(options);
  return begun(connected, options, await answerOf(connected.settings.apiUrl, startRelease({ client: connected.api, body })));
}

export type RollbackOptions = RollbackRequest & Common & { readonly watch?: boolean };

export async function rollback(session: Session, options: RollbackOptions): Promise<number> {
  const connected = connect(session);
  const { service, environment, to, reason, incident } = options;
  const body = { service, environment, to, reason, incident };
  return begun(connected, options, await answerOf(connected.settings.apiUrl, startRollback({ client: connected.api, body })));
}

async function begun(session: Connected, options: Common & { readonly watch?: boolean }, started: StartedRelease): Promise<number> {
  const { colors } = session.terminal;
  if (options.watch !== true || options.json !== true)
    show(session, options, started, ({ id, phase, outcome, obstacles, links }) => {
      const now = outcome === null ? phase : outcomeText(outcome, 'completed', colors);
      return `${colors.bold(id)} ${now}\n${obstacleLines(obstacles, colors)}${links.temporal === null ? '' : `${colors.dim(links.temporal)}\n`}`;
    });
  return options.watch === true ? watchStarted(started, watchOf(session, options)) : exitCodes.released;
}

/* -------------------------------------------------------------- reading */

export async function watch(session: Session, id: string, options: Common): Promise<number> {
  return watchRelease(id, watchOf(connect(session), options));
}

const watchOf = ({ settings, api, terminal }: Connected, { json }: Common): Watch => ({
  api,
  apiUrl: settings.apiUrl,
  terminal,
  json: json === true,
});

export type ListOptions = NonNullable<ListReleasesData['query']> & Common;

export async function list(session: Session, options: ListOptions): Promise<number> {
  const connected = connect(session);
  const { json, ...query } = options;
  const page = await answerOf(connected.settings.apiUrl, listReleases({ client: connected.api, query }));
  show(session, { json: json === true }, page, ({ releases, nextPageToken }) =>
    pageText(releaseTable(releases, session.terminal.colors), releases, nextPageToken),
  );
  return exitCodes.released;
}

export async function showOne(session: Session, id: string, options: Common): Promise<number> {
  const connected = connect(session);
  const found = await answerOf(connected.settings.apiUrl, showRelease({ client: connected.api, path: { id } }));
  show(session, options, found, (details) => detailsText(details, session.terminal.colors));
  return exitCodes.released;
}

export interface VerdictOptions extends Common {
  readonly weight?: number;
  readonly plot?: string;
  readonly counts?: string;
}

export async function verdict(session: Session, id: string, options: VerdictOptions): Promise<number> {
  const connected = connect(session);
  const { settings, api: client, terminal } = connected;
  const request = { client, path: { id }, query: options.weight === undefined ? {} : { weightPercent: options.weight } };
  const found = await answerOf(settings.apiUrl, showVerdict(request));
  // Written before anything is shown: who asked for a file sees first whether there is one.
  if (options.plot !== undefined) save(session, options.plot, await (await answerOf(settings.apiUrl, plotVerdict(request))).text());
  if (options.counts !== undefined) save(session, options.counts, await countsOf(session, id));
  show(session, options, found, (one) => judgementText(one, terminal.columns, terminal.colors));
  return exitCodes.released;
}

/** What was counted while a release was judged, as CSV. */
export async function countsOf(session: Session, id: string): Promise<string> {
  const { settings, api: client } = connect(session);
  return answerOf(settings.apiUrl, downloadCounts({ client, path: { id } }));
}

function save({ terminal }: Session, file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw usage(`${file} cannot be written: ${error instanceof Error ? error.message : 'unknown'}`);
  }
  terminal.err(`${file} is written\n`);
}

export async function service(session: Session, name: string, environment: string, options: Common): Promise<number> {
  const connected = connect(session);
  const path = { service: name, environment };
  const found = await answerOf(connected.settings.apiUrl, showService({ client: connected.api, path }));
  show(session, options, found, (status) => serviceText(status, session.terminal.colors));
  return exitCodes.released;
}

/* ------------------------------------------------------------- steering */

export interface DecideOptions extends Common {
  readonly statement?: string;
  readonly reason: string;
  readonly sign?: boolean;
}

/** Without `--statement` a person reads what they say yes to; a program has to have read it before. */
export async function decideOn(session: Session, decision: 'approve' | 'reject', id: string, options: DecideOptions): Promise<number> {
  const connected = connect(session);
  const statementDigest = options.statement ?? (await readStatement(connected, decision, id));
  const idToken = await vouchedFor(session, connected.settings, statementDigest, options.sign);
  const body = { decision, statementDigest, reason: options.reason, ...(idToken !== undefined && { idToken }) };
  return said(session, options, id, await answerOf(connected.settings.apiUrl, decide({ client: connected.api, path: { id }, body })));
}

async function readStatement(connected: Connected, decision: 'approve' | 'reject', id: string): Promise<string> {
  const { terminal, api, settings } = connected;
  const details = await answerOf(settings.apiUrl, showRelease({ client: api, path: { id } }));
  const { statementDigest } = details;
  if (statementDigest === null || details.waitingFor?.kind !== 'approval')
    throw new CliError(exitCodes.refused, `${id} is ${details.phase} and waits for nobody's approval`);
  if (!terminal.interactive)
    throw usage(`nobody is there to be asked: read \`plimsoll show ${id}\`, then give --statement ${statementDigest}`);
  terminal.err(detailsText(details, terminal.colors));
  const answer = await terminal.ask(`${decision} exactly this? [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(exitCodes.refused, 'nothing was said');
  return statementDigest;
}

const instructions = { hold: holdRelease, resume: resumeRelease, abort: abortRelease } as const;
export type InstructionName = keyof typeof instructions;

export async function instruct(
  session: Session,
  name: InstructionName,
  id: string,
  options: Common & { readonly reason: string },
): Promise<number> {
  const { api, settings } = connect(session);
  const tell = instructions[name];
  return said(session, options, id, await answerOf(settings.apiUrl, tell({ client: api, path: { id }, body: { reason: options.reason } })));
}

export async function skip(session: Session, id: string, undo: string, options: Common & { readonly reason: string }): Promise<number> {
  const { api, settings } = connect(session);
  const body = { reason: options.reason };
  return said(session, options, id, await answerOf(settings.apiUrl, skipUndo({ client: api, path: { id, name: undo }, body })));
}

export function said(session: Session, options: Common, id: string, told: Told): number {
  show(session, options, told, ({ state, release: now }) =>
    state === 'done' && now !== null
      ? `done: ${id} is ${now.phase}\n`
      : `accepted: ${id} goes on with it; \`plimsoll show ${id}\` says when\n`,
  );
  return exitCodes.released;
}

/* ---------------------------------------------------------------- token */

export interface TokenOptions {
  readonly as: string;
  readonly group?: readonly string[];
  readonly mfa?: boolean;
  readonly machine?: boolean;
  readonly save?: boolean;
}

/** Of the local issuer only: real providers give their tokens themselves. */
export async function token(session: Session, options: TokenOptions): Promise<number> {
  const { issuerUrl, apiUrl, loginsFile } = readSettings(session.env);
  const given = await tokenFromLocalIssuer(issuerUrl, {
    subject: options.as,
    groups: options.group ?? [],
    mfa: options.mfa === true,
    kind: options.machine === true ? 'machine' : 'human',
  });
  if (options.save === true) {
    session.terminal.err(`saved to ${saveToken(session.env, apiUrl, given)}\n`);
    // It would go before the token that somebody has just asked for.
    if (forgetLogin(loginsFile, apiUrl)) session.terminal.err(`the login at ${apiUrl} is forgotten\n`);
  } else session.terminal.out(`${given}\n`);
  return exitCodes.released;
}
