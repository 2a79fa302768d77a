/** What a checkout says about itself: where it comes from and which branch is the main one. Only git's own files are read. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { usage } from '../errors.ts';

export interface Checkout {
  /** The top of the checkout. */
  readonly folder: string;
  /** As the catalog names it, without anybody's password in it. */
  readonly remote: string;
  readonly branch: string;
}

export function readCheckout(from: string): Checkout {
  const folder = topOf(resolve(from));
  const { own, common } = gitFolders(folder);
  const remote = remoteIn(textOf(join(common, 'config')) ?? '');
  if (remote === undefined)
    throw usage(`${folder} has no remote: releases are made from what others can fetch; \`git remote add origin …\` first`);
  return { folder, remote: addressOf(remote), branch: mainBranch(own, common) };
}

function topOf(folder: string): string {
  if (existsSync(join(folder, '.git'))) return folder;
  if (dirname(folder) === folder) throw usage('this is no git repository: run `plimsoll init` inside the one that holds chart and models');
  return topOf(dirname(folder));
}

/** In a worktree `.git` is a file that names the folder, and what all worktrees share lies in another one. */
function gitFolders(folder: string): { readonly own: string; readonly common: string } {
  const dotGit = join(folder, '.git');
  if (statSync(dotGit).isDirectory()) return { own: dotGit, common: dotGit };
  const own = within(folder, textOf(dotGit)?.replace(/^gitdir: /, '') ?? '');
  return { own, common: within(own, textOf(join(own, 'commondir')) ?? '.') };
}

const within = (folder: string, path: string) => (isAbsolute(path) ? path : join(folder, path));

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** `origin`, else the first there is. */
function remoteIn(config: string): string | undefined {
  const remotes = [...config.matchAll(/^\s*\[remote "([^"]+)"\]([^[]*)/gm)].flatMap(([, name, body = '']) => {
    const url = /^\s*url\s*=\s*"?([^"\n]+?)"?\s*$/m.exec(body)?.[1];
    return url === undefined ? [] : [{ name, url }];
  });
  return (remotes.find(({ name }) => name === 'origin') ?? remotes[0])?.url;
}

/** Of an address with a user in it the user goes: it may be a token, and a catalog is read by many. */
function addressOf(remote: string): string {
  const scp = /^(?:[\w.-]+@)?([\w.-]+\.[a-z]+):(?!\/\/)(.+)$/.exec(remote);
  const address = scp === null ? remote : `https://${scp[1] ?? ''}/${scp[2] ?? ''}`;
  return (
    address
      .replace(/^ssh:\/\/(?:[^@/]+@)?([^/:]+)(?::\d+)?\//, 'https://$1/')
      // A password may have an `@` of its own, and a token may stand behind the path.
      .replace(/^(https?:\/\/)[^/]*@/, '$1')
      .replace(/^(https?:[^?#]*)[?#].*$/, '$1')
      .replace(/(\.git)?\/?$/, '')
  );
}

/** What the remote calls its main branch; else where this checkout stands. */
function mainBranch(own: string, common: string): string {
  const ofRemote = textOf(join(common, 'refs/remotes/origin/HEAD'))?.replace(/^ref: refs\/remotes\/origin\//, '');
  return ofRemote ?? textOf(join(own, 'HEAD'))?.match(/^ref: refs\/heads\/(.+)$/)?.[1] ?? 'main';
}
