/** GitHub's API by its own library: it pages, waits where GitHub asks for it, and tries again what broke on the way. */

import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import Bottleneck from 'bottleneck';
import { CliError, exitCodes } from '../../cli/errors.ts';
import { needed, variable } from './inputs.ts';
import type { Job } from './job.ts';

const PatientOctokit = Octokit.plugin(retry, throttling);

export interface GitHub {
  readonly octokit: Octokit;
  readonly owner: string;
  readonly repo: string;
}

/** GitHub asks for a minute or so; an hour's limit that is used up is not waited for. */
const waitSecondsMax = 300;
const triesMax = 3;

/** `secondMs`: how long the second is that GitHub asks to wait; tests have a shorter one. */
export function connectGitHub(job: Job, secondMs = 1_000): GitHub {
  const token = needed(job, 'github-token');
  job.mask(token);
  const [owner = '', repo = ''] = variable(job, 'GITHUB_REPOSITORY').split('/');
  const wait = (afterSeconds: number, { method, url }: { readonly method: string; readonly url: string }, _: unknown, tries: number) => {
    const again = afterSeconds <= waitSecondsMax && tries < triesMax;
    job.out(`GitHub limits ${method} ${url} for ${afterSeconds} s: ${again ? 'waiting' : 'given up'}\n`);
    return again;
  };
  const octokit = new PatientOctokit({
    auth: token,
    baseUrl: variable(job, 'GITHUB_API_URL'),
    userAgent: 'plimsoll-action',
    log: { debug() {}, info() {}, warn() {}, error() {} },
    retry: { retryAfterBaseValue: secondMs },
    throttle: {
      retryAfterBaseValue: secondMs,
      // GitHub asks for a second between two writes.
      write: new Bottleneck.Group({ maxConcurrent: 1, minTime: secondMs }),
      notifications: new Bottleneck.Group({ maxConcurrent: 1, minTime: secondMs }),
      onRateLimit: wait,
      onSecondaryRateLimit: wait,
    },
  });
  return { octokit, owner, repo };
}

/** What a token that may not is missing, by what it wanted to do. */
export async function asked<Answer>(what: string, permission: string, call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    const { status, message } = error as { readonly status?: number; readonly message?: string };
    const why = status === undefined ? 'it does not answer' : `${status}, ${(message ?? '').replaceAll(/\s+/g, ' ').slice(0, 200)}`;
    const remedy = status === 403 || status === 404 ? `: does the job have \`permissions: { ${permission} }\`?` : '';
    throw new CliError(
      status === 403 || status === 404 ? exitCodes.refused : exitCodes.unreachable,
      `GitHub did not ${what} (${why})${remedy}`,
    );
  }
}
