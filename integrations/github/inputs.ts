/** The action's inputs, checked before anything is asked: what is wrong is named with what is allowed. */

import type { PreviewRequest, ReleaseRequest } from '../../cli/client/generated/index.ts';
import { usage } from '../../cli/errors.ts';
import { type ReleaseOptions, requestFrom } from '../../cli/request.ts';
import type { Job } from './job.ts';

export interface Connection {
  readonly apiUrl: string;
  readonly audience: string;
  readonly patienceMs: number;
}

/** A token must not travel in the clear, except on one machine. */
const addressPattern = /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?(\/|$))\S*$/;
/** GitHub ends a job after six hours in any case. */
const patienceMinutesMax = 360;

export function connectionOf(job: Job): Connection {
  const apiUrl = needed(job, 'api-url');
  if (!addressPattern.test(apiUrl)) throw usage(`api-url is ${apiUrl}; an https address is needed`);
  return {
    apiUrl: apiUrl.replace(/\/$/, ''),
    audience: needed(job, 'audience'),
    patienceMs: wholeNumber(job, 'patience-minutes', 0, patienceMinutesMax) * 60_000,
  };
}

/** What both commands are about; the API checks it, since one place knows the rules. */
function optionsOf(job: Job): ReleaseOptions {
  const said = (name: string) => job.input(name).trim() || undefined;
  const variables = job
    .input('variables')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const options = {
    file: said('request-file'),
    service: said('service'),
    environment: said('environment'),
    stack: said('stack'),
    var: variables.length === 0 ? undefined : variables,
    modelVersion: said('model-version'),
    artifact: said('artifact'),
    digest: said('digest'),
    image: said('image'),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

export function previewRequestOf(job: Job, commit: string, branch: string): PreviewRequest {
  return { ...named(requestFrom({ ...optionsOf(job), commit })), branch };
}

export function releaseRequestOf(job: Job): ReleaseRequest {
  const commit = job.input('commit').trim() || variable(job, 'GITHUB_SHA');
  const reason = job.input('reason').trim() || reasonOf(job);
  return named(requestFrom({ ...optionsOf(job), commit, reason, attempt: wholeNumber(job, 'attempt', 1, 1_000) }));
}

/** The same in every attempt of a run: a run that is started again asks for the same release. */
const reasonOf = (job: Job): string =>
  `${variable(job, 'GITHUB_WORKFLOW')} of ${variable(job, 'GITHUB_REPOSITORY')}, run ${variable(job, 'GITHUB_RUN_ID')}, asked for by ${variable(job, 'GITHUB_ACTOR')}`;

/** The comment and the check bear these names, whatever else is wrong. */
function named<Request extends ReleaseRequest>(request: Request): Request {
  for (const name of ['service', 'environment'] as const)
    if (!/^[a-z0-9-]+$/.test(request[name] ?? ''))
      throw usage(
        `${name} is ${JSON.stringify(request[name] ?? '')}; the name of one in Plimsoll's catalog is needed, as input or in request-file`,
      );
  return request;
}

export function needed(job: Job, name: string): string {
  const value = job.input(name).trim();
  if (value === '') throw usage(`the input ${name} is empty; docs/github.md says what it is`);
  return value;
}

export function variable(job: Job, name: string): string {
  const value = job.env[name];
  if (value === undefined || value === '') throw usage(`${name} is not set: the action runs in a job of GitHub Actions, which sets it`);
  return value;
}

function wholeNumber(job: Job, name: string, least: number, most: number): number {
  const text = needed(job, name);
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) throw usage(`${name} is ${text}; a whole number from ${least} to ${most} is needed`);
  return value;
}
