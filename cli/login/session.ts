/**
 * The token that the API is sent: of the environment, of a login (refreshed on its own), or of `plimsoll token`.
 * Where the API wants a newer authentication (RFC 9470), a person is asked to log in again and the same is asked
 * once more; a program is told what to do.
 */
import { CliError, exitCodes } from '../errors.ts';
import type { Settings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { endsSoon, refresh, type Wanted } from './provider.ts';
import { alone, bearerOf, type Login, readLogin, writeLogin } from './store.ts';

const nowSeconds = () => Math.floor(Date.now() / 1_000);

/** `undefined`: nobody is logged in, and nothing was given. */
export async function bearer(settings: Settings): Promise<string | undefined> {
  const { apiUrl, loginsFile, token, tokenIsGiven } = settings;
  const login = tokenIsGiven ? undefined : readLogin(loginsFile, apiUrl);
  if (login === undefined) return token;
  if (!endsSoon(login, nowSeconds())) return bearerOf(login);
  return bearerOf(await alone(loginsFile, () => refreshed(settings)));
}

async function refreshed({ apiUrl, loginsFile }: Settings): Promise<Login> {
  // Another process may have done it while this one waited.
  const login = readLogin(loginsFile, apiUrl);
  if (login !== undefined && !endsSoon(login, nowSeconds())) return login;
  const next = login === undefined ? undefined : await refresh(login);
  writeLogin(loginsFile, apiUrl, next);
  if (next === undefined) throw new CliError(exitCodes.refused, 'the login has ended: `plimsoll login` begins another one');
  return next;
}

/** What the API asks for when a token is good and its authentication is not. */
export function challengeOf(response: Response): Wanted | undefined {
  const header = response.headers.get('www-authenticate') ?? '';
  if (response.status !== 401 || !/\berror="?insufficient_user_authentication"?/.test(header)) return undefined;
  const [, age] = /\bmax_age="?(\d+)"?/.exec(header) ?? [];
  const [, acrValues] = /\bacr_values="([^"]*)"/.exec(header) ?? [];
  return { ...(age !== undefined && { maxAgeSeconds: Number(age) }), ...(acrValues !== undefined && { acrValues }) };
}

const wish = ({ maxAgeSeconds, acrValues }: Wanted): string => {
  const parts = [
    ...(maxAgeSeconds === undefined ? [] : [`an authentication of the last ${Math.ceil(maxAgeSeconds / 60)} min`]),
    ...(acrValues === undefined ? [] : [`the level ${acrValues}`]),
  ];
  return parts.length === 0 ? 'a stronger or newer authentication' : parts.join(' and ');
};

/** How a person logs in again, when the API wants it; the answer is the new token. */
export type LoginAgain = (wanted: Wanted) => Promise<string>;

/** Sends a request, and once more after a login that the API has asked for. It did nothing the first time: it said 401. */
export function fetchWithFreshLogin(settings: Settings, terminal: Terminal, loginAgain: LoginAgain): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const again = request.clone();
    const response = await fetch(request);
    const wanted = challengeOf(response);
    if (wanted === undefined) return response;
    terminal.err(`the API asks for ${wish(wanted)}\n`);
    if (settings.tokenIsGiven || readLogin(settings.loginsFile, settings.apiUrl) === undefined || !terminal.interactive) {
      terminal.err('`plimsoll login --fresh` logs in again; then say the same once more\n');
      return response;
    }
    const answer = await terminal.ask('log in again now? [Y/n] ');
    if (!/^(y(es)?)?$/i.test(answer.trim())) return response;
    again.headers.set('authorization', `Bearer ${await loginAgain(wanted)}`);
    return fetch(again);
  };
}
