/** What GitHub runs is what is written here: the bundle is current, action.yml says what the code reads, and it runs as a runner runs it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { startGitHub } from '../../test/support/github.ts';
import { jobEnv, pullRequestPayload } from '../../test/support/github-job.ts';
// What is bundled: whoever runs only the tests of what they changed runs this one.
import './action.ts';
import { bundleAction, bundleFile } from './bundle.ts';

const folder = import.meta.dirname;
const action = parse(readFileSync(join(folder, 'action.yml'), 'utf8')) as {
  readonly inputs: Record<string, { readonly required?: boolean; readonly default?: string }>;
  readonly outputs: Record<string, unknown>;
  readonly runs: { readonly using: string; readonly main: string };
};

test('the bundle is what the sources make: `npm run build:action` writes it', async () => {
  expect((await bundleAction()) === readFileSync(bundleFile, 'utf8')).toBe(true);
  expect(join(folder, action.runs.main)).toBe(bundleFile);
});

describe('action.yml', () => {
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const named = (pattern: RegExp) => [...new Set([...sources.matchAll(pattern)].map(([, name = '']) => name))].toSorted();

  test('declares exactly the inputs and outputs that the code knows', () => {
    expect(named(/(?:\binput\(|needed\(job, |wholeNumber\(job, |\bsaid\()'([a-z-]+)'/g)).toEqual(Object.keys(action.inputs).toSorted());
    expect(named(/\.output\('([a-z-]+)'/g)).toEqual(Object.keys(action.outputs).toSorted());
  });

  test('has a default wherever nothing is required', () => {
    const without = Object.entries(action.inputs).filter(([, input]) => input.required !== true && input.default === undefined);
    expect(without.map(([name]) => name)).toEqual([]);
  });
});

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly outputs: string;
  readonly summary: string;
}

function run(env: Readonly<Record<string, string>>): Promise<Ran> {
  const home = mkdtempSync(join(tmpdir(), 'plimsoll-runner-'));
  const [outputs, summary] = [join(home, 'outputs'), join(home, 'summary')];
  for (const file of [outputs, summary]) writeFileSync(file, '');
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [bundleFile],
      { env: { ...env, GITHUB_OUTPUT: outputs, GITHUB_STEP_SUMMARY: summary } },
      (_, stdout) =>
        resolve({ code: child.exitCode ?? -1, stdout, outputs: readFileSync(outputs, 'utf8'), summary: readFileSync(summary, 'utf8') }),
    );
  });
}

/** Defaults as the runner fills them in. */
const inputsOf = (inputs: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(action.inputs).map(([name, input]) => [`INPUT_${name.toUpperCase()}`, inputs[name] ?? input.default ?? '']),
  );

test('the bundle runs on its own: a token of the job is asked for and masked, and what came of it is where the runner looks', async () => {
  const github = await startGitHub();
  onTestFinished(() => github.close());
  const audiences: string[] = [];
  github.idToken = async (audience) => {
    audiences.push(audience);
    return 'header.e30.signature';
  };
  const inputs = {
    command: 'plan',
    'api-url': 'http://127.0.0.1:9',
    service: 'fraud-scorer',
    environment: 'production',
    'patience-minutes': '0',
  };
  const { code, stdout, outputs, summary } = await run({
    ...jobEnv(github.url, pullRequestPayload()),
    ...inputsOf({ ...inputs, 'github-token': 'ghs-secret' }),
  });
  expect([code, audiences]).toEqual([3, ['plimsoll']]);
  expect(stdout).toContain('::add-mask::ghs-secret');
  expect(stdout).toContain('::add-mask::header.e30.signature');
  expect(stdout).toContain('::error::nobody answers at http://127.0.0.1:9');
  expect(outputs).toMatch(/verdict<<(\S+)\nfailed\n\1/);
  expect(summary).toContain('Not planned');
  expect(github.checks).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
});

test('the bundle fails a job that gives it nothing', async () => {
  const { code, stdout } = await run({ INPUT_COMMAND: '' });
  expect([code, stdout]).toEqual([2, expect.stringContaining('::error::command is ""; plan or release')]);
});
