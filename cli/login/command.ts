/** `plimsoll login`, `logout` and `whoami`: who one is, from the identity provider to the API. */
import type { Command } from 'commander';
import { answerOf, createApi } from '../client/api.ts';
import { listLogins, type Me, showMe } from '../client/generated/index.ts';
import { CliError, exitCodes, usage } from '../errors.ts';
import { type Env, readSettings, type Settings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { connectTo, type LoginWay, loginByDevice, loginInBrowser, revoke, type Screen, type Wanted } from './provider.ts';
import { bearer } from './session.ts';
import { alone, bearerOf, type Login, readLogin, writeLogin } from './store.ts';

export interface LoginSession {
  readonly env: Env;
  readonly terminal: Terminal;
  /** Opens an address in the person's browser; left out, it is only told. */
  readonly openBrowser?: (url: string) => Promise<void>;
}

export interface LoginOptions {
  readonly issuer?: string;
  readonly device?: boolean;
  readonly fresh?: boolean;
  readonly browser?: boolean | undefined;
}

export async function login(session: LoginSession, options: LoginOptions): Promise<number> {
  const settings = readSettings(session.env);
  const wanted: Wanted = options.fresh === true ? { maxAgeSeconds: 0 } : {};
  const made = await loginTo(session, settings, options, wanted);
  const me = await answerOf(settings.apiUrl, showMe({ client: createApi({ apiUrl: settings.apiUrl, token: bearerOf(made) }) }));
  session.terminal.out(meText(me, session.terminal.colors));
  if (settings.tokenIsGiven) session.terminal.err('PLIMSOLL_TOKEN is set and goes first: unset it to use this login\n');
  return exitCodes.released;
}

/** Logs in and remembers it; what was remembered for this API before is replaced. */
async function loginTo(session: LoginSession, settings: Settings, options: LoginOptions, wanted: Wanted): Promise<Login> {
  const { apiUrl, loginsFile } = settings;
  const made = await tokensFrom(session, await wayOf(apiUrl, options.issuer), options, wanted);
  await alone(loginsFile, async () => writeLogin(loginsFile, apiUrl, made));
  return made;
}

async function tokensFrom(session: LoginSession, way: LoginWay, { device, browser }: LoginOptions, wanted: Wanted): Promise<Login> {
  const config = await connectTo(way);
  const screen = screenOf(session, { browser });
  return device === true ? loginByDevice(config, way, wanted, screen) : loginInBrowser(config, way, wanted, screen);
}

export const screenOf = ({ terminal, openBrowser }: LoginSession, { browser }: Pick<LoginOptions, 'browser'>): Screen => ({
  tell: (text) => terminal.err(text),
  open: async (url) => (browser === false ? undefined : openBrowser?.(url)),
});

/** The API says where people log in: one address is all that a person has to know. */
export async function wayOf(apiUrl: string, issuer: string | undefined): Promise<LoginWay> {
  const { logins } = await answerOf(apiUrl, listLogins({ client: createApi({ apiUrl, token: undefined }) }));
  if (logins.length === 0)
    throw new CliError(
      exitCodes.refused,
      `${apiUrl} has no issuer that people log in at: give it \`login\` in PLIMSOLL_ISSUERS_FILE; locally \`plimsoll token --as <you> --save\` does`,
    );
  const found = issuer === undefined && logins.length === 1 ? logins[0] : logins.find((one) => one.issuer === issuer);
  if (found === undefined) throw usage(`--issuer ${issuer ?? 'is needed'}: one of ${logins.map((one) => one.issuer).join(', ')}`);
  return found;
}

/** When the API wants a newer authentication: where one is logged in already, in the browser. */
export const loginAgain =
  (session: LoginSession, settings: Settings) =>
  async (wanted: Wanted): Promise<string> => {
    const before = readLogin(settings.loginsFile, settings.apiUrl);
    const issuer = before === undefined ? {} : { issuer: before.issuer };
    return bearerOf(await loginTo(session, settings, issuer, wanted));
  };

export async function logout(session: LoginSession): Promise<number> {
  const { terminal } = session;
  const { apiUrl, loginsFile } = readSettings(session.env);
  const known = readLogin(loginsFile, apiUrl);
  if (known === undefined) {
    terminal.err(`nobody is logged in at ${apiUrl}\n`);
    return exitCodes.released;
  }
  await alone(loginsFile, async () => writeLogin(loginsFile, apiUrl, undefined));
  // Forgotten here in any case: whoever gets hold of this machine finds nothing.
  try {
    await revoke(known);
    terminal.err(`logged out of ${apiUrl}\n`);
    return exitCodes.released;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new CliError(error.exitCode, `forgotten here, and not ended at the provider: ${error.message}`);
  }
}

export async function whoami(session: LoginSession, { json }: { readonly json?: boolean }): Promise<number> {
  const settings = readSettings(session.env);
  const api = createApi({ apiUrl: settings.apiUrl, token: () => bearer(settings) });
  const me = await answerOf(settings.apiUrl, showMe({ client: api }));
  session.terminal.out(json === true ? `${JSON.stringify(me)}\n` : meText(me, session.terminal.colors));
  return exitCodes.released;
}

function meText({ subject, kind, groups, mfa, authenticationAgeSeconds: age }: Me, colors: Terminal['colors']): string {
  const when = age === null ? 'the issuer does not say when' : `authenticated ${ageText(age)} ago`;
  return [
    `${colors.bold(subject)}, a ${kind === 'human' ? 'person' : 'machine'}`,
    `groups         ${groups.length === 0 ? 'none' : groups.join(', ')}`,
    `second factor  ${mfa ? 'shown' : 'not shown'}, ${when}`,
    '',
  ].join('\n');
}

function ageText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}

export function mountLogin(program: Command, session: LoginSession, finish: (exitCode: number) => void): void {
  program
    .command('login')
    .description('log in at your identity provider; the API says where that is')
    .option('--fresh', 'authenticate anew, also if the provider still knows you')
    .option('--device', 'without a browser on this machine: a code for another device')
    .option('--no-browser', 'only show the address')
    .option('--issuer <url>', 'where people log in at several providers')
    .action(async (options: LoginOptions) => finish(await login(session, options)));

  program
    .command('logout')
    .description('end the login at the provider and forget it here')
    .action(async () => finish(await logout(session)));

  program
    .command('whoami')
    .description('who the API takes you for: groups, second factor, age of the authentication')
    .option('--json', 'for programs: JSON instead of text')
    .action(async (options: { readonly json?: boolean }) => finish(await whoami(session, options)));
}
