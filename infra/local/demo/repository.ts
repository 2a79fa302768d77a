/**
 * The demo's platform repository, made into a real git repository where the catalog looks for it, and its model
 * files, in the model bucket. Made again only when what it is made of has changed; whatever was committed stays.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { ModelVersion } from '../../../domain/order.ts';
import { whileLocked } from '../processes.ts';
import { repository as checkout } from '../repository.ts';
import { commitFiles, commitTree, type Files, type GitRepository, gitRepository, moveBranch, treeOf } from './git.ts';

const execute = promisify(execFile);

export const example = join(checkout, 'examples/ml-platform');
export const casesFolder = join(example, 'cases');

/** Those of our modules that the example's platform is made of. The others would only be scanned. */
const modules = ['encryption-key', 'image-registry', 'log-group', 'model-store', 'pipeline-role'].map(
  (name) => `infra/terraform/modules/${name}`,
);

/** What the demo's repository is made of: the example, and the parts of ours that a team would copy. */
const parts = [
  { from: example, to: '.', without: ['cases'] },
  ...modules.map((module) => ({ from: join(checkout, module), to: module, without: [] })),
  { from: join(checkout, 'infra/helm/model-service'), to: 'infra/helm/model-service', without: [] },
];

const rootsFolder = 'infra/terraform/environments';
const lockFile = '.terraform.lock.hcl';
/** Where the digest of its ingredients stands, beside the branches. */
const madeOf = 'refs/plimsoll/made-of';

/** The repository, up to date with its ingredients on `main`. Whoever else makes it meanwhile is waited for. */
export async function ensureRepository(env: NodeJS.ProcessEnv = process.env): Promise<GitRepository> {
  const repository = gitRepository(fileURLToPath(env['PLIMSOLL_DEMO_REPOSITORY'] ?? ''));
  await whileLocked(
    `${repository.folder}.lock`,
    () => undefined,
    () => makeCurrent(repository, env),
  );
  return repository;
}

async function makeCurrent(repository: GitRepository, env: NodeJS.ProcessEnv): Promise<void> {
  await mkdir(repository.folder, { recursive: true });
  const inside = await readdir(repository.folder);
  if (inside.length > 0 && !inside.includes('HEAD'))
    throw new Error(`${repository.folder} is something else than the demo's repository: move it away`);
  await repository.git(['init', '--quiet', '--bare', '--initial-branch=main', '--template=']);
  const ingredients = await filesOfParts();
  const digest = await repository.git(['hash-object', '-w', '--stdin'], digestOf(ingredients));
  if ((await refOf(repository, madeOf)) === digest && (await refOf(repository, 'refs/heads/main')) !== null) return;
  const files = { ...ingredients, ...(await lockFiles(ingredients, env)) };
  const parent = await refOf(repository, 'refs/heads/main');
  const gone = parent === null ? [] : (await repository.git(['ls-tree', '-r', '--name-only', parent])).split('\n');
  const removed = Object.fromEntries(gone.filter((path) => !(path in files)).map((path) => [path, null]));
  const commit = await commitFiles(repository, parent, { ...files, ...removed }, 'The ML platform');
  await repository.git(['update-ref', 'refs/heads/main', commit]);
  await repository.git(['update-ref', madeOf, digest]);
}

async function refOf(repository: GitRepository, ref: string): Promise<string | null> {
  return (await repository.git(['for-each-ref', '--format=%(objectname)', ref])) || null;
}

async function filesOfParts(): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (const { from, to, without } of parts) {
    for (const [path, content] of Object.entries(await filesWithin(from))) {
      if (!without.includes(path.split('/')[0] ?? '')) files[join(to, path)] = content;
    }
  }
  return files;
}

/** Every file below a folder, by its path from there. What Terraform leaves behind is not source. */
export async function filesWithin(folder: string): Promise<Record<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const wanted = paths.filter((path) => !path.split('/').includes('.terraform')).toSorted();
  return Object.fromEntries(await Promise.all(wanted.map(async (path) => [path, await readFile(join(folder, path))] as const)));
}

