/** Where the API is and who we are: the environment first, then a login, then what `plimsoll token --save` wrote. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { usage } from './errors.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface Settings {
  readonly apiUrl: string;
  readonly issuerUrl: string;
  /** Of the environment, else of `plimsoll token --save`; a login goes before the latter. */
  readonly token: string | undefined;
  /** Whoever sets PLIMSOLL_TOKEN means it. */
  readonly tokenIsGiven: boolean;
  /** What `plimsoll login` left behind. */
  readonly loginsFile: string;
}

const settingsFile = (env: Env) => join(env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? homedir(), '.config'), 'plimsoll', 'settings.json');

const loginsFile = (env: Env) =>
  join(env['XDG_STATE_HOME'] ?? join(env['HOME'] ?? homedir(), '.local', 'state'), 'plimsoll', 'logins.json');

export function readSettings(env: Env): Settings {
  const saved = readSaved(settingsFile(env));
  return {
    apiUrl: addressFrom(env['PLIMSOLL_API_URL'] ?? saved['apiUrl'] ?? 'http://127.0.0.1:8080', 'PLIMSOLL_API_URL'),
    issuerUrl: addressFrom(env['PLIMSOLL_ISSUER_URL'] ?? 'http://127.0.0.1:8081', 'PLIMSOLL_ISSUER_URL'),
    token: env['PLIMSOLL_TOKEN'] ?? saved['token'],
    tokenIsGiven: env['PLIMSOLL_TOKEN'] !== undefined,
    loginsFile: loginsFile(env),
  };
}

/** A token is worth what its bearer may do: only its owner may read the file. */
export function saveToken(env: Env, apiUrl: string, token: string): string {
  const file = settingsFile(env);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${JSON.stringify({ apiUrl, token }, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return file;
}

function readSaved(file: string): Readonly<Partial<Record<string, string>>> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return {};
  }
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    throw usage(`${file} is not JSON: write it again with \`plimsoll token --save\`, or remove it`);
  }
}

function addressFrom(text: string, name: string): string {
  if (!/^https?:\/\/\S+$/.test(text)) throw usage(`${name} is ${text}; an http or https address is needed`);
  return text.replace(/\/$/, '');
}
