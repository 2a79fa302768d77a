/**
 * `npm run transcript`: docs/transcript.md, out of what the tests of a platform and of its pipelines show while they run
 * on a stack of their own. Takes some five minutes; writes nothing when one of them fails.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../../infra/local/repository.ts';

const tests = ['test/platform/account.tool.test.ts', 'test/e2e/pipelines.e2e.test.ts'] as const;

/** By what the tests call their parts. */
const titles: Readonly<Record<string, string>> = {
  '1-bootstrap': 'The bucket of states, once for an account',
  '2-production': 'The whole production environment',
  '3-pull-request': 'A pull request is planned',
  '4-release-by-github-actions': 'What was merged is released by GitHub Actions',
  '5-release-by-jenkins': 'The next version is released by Jenkins',
  '6-doctor': 'The installation is looked at',
};

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-transcript-'));
const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: repository, encoding: 'utf8' }).trim();

function partOf(file: string): string {
  const title = titles[file.replace('.md', '')];
  if (title === undefined) throw new Error(`${file} has no title here`);
  return `## ${title}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}

try {
  execFileSync(process.execPath, ['infra/local/test/main.ts', 'e2e', 'platform', ...tests], {
    cwd: repository,
    env: { ...process.env, PLIMSOLL_TRANSCRIPT: folder },
    stdio: 'inherit',
  });
  const parts = readdirSync(folder).toSorted().map(partOf);
  const head = [
    '# From an account to released models',
    `<!-- Written by \`npm run transcript\`: what it shows is what the tests have seen. -->`,
    `What the tests ${tests.map((file) => `\`${file}\``).join(' and ')} did and were told, on ${new Date().toISOString().slice(0, '2026-11-27'.length)} at commit \`${git('rev-parse', '--short', 'HEAD')}\`. Terraform, its AWS provider, the scanners, OPA, Helm, Kubernetes, Prometheus, Temporal, the action's published bundle, Groovy and Plimsoll are real. AWS is moto with an extension of ours, GitHub is a server that answers as its documentation says, and pods' traffic is the lab's.`,
  ];
  writeFileSync(join(repository, 'docs/transcript.md'), [...head, ...parts].join('\n\n'));
} finally {
  rmSync(folder, { recursive: true });
}