function digestOf(files: Readonly<Record<string, Buffer>>): string {
  const hash = createHash('sha256');
  for (const path of Object.keys(files).toSorted()) hash.update(`${path}\0${files[path]?.length}\0`).update(files[path] ?? '');
  return hash.digest('hex');
}

/** `terraform init` writes each root's lock file; a release never does, so that no provider changes unreviewed. */
async function lockFiles(files: Readonly<Record<string, Buffer>>, env: NodeJS.ProcessEnv): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-roots-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    const roots = await readdir(join(folder, rootsFolder));
    const locked = roots.map(async (root) => {
      const path = join(rootsFolder, root);
      await execute('terraform', ['init', '-backend=false', '-input=false', '-no-color'], {
        cwd: join(folder, path),
        env: {
          PATH: env['PLIMSOLL_TOOLS_PATH'] ?? '',
          HOME: folder,
          TF_CLI_CONFIG_FILE: env['PLIMSOLL_TERRAFORM_CLI_CONFIG'] ?? '',
          CHECKPOINT_DISABLE: '1',
        },
      });
      return [join(path, lockFile), await readFile(join(folder, path, lockFile))] as const;
    });
    return Object.fromEntries(await Promise.all(locked));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Merges a change into main and takes it back right away: the commit is reachable from main, as a release wants
 * it, and the next one starts from a good repository again.
 */
export async function mergeAndRevert(repository: GitRepository, files: Files, message: string): Promise<string> {
  for (;;) {
    const before = await repository.git(['rev-parse', 'main']);
    const tree = await treeOf(repository, before);
    const commit = await commitFiles(repository, before, files, message);
    const after = await commitTree(repository, tree, [commit], `Revert "${message}"`);
    if (await moveBranch(repository, 'main', after, before)) return commit;
  }
}

/** A change that nobody merged: on a branch of its own. */
export async function pushBranch(repository: GitRepository, branch: string, files: Files, message: string): Promise<string> {
  const commit = await commitFiles(repository, await repository.git(['rev-parse', 'main']), files, message);
  await repository.git(['update-ref', `refs/heads/${branch}`, commit]);
  return commit;
}

/** What lies there in that commit, without the line's end after it. */
export const fileOf = (repository: GitRepository, commit: string, path: string): Promise<string> =>
  repository.git(['show', `${commit}:${path}`]);

export const headOf = (repository: GitRepository): Promise<string> => repository.git(['rev-parse', 'main']);

/* ---------------------------------------------------------------- models */

/** A file of the example under its place in the model bucket; uploaded only when other bytes are there. */
export async function publishModel(
  service: string,
  version: string,
  file: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ModelVersion> {
  const bytes = await readFile(file);
  const bucket = env['PLIMSOLL_MODELS_BUCKET'] ?? '';
  const key = `${service}/${version}/${file.split('/').at(-1)}`;
  const s3 = new S3Client({
    region: env['AWS_REGION'] ?? '',
    endpoint: env['AWS_ENDPOINT_URL'] ?? '',
    credentials: { accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '' },
    forcePathStyle: true,
  });
  try {
    const stored = await s3
      .send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      .then(async ({ Body }) => Buffer.from((await Body?.transformToByteArray()) ?? []))
      .catch((error: unknown) => {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      });
    if (stored === undefined || !stored.equals(bytes)) await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
  } finally {
    s3.destroy();
  }
  return { version, artifact: `s3://${bucket}/${key}`, digest: `sha256:${sha256(bytes)}`, image: imageOf(service) };
}

/** The registry that the demo's Terraform makes. Pods are played, so no image is pulled; its digest is made up from its name. */
const imageOf = (service: string): string =>
  `123456789012.dkr.ecr.eu-west-1.amazonaws.com/${service}@sha256:${sha256(`image of ${service}`)}`;

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
