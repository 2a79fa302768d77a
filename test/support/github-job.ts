/** A job of GitHub Actions as a test looks at it: what it was given, and everything it said. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFile } from '../../integrations/github/bundle.ts';
import { harmless, type Job } from '../../integrations/github/job.ts';

export interface JobSays {
  readonly outputs: Record<string, string>;
  readonly masked: string[];
  readonly errors: string[];
  summary: string;
  log: string;
  cancel?: () => void;
}

export const headCommit = 'ab12'.repeat(10);

export function pullRequestPayload(change: object = {}): object {
  const repo = { full_name: 'acme/ml-platform' };
  return {
    action: 'synchronize',
    number: 7,
    pull_request: { number: 7, head: { sha: headCommit, ref: 'feature/wider', repo, ...change } },
  };
}

/** The variables that a runner sets, for a pull request unless something else is said. */
export function jobEnv(githubUrl: string, payload: object, change: Readonly<Record<string, string>> = {}): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-job-'));
  const file = join(folder, 'event.json');
  writeFileSync(file, JSON.stringify(payload));
  return {
    GITHUB_API_URL: githubUrl,
    GITHUB_SERVER_URL: 'https://github.example.com',
    GITHUB_REPOSITORY: 'acme/ml-platform',
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: file,
    GITHUB_RUN_ID: '100',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_SHA: 'cd34'.repeat(10),
    GITHUB_WORKFLOW: 'release',
    GITHUB_ACTOR: 'ana',
    RUNNER_TEMP: folder,
    ACTIONS_ID_TOKEN_REQUEST_URL: `${githubUrl}/oidc?v=1`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
    ...change,
  };
}

export function testJob(
  env: Readonly<Record<string, string | undefined>>,
  inputs: Readonly<Record<string, string>>,
  idToken: (audience: string) => Promise<string>,
): Job & { readonly says: JobSays } {
  const says: JobSays = { outputs: {}, masked: [], errors: [], summary: '', log: '' };
  return {
    says,
    env,
    input: (name) => inputs[name] ?? '',
    idToken,
    mask: (secret) => void says.masked.push(secret),
    output: (name, value) => void (says.outputs[name] = value),
    summary: async (markdown) => void (says.summary = markdown),
    out: (text) => void (says.log += harmless(text)),
    error: (text) => void says.errors.push(harmless(text)),
    onCancel: (tell) => void (says.cancel = tell),
  };
}

/** The bundle that is published, in a process of its own with the variables of a runner and nothing of ours. */
export function runOnRunner(env: Readonly<Record<string, string>>, inputs: Readonly<Record<string, string>>) {
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const files = { GITHUB_STEP_SUMMARY: join(env['RUNNER_TEMP'] ?? '', 'summary'), GITHUB_OUTPUT: join(env['RUNNER_TEMP'] ?? '', 'output') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  const child = spawn(process.execPath, [bundleFile], { env: { ...env, ...Object.fromEntries(given), ...files } });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (log += chunk.toString()));
  return {
    child,
    exited: once(child, 'exit').then(([code]) => code as number | null),
    /** As GitHub shows it: what is said to the runner alone is not in it. */
    log: () => log.replaceAll(/^::(?:add-mask|debug)::.*\n/gm, ''),
    summary: () => readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
  };
}
