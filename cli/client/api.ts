/** The generated client, with our address and token, and its answers as values or `CliError`s. */
import { CliError, exitCodes, problemError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { type Client, createClient, createConfig } from './generated/client/index.ts';
import type { Problem } from './generated/index.ts';

export type { Client } from './generated/client/index.ts';

export function createApi({ apiUrl, token }: Settings): Client {
  return createClient(createConfig({ baseUrl: apiUrl, ...(token !== undefined && { auth: () => token }) }));
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
  throw response === undefined
    ? unreachable(apiUrl)
    : new CliError(exitCodes.unreachable, `${apiUrl} answered ${response.status}, and not as Plimsoll does`);
}

export const unreachable = (apiUrl: string): CliError =>
  new CliError(exitCodes.unreachable, `nobody answers at ${apiUrl}: is the API up? PLIMSOLL_API_URL names another one`);

const isProblem = (error: unknown): error is Problem => typeof error === 'object' && error !== null && 'kind' in error && 'advice' in error;
