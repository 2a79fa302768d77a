/**
 * One repository at one commit, by git. Each attempt makes a bare copy of its own in its workspace, of the
 * allowed refs alone: nothing is shared, so nothing can be damaged by another.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blob } from '../../domain/blob.ts';
import type { Refusal } from '../../domain/ports.ts';
import { failure, isFailure } from '../failure.ts';
import type { RunTool } from '../tool/run-tool.ts';
import type { BlobStore } from '../tool/store.ts';
import { basicAuth, gitEnvironment, isCommit, isRefName, type Repository, type Ssh } from './repository.ts';

/** A large repository over a slow line; longer means that it does not come. */
const networkSeconds = 600;
const localSeconds = 120;
/** Source, not data: models and images live elsewhere, and every check unpacks this. */
const archiveBytesMax = 256 * 1024 * 1024;
/** Merged work may have many authors; a squash has one. */
const authorsMax = 50;

export interface Fetch {
  readonly repository: Repository;
  readonly refs: readonly string[];
  readonly commit: string;
  readonly folder: string;
  readonly path: string;
  readonly token?: string | undefined;
  readonly ssh?: Ssh | undefined;
}

export type Fetched = { readonly kind: 'fetched'; readonly archive: Blob; readonly authors: readonly string[] };

export async function fetchCommit(run: RunTool, store: BlobStore, fetch: Fetch): Promise<Fetched | Refusal> {
  const { repository, refs, commit } = fetch;
  if (!isCommit(commit)) return refused(`${commit} is not a full commit id of 40 hexadecimal digits`);
  const odd = refs.find((ref) => !isRefName(ref));
  if (odd !== undefined) return refused(`${odd} is not the name of a branch or a tag`);

  const git = createGit(run, fetch);
  await git.here(['init', '--quiet', '--bare', '--template=']);
  const wanted = refs.flatMap((ref) => [`refs/heads/${ref}`, `refs/tags/${ref}`]);
  const found = namesIn((await git.overNetwork(['ls-remote', '--', repository.url, ...wanted])).stdout).filter((name) =>
    wanted.includes(name),
  );
  if (found.length === 0) return refused(`the repository has no branch or tag ${refs.join(' or ')}`);

  const refspecs = found.map((name) => `+${name}:${keptAs(name)}`);
  await git.overNetwork(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--', repository.url, ...refspecs]);
  if (!(await isReachable(git, commit, found.map(keptAs)))) {
    return refused(`commit ${commit} is not reachable from ${refs.join(' or ')}: it does not exist there, or was not merged`);
  }

  const file = join(fetch.folder, 'source.tar');
  await git.here(['archive', '--format=tar', `--output=${file}`, commit]);
  const { size } = await stat(file);
  if (size > archiveBytesMax) return refused(`the repository has ${size} bytes at this commit; at most ${archiveBytesMax} are taken`);
  return { kind: 'fetched', archive: await store.put(await readFile(file)), authors: await authorsOf(git, commit) };
}

const refused = (because: string): Refusal => ({ kind: 'refused', because });

/** Under a name that no remote can send. */
const keptAs = (name: string) => name.replace(/^refs\//, 'refs/plimsoll/');

export const namesIn = (lsRemote: string): readonly string[] =>
  lsRemote
    .split('\n')
    .map((line) => line.split('\t')[1])
    // `^{}` is what an annotated tag points at; fetching the tag brings it.
    .filter((name): name is string => name !== undefined && !name.endsWith('^{}'));

type Git = ReturnType<typeof createGit>;

async function isReachable(git: Git, commit: string, refs: readonly string[]): Promise<boolean> {
  if ((await git.here(['cat-file', '-e', `${commit}^{commit}`], [0, 1, 128])).exitCode !== 0) return false;
  for (const ref of refs) {
    if ((await git.here(['merge-base', '--is-ancestor', commit, ref], [0, 1])).exitCode === 0) return true;
  }
  return false;
}

/** Who wrote what this commit brings: its author and co-authors, and for a merge those of the merged commits. */
async function authorsOf(git: Git, commit: string): Promise<readonly string[]> {
  const [, firstParent] = (await git.here(['rev-list', '--parents', '--max-count=1', commit])).stdout.trim().split(' ');
  const format = '--format=%ae%n%(trailers:key=Co-authored-by,valueonly)';
  const range = firstParent === undefined ? [commit] : [commit, `^${firstParent}`];
  const { stdout } = await git.here(['log', `--max-count=${authorsMax}`, format, ...range, '--']);
  const emails = stdout.split('\n').map((line) => /<([^<>]+)>\s*$/.exec(line)?.[1] ?? line.trim());
  return [...new Set(emails.filter((email) => email !== ''))].toSorted().slice(0, authorsMax);
}

function createGit(run: RunTool, { repository, folder, path, token, ssh }: Fetch) {
  const secrets = token === undefined ? [] : [token, basicAuth(token)];
  const call = (args: readonly string[], timeoutSeconds: number, env: Record<string, string>, answers: readonly number[]) =>
    run({
      file: 'git',
      args: ['-C', folder, `--git-dir=${join(folder, 'repository.git')}`, ...args],
      cwd: folder,
      env,
      timeoutSeconds,
      answers,
      secrets,
    });

  return {
    /** Without the token: what git does here needs none. */
    here: (args: readonly string[], answers: readonly number[] = [0]) =>
      call(args, localSeconds, gitEnvironment(repository, { path, home: folder }), answers),
    /** Git says 128 for a refused token, a missing repository and a dead network alike: all are worth another try. */
    async overNetwork(args: readonly string[]) {
      try {
        return await call(args, networkSeconds, gitEnvironment(repository, { path, home: folder, token, ssh }), [0]);
      } catch (error) {
        if (!isFailure(error, 'tool.rejected', 'tool.timedOut')) throw error;
        throw failure('source.unreachable', `git ${args[0]} of the repository did not succeed`);
      }
    },
  };
}
