/** The workflows as actionlint reads them (expressions, contexts, inputs of called workflows), and zizmor: what an attacker could use. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pipelineFiles } from '../../cli/init/pipelines.ts';
import { repository } from '../hygiene/repository.ts';
import { findTool } from '../support/find-tool.ts';

/** `$/path` is an action of the workflow's own commit, which GitHub has had since 1.7.12 was released. */
const newer = String.raw`specifying action "\$/[\w/-]+" in invalid format`;

interface Ran {
  readonly code: number;
  readonly text: string;
}

function run(tool: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(findTool(tool), args, { cwd: repository }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, text: stdout + stderr }),
    );
  });
}

/** Without other linters that happen to be on this machine. */
const actionlint = (...files: readonly string[]) =>
  run('actionlint', ['-no-color', '-shellcheck=', '-pyflakes=', '-ignore', newer, ...files]);

/** Of what is in the files alone: nothing is looked up. */
const zizmor = (...files: readonly string[]) => run('zizmor', ['--offline', '--no-progress', '--color=never', '--quiet', ...files]);

const folder = join(repository, '.github/workflows');
const called = readdirSync(folder).map((name) => join(folder, name));

const own = [...called, join(repository, 'examples/github/plimsoll.yml')];

test('every workflow passes', async () => {
  expect(await actionlint(...own)).toEqual({ code: 0, text: '' });
});

test('an attacker finds nothing in workflows and action', async () => {
  expect(await zizmor(...own, join(repository, 'integrations/github/action.yml'))).toMatchObject({ code: 0 });
});

test('what `plimsoll init` writes for several environments passes both', async () => {
  const environments = ['staging', 'production'];
  const files = pipelineFiles({
    environments,
    service: 'fraud-scorer',
    team: 'risk',
    organisation: 'acme',
    account: '111122223333',
    region: 'eu-west-1',
    apiUrl: 'https://plimsoll.example.com',
    hostname: 'fraud.example.com',
    prometheus: 'http://prometheus.monitoring:9090',
    repository: 'https://github.com/acme/ml-platform',
    branch: 'main',
    chart: 'infra/helm/model-service',
    terraformRoots: new Map(environments.map((name) => [name, name])),
    github: { repository: 'acme/ml-platform', repositoryId: undefined, plimsoll: { repository: 'acme/plimsoll', commit: 'a'.repeat(40) } },
    jenkins: undefined,
  });
  const file = written(files['.github/workflows/plimsoll.yml'] ?? '');
  expect(await actionlint(file)).toEqual({ code: 0, text: '' });
  expect(await zizmor(file)).toMatchObject({ code: 0 });
});

function written(text: string): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'plimsoll-workflow-')), '.github/workflows');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'bad.yml'), text);
  return join(folder, 'bad.yml');
}

test('one with a misspelt expression does not', async () => {
  const bad = written('on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.evnt }}\n');
  expect(await actionlint(bad)).toMatchObject({ code: 1, text: expect.stringContaining('"evnt" is not defined') as string });
});

test('one that runs what a stranger wrote is found', async () => {
  const script = 'echo ${{ github.event.pull_request.title }}';
  const bad = written(`on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: ${script}\n`);
  const { code, text } = await zizmor(bad);
  expect(code).toBeGreaterThan(0);
  expect(text).toContain('template-injection');
});
