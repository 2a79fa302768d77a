/**
 * The demo's catalog: a copy of the checkout's, in the stack's home and a git repository of its own, since the demo
 * proposes a waiver there and merges it. Nothing of the checkout is ever written.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { repository as checkout } from '../repository.ts';
import { demoCatalog } from '../stack/config.ts';
import { type Author, commitFiles, commitTree, type Files, type GitRepository, gitRepository, treeOf } from './git.ts';
import { filesWithin } from './repository.ts';

/** The checkout's, and beside it an environment in which two groups decide. */
const parts = [join(checkout, 'catalog'), join(checkout, 'infra/local/demo/partners/catalog')];

/** As in the checkout again: waivers of the demo before are gone, and so are changes by hand. */
export async function freshCatalog(home: string): Promise<void> {
  const catalog = gitRepository(demoCatalog(home));
  await mkdir(catalog.folder, { recursive: true });
  if (!(await readdir(catalog.folder)).includes('.git')) await catalog.git(['init', '--quiet', '--initial-branch=main', '--template=']);
  const commit = await commitFiles(catalog, null, Object.assign({}, ...(await Promise.all(parts.map(filesWithin)))), 'The catalog');
  await checkOut(catalog, commit);
}

/** The stack reads the files: they are those of main. */
async function checkOut(catalog: GitRepository, commit: string): Promise<void> {
  await catalog.git(['update-ref', 'refs/heads/main', commit]);
  await catalog.git(['reset', '--quiet', '--hard', 'main']);
}

export interface Proposal {
  readonly branch: string;
  readonly commit: string;
}

/** On a branch: the catalog is as before. */
export async function propose(catalog: GitRepository, by: Author, branch: string, files: Files, message: string): Promise<Proposal> {
  const commit = await commitFiles(catalog, 'main', files, message, by);
  await catalog.git(['update-ref', `refs/heads/${branch}`, commit]);
  return { branch, commit };
}

/** Main had moved meanwhile? Nobody else writes here. */
export async function merge(catalog: GitRepository, by: Author, { branch, commit }: Proposal): Promise<string> {
  const merged = await commitTree(catalog, await treeOf(catalog, commit), ['main', commit], `Merge ${branch}`, by);
  await checkOut(catalog, merged);
  return merged;
}
