/** `plimsoll init` in a checkout: what it writes is read by the catalog's own reader, and is what the documents show. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { loadCatalog } from '../../api/catalog/load.ts';
import { read } from '../../test/hygiene/repository.ts';
import { runPlimsoll } from '../../test/support/plimsoll.ts';

const remote = 'git@github.com:acme/ml-platform.git';
const plimsollCommit = '0123456789abcdef0123456789abcdef01234567';
const root = 'infra/terraform/environments/production';

let folder: string;
beforeEach(() => {
  folder = checkout(remote);
});

/** As `git clone` leaves it: what is read are git's own files, so git itself is not needed. */
function checkout(url: string): string {
  const made = mkdtempSync(join(tmpdir(), 'plimsoll-init-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  write(
    made,
    '.git/config',
    `[core]\n\tbare = false\n[remote "fork"]\n\turl = /elsewhere\n[remote "origin"]\n\turl = ${url}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n`,
  );
  write(made, '.git/HEAD', 'ref: refs/heads/feature\n');
  write(made, '.git/refs/remotes/origin/HEAD', 'ref: refs/remotes/origin/main\n');
  return made;
}

function write(inside: string, file: string, text: string): void {
  mkdirSync(join(inside, file, '..'), { recursive: true });
  writeFileSync(join(inside, file), text);
}

const written = (file: string) => readFileSync(join(folder, file), 'utf8');

const init = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runPlimsoll([], ['init', '--folder', folder, ...words], env);

const known = ['--account', '111122223333', '--api-url', 'https://plimsoll.example.com', '--plimsoll', `acme/plimsoll@${plimsollCommit}`];
const fraud = [...known, '--service', 'fraud-scorer', '--team', 'risk'];

describe('what is written', () => {
  test('loads as a catalog without a complaint, each environment after the one before', async () => {
    mkdirSync(join(folder, root), { recursive: true });
    const words = [...fraud, '--repository-id', '456789', '--jenkins-job', 'https://jenkins.example.com/job/fraud/job/release/'];
    expect(await init(words)).toMatchObject({ code: 0, err: '' });
    const catalog = loadCatalog(join(folder, 'catalog'), {});
    expect([...catalog.environments.keys(), ...catalog.services.keys(), ...catalog.machines.keys()]).toEqual([
      'production',
      'staging',
      'fraud-scorer',
      'fraud-scorer-github',
      'fraud-scorer-jenkins',
      'fraud-scorer-pulls',
    ]);
    expect(catalog.environments.get('production')).toMatchObject({
      requires: { releasedIn: 'staging' },
      stacks: [{ repository: 'https://github.com/acme/ml-platform', refs: ['main'], root, backend: { bucket: 'acme-ml-tfstate' } }],
      approvals: { mfaWithinMinutes: 15, minimum: 2 },
    });
    expect(catalog.environments.get('staging')).toMatchObject({ stacks: [] });
    expect(catalog.services.get('fraud-scorer')).toMatchObject({ team: 'risk', route: { hostname: 'fraud-scorer.example.com' } });
    const values = catalog.services.get('fraud-scorer')?.chart.values.map((file) => file.replace('{environment}', 'production')) ?? [];
    expect(values.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
  });

  test('is what the documents show, to the letter', async () => {
    mkdirSync(join(folder, root), { recursive: true });
    await init([...fraud, '--environment', 'production', '--jenkins-library', 'plimsoll@v0.1.0']);
    expect(written('.github/workflows/plimsoll.yml')).toBe(read('examples/github/plimsoll.yml'));
    expect(written('Jenkinsfile')).toBe(read('examples/jenkins/Jenkinsfile'));
  });

  test.each([
    'https://ana:s3cret@git.example.com/acme/ml-platform.git',
    'https://ana:p@s3cret@git.example.com/acme/ml-platform.git',
    'https://git.example.com/acme/ml-platform.git?private_token=s3cret',
  ])('has no password of the remote’s address %s, and its main branch, not the one that is checked out', async (url) => {
    folder = checkout(url);
    expect((await init(known)).out).toContain('no workflow of GitHub was written');
    const service = written('catalog/services/ml-platform.yaml');
    expect(service).toContain('repository: https://git.example.com/acme/ml-platform\n  refs: [main]');
    expect(`${service}${written('Jenkinsfile')}`).not.toContain('s3cret');
  });

  test('is the same from a worktree, which git itself has made', async () => {
    execFileSync('git', ['-C', folder, 'init', '--quiet', '--template=']);
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
    execFileSync('git', ['-C', folder, ...identity, 'commit', '--quiet', '--allow-empty', '--message', 'one']);
    const tree = `${folder}-tree`;
    onTestFinished(() => rmSync(tree, { recursive: true }));
    execFileSync('git', ['-C', folder, 'worktree', 'add', '--quiet', tree]);
    folder = tree;
    await init(known);
    expect(written('catalog/services/ml-platform.yaml')).toContain('https://github.com/acme/ml-platform\n  refs: [main]');
  });
});

describe('what is there', () => {
  test('stays as it is on a second run, and nothing is written twice', async () => {
    await init(fraud);
    const again = await init(fraud);
    expect(again.code).toBe(0);
    expect(again.out.match(/^(written|overwritten|left alone)/gm)).toBeNull();
  });

  test('is never overwritten where it differs; it is said, shown, and overwritten by name alone', async () => {
    await init(fraud);
    const [file, other] = ['catalog/environments/staging.yaml', 'catalog/people.yaml'];
    write(folder, file, written(file).replace('blockAt: high', 'blockAt: low'));
    write(folder, other, 'sam: [sam@example.com]\n');
    const refused = await init([...fraud, '--diff']);
    expect(refused).toMatchObject({ code: 1, out: expect.stringContaining(`left alone, differs: ${file}`) as string });
    expect(refused.out).toContain('    - gates: { blockAt: low, providers: [hashicorp/aws] }\n    + gates: { blockAt: high,');
    expect(written(file)).toContain('blockAt: low');
    expect((await init([...fraud, '--force', file])).out).toContain(`overwritten ${file}`);
    expect([written(file).includes('blockAt: high'), written(other)]).toEqual([true, 'sam: [sam@example.com]\n']);
  });

  test('is told to programs as JSON', async () => {
    write(folder, 'Jenkinsfile', '// ours\n');
    const { code, out } = await init([...fraud, '--json']);
    const { files, next } = JSON.parse(out) as { files: { file: string; state: string }[]; next: string[] };
    expect(code).toBe(1);
    expect(files.filter(({ state }) => state !== 'written')).toEqual([{ file: 'Jenkinsfile', state: 'differs' }]);
    expect(next[0]).toContain('--force Jenkinsfile');
  });
});

describe('what cannot be known', () => {
  test('is asked for all at once, and then nothing is written', async () => {
    const { code, err } = await init([]);
    expect(code).toBe(2);
    for (const flag of ['--account', '--api-url', '--plimsoll']) expect(err).toContain(`needed: ${flag}`);
    expect(existsSync(join(folder, 'catalog'))).toBe(false);
  });

  test('comes from the environment where that says it', async () => {
    const words = ['--account', '111122223333', '--no-github'];
    expect((await init(words, { PLIMSOLL_API_URL: 'https://releases.example.org' })).code).toBe(0);
    expect(written('catalog/services/ml-platform.yaml')).toContain('hostname: ml-platform.example.org');
  });

  test.each([
    [['--service', 'Fraud Scorer'], '--service Fraud Scorer: at most 40'],
    [['--chart', '../elsewhere'], '--chart ../elsewhere: a folder inside the repository'],
    [['--api-url', "https://x'; sh"], '--api-url https://x'],
    [['--environment', 'a: b'], '--environment a: b'],
    [['--environment', 'staging', '--environment', 'staging'], '--environment staging: each only once'],
    [['--force', 'nothing.yaml'], '--force nothing.yaml: one of catalog/environments/staging.yaml'],
  ])('is refused where it could be no such thing: %j', async (words, why) => {
    expect(await init([...known, ...words])).toMatchObject({ code: 2, err: expect.stringContaining(why) as string });
  });

  test('a folder outside any checkout, and a checkout that nobody else can fetch, are refused', async () => {
    rmSync(join(folder, '.git/config'));
    expect(await init(known)).toMatchObject({ code: 2, err: expect.stringContaining('git remote add origin') as string });
    rmSync(join(folder, '.git'), { recursive: true });
    expect(await init(known)).toMatchObject({ code: 2, err: expect.stringContaining('no git repository') as string });
  });
});
