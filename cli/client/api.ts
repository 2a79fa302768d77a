/** The generated client, with our address and token, and its answers as values or `CliError`s. */
import { CliError, exitCodes, problemError } from '../errors.ts';
import { type Client, createClient, createConfig } from './generated/client/index.ts';
import type { Problem } from './generated/index.ts';

export type { Client } from './generated/client/index.ts';

type Token = string | undefined;

export interface ApiAddress {
  readonly apiUrl: string;
  /** A function is asked before each request: a login is refreshed meanwhile. */
  readonly token: Token | (() => Promise<Token>);
  readonly fetch?: typeof fetch;
}

export function createApi({ apiUrl, token, fetch }: ApiAddress): Client {
  const auth = typeof token === 'function' ? token : async () => token;
  return createClient(createConfig({ baseUrl: apiUrl, auth: async () => (await auth()) ?? '', ...(fetch !== undefined && { fetch }) }));
}

/** What the generated functions answer. */
interface Answered<Data> {
  readonly data?: Data | undefined;
  readonly error?: unknown;
  readonly response?: Response | undefined;
}

export async function answerOf<Data>(apiUrl: string, call: Promise<Answered<Data>>): Promise<Data> {
  const { data, error, response } = await call;
  if (data !== undefined) return data;
  if (isProblem(error)) throw problemError(error);
  // What went wrong before anything was sent, such as a login that has ended.
  if (error instanceof CliError) throw error;
  throw response === undefined
    ? unreachable(apiUrl)
    : new CliError(exitCodes.unreachable, `${apiUrl} answered ${response.status}, and not as Plimsoll does`);
}

export const unreachable = (apiUrl: string): CliError =>
  new CliError(exitCodes.unreachable, `nobody answers at ${apiUrl}: is the API up? PLIMSOLL_API_URL names another one`);

const isProblem = (error: unknown): error is Problem => typeof error === 'object' && error !== null && 'kind' in error && 'advice' in error;
