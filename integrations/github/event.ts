/**
 * The pull request that a job runs for. One from a fork is nobody's whom the repository has let in: nothing of it is
 * planned with credentials, and the job fails, so that a required check does not pass unseen.
 */
import { readFileSync } from 'node:fs';
import { CliError, exitCodes, usage } from '../../cli/errors.ts';
import { variable } from './inputs.ts';
import type { Job } from './job.ts';

export interface PullRequest {
  readonly number: number;
  readonly headCommit: string;
  readonly headBranch: string;
}

export function pullRequestOf(job: Job): PullRequest {
  const event = variable(job, 'GITHUB_EVENT_NAME');
  if (event !== 'pull_request')
    throw usage(
      `plan runs on pull_request, and this job runs on ${event}${event === 'pull_request_target' ? ', which has the rights of the base branch while the code is another’s' : ''}`,
    );
  const { number, head } = payloadOf(job);
  if (head?.repo?.full_name !== variable(job, 'GITHUB_REPOSITORY')) throw fromFork(head?.repo?.full_name);
  if (typeof number !== 'number' || !/^[0-9a-f]{40}$/.test(head.sha ?? '') || typeof head.ref !== 'string')
    throw usage('the event says neither number, head.sha nor head.ref of its pull request: GitHub sends them with pull_request');
  return { number, headCommit: head.sha ?? '', headBranch: head.ref };
}

const fromFork = (fork: string | undefined): CliError =>
  new CliError(
    exitCodes.refused,
    `nothing was planned: this pull request comes from ${fork ?? 'a fork that is gone'}, and a plan runs code with credentials. Nothing was commented, checked or uploaded either. Somebody who may write to this repository reads the change and pushes it to a branch here`,
  );

interface Payload {
  readonly number?: unknown;
  readonly head?: { readonly sha?: string; readonly ref?: unknown; readonly repo?: { readonly full_name?: string } | null };
}

function payloadOf(job: Job): Payload {
  const file = variable(job, 'GITHUB_EVENT_PATH');
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { readonly pull_request?: Payload }).pull_request ?? {};
  } catch (error) {
    throw usage(`${file} (GITHUB_EVENT_PATH) cannot be read: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}
