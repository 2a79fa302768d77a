/**
 * What a login left behind, by the API it is for: tokens in one file that only its owner may read. It is state,
 * not configuration: it may be lost at any time, and `plimsoll login` makes it again.
 */
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, exitCodes, usage } from '../errors.ts';

export interface Login {
  readonly issuer: string;
  readonly clientId: string;
  /** Which of the two the API is sent. */
  readonly bearer: 'access' | 'id';
  readonly resource: string | null;
  /** Made in a browser on this machine, which can be asked to vouch for a decision. */
  readonly browser: boolean;
  readonly accessToken: string;
  readonly idToken: string;
  readonly refreshToken: string | null;
  /** Unix second at which what the API is sent ends. */
  readonly expiresAt: number;
}

type Logins = Readonly<Record<string, Login>>;

export const bearerOf = ({ bearer, accessToken, idToken }: Login): string => (bearer === 'id' ? idToken : accessToken);

export function readLogin(file: string, apiUrl: string): Login | undefined {
  return read(file)[apiUrl];
}

export function writeLogin(file: string, apiUrl: string, login: Login | undefined): void {
  const { [apiUrl]: _, ...others } = read(file);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Written beside and moved over: whoever reads meanwhile has the old or the new, and never half.
  writeFileSync(`${file}.new`, `${JSON.stringify(login === undefined ? others : { ...others, [apiUrl]: login }, null, 2)}\n`, {
    mode: 0o600,
  });
  renameSync(`${file}.new`, file);
}

/** Whether there was one. */
export function forgetLogin(file: string, apiUrl: string): boolean {
  const known = readLogin(file, apiUrl) !== undefined;
  if (known) writeLogin(file, apiUrl, undefined);
  return known;
}

function read(file: string): Logins {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return {};
  }
  try {
    return JSON.parse(text) as Logins;
  } catch {
    throw usage(`${file} is not JSON: remove it, and log in again`);
  }
}

/** A provider answers within seconds. Who holds the lock for longer was killed while it had it. */
const staleMs = 30_000;
const waitMs = 15_000;
const pauseMs = 50;

/**
 * One process at a time: a refresh token is good once, and a provider that sees it twice takes it for stolen and
 * ends the login.
 */
export async function alone<Value>(file: string, work: () => Promise<Value>): Promise<Value> {
  const lock = `${file}.lock`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  for (const since = Date.now(); !take(lock); await sleep(pauseMs))
    if (Date.now() > since + waitMs)
      throw new CliError(exitCodes.unreachable, `another plimsoll has ${lock} for too long: remove it if none runs`);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch {
    const { mtimeMs } = statSync(lock, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() > mtimeMs + staleMs) rmSync(lock, { force: true });
    return false;
  }
}
