/**
 * Commits without a work tree: several may be made at the same time, and none of them touches a file that
 * somebody is looking at. Reads no configuration of the machine.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Paths inside the repository and what lies there; `null` takes a file away. */
export type Files = Readonly<Record<string, Buffer | string | null>>;

export interface GitRepository {
  readonly folder: string;
  git(args: readonly string[], input?: Buffer | string, more?: Readonly<Record<string, string>>): Promise<string>;
}

/** Who writes a commit, as git has them. */
export interface Author {
  readonly name: string;
  readonly email: string;
}

const platform: Author = { name: 'ML platform', email: 'platform@acme.example' };

export function gitRepository(folder: string): GitRepository {
  const env = {
    PATH: process.env['PLIMSOLL_TOOLS_PATH'] ?? process.env['PATH'] ?? '',
    HOME: folder,
    LANG: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    ...signedBy(platform),
  };
  return {
    folder,
    async git(args, input, more = {}) {
      const running = execute('git', ['-C', folder, ...args], { env: { ...env, ...more }, maxBuffer: 16 * 1024 * 1024 });
      running.child.stdin?.end(input);
      return (await running).stdout.trim();
    },
  };
}

const signedBy = ({ name, email }: Author) => ({
  GIT_AUTHOR_NAME: name,
  GIT_AUTHOR_EMAIL: email,
  GIT_COMMITTER_NAME: name,
  GIT_COMMITTER_EMAIL: email,
});

/** A commit of the parent's files with these changed. It is on no branch yet. */
export async function commitFiles(
  repository: GitRepository,
  parent: string | null,
  files: Files,
  message: string,
  by: Author = platform,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-index-'));
  const index = { GIT_INDEX_FILE: join(folder, 'index') };
  try {
    if (parent !== null) await repository.git(['read-tree', parent], undefined, index);
    const lines: string[] = [];
    for (const [path, content] of Object.entries(files)) {
      // Mode 0 takes the file out of the index.
      if (content === null) lines.push(`0 ${'0'.repeat(40)}\t${path}`);
      else lines.push(`100644 ${await repository.git(['hash-object', '-w', '--stdin'], content)}\t${path}`);
    }
    await repository.git(['update-index', '--add', '--index-info'], `${lines.join('\n')}\n`, index);
    const tree = await repository.git(['write-tree'], undefined, index);
    return await commitTree(repository, tree, parent === null ? [] : [parent], message, by);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A merge has two parents, the first commit of all has none. */
export const commitTree = (
  repository: GitRepository,
  tree: string,
  parents: readonly string[],
  message: string,
  by: Author = platform,
): Promise<string> =>
  repository.git(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', message], undefined, signedBy(by));

export const treeOf = (repository: GitRepository, commit: string): Promise<string> => repository.git(['rev-parse', `${commit}^{tree}`]);

/** Moves a branch only if it is still where the caller saw it. */
export async function moveBranch(repository: GitRepository, branch: string, to: string, from: string): Promise<boolean> {
  try {
    await repository.git(['update-ref', `refs/heads/${branch}`, to, from]);
    return true;
  } catch {
    return false;
  }
}
