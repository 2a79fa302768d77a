/** Real git repositories in a temporary folder, a git server that asks for a token, and objects in S3. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { MockActivityEnvironment } from '@temporalio/testing';
import { execa } from 'execa';
import { list } from 'tar';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Blob } from '../../domain/blob.ts';
import { type Digest, digestBytes, hexOf } from '../../domain/digest.ts';
import type { RunTool, ToolRun } from '../tool/run-tool.ts';
import { runTool } from '../tool/run-tool.ts';
import type { BlobStore } from '../tool/store.ts';
import { createWorkspaces } from '../tool/workspace.ts';
import { createSourceActivities, type SourceConfig } from './source.ts';

const path = process.env['PLIMSOLL_TOOLS_PATH'] ?? process.env['PATH'] ?? '';
const release = { releaseId: 'fraud-scorer-production-0123456789ab', service: 'fraud-scorer', environment: 'production', team: 'risk' };
const s3 = new S3Client({ forcePathStyle: true });
const inActivity = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run<[], T, () => Promise<T>>(work);

let folder: string;
let origin: string;
let stored: Map<Digest, Buffer>;
let runs: ToolRun[];

const recording: RunTool = (run) => {
  runs.push(run);
  return runTool(run);
};
const memoryStore = {
  put: (bytes: Uint8Array): Promise<Blob> => {
    const digest = digestBytes(bytes);
    stored.set(digest, Buffer.from(bytes));
    return Promise.resolve({ digest, bytes: bytes.byteLength });
  },
} as BlobStore;
const source = (config: Partial<SourceConfig> = {}) =>
  createSourceActivities({
    run: recording,
    withWorkspace: createWorkspaces(join(folder, 'work')),
    store: memoryStore,
    s3,
    config: { path, allowLocal: true, credentials: [], ...config },
  });
const fetchSource = (changes: { repository?: string; refs?: readonly string[]; commit: string }, config: Partial<SourceConfig> = {}) =>
  inActivity(() => source(config).fetchSource({ release, repository: origin, refs: ['main'], ...changes }));

/** Git as a developer would have it, for making the repositories. */
const author = {
  GIT_AUTHOR_NAME: 'Ana',
  GIT_AUTHOR_EMAIL: 'ana@acme.example',
  GIT_COMMITTER_NAME: 'CI',
  GIT_COMMITTER_EMAIL: 'ci@acme.example',
};
const git = async (...args: string[]) => {
  const env = { PATH: path, HOME: folder, GIT_CONFIG_GLOBAL: '/dev/null', ...author };
  return (await execa('git', ['-C', origin, ...args], { env, extendEnv: false })).stdout.trim();
};
const commit = async (file: string, message = `add ${file}`) => {
  await writeFile(join(origin, file), file);
  await git('add', '--all');
  await git('commit', '--quiet', '-m', message);
  return await git('rev-parse', 'HEAD');
};

let first: string;
let merged: string;
let unmerged: string;
let tagged: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-source-'));
  origin = await mkdtemp(join(folder, 'origin-'));
  await git('init', '--quiet', '--initial-branch=main');
  first = await commit('main.tf');
  await git('checkout', '--quiet', '-b', 'feature');
  author.GIT_AUTHOR_EMAIL = 'ben@acme.example';
  await commit('model.tf', 'add the model\n\nCo-authored-by: Cleo <cleo@acme.example>');
  await git('checkout', '--quiet', 'main');
  author.GIT_AUTHOR_EMAIL = 'ana@acme.example';
  await git('merge', '--quiet', '--no-ff', '-m', 'merge the model', 'feature');
  merged = await git('rev-parse', 'HEAD');
  await git('checkout', '--quiet', '-b', 'hotfix', first);
  tagged = await commit('fix.tf');
  await git('tag', '-a', 'v1.0', '-m', 'one');
  unmerged = await commit('later.tf');
  await git('checkout', '--quiet', 'main');
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  stored = new Map();
  runs = [];
});

const filesIn = async (archive: Blob): Promise<string[]> => {
  const file = join(folder, `${hexOf(archive.digest)}.tar`);
  await writeFile(file, stored.get(archive.digest) ?? '');
  const names: string[] = [];
  await list({ file, onReadEntry: ({ path }) => void names.push(path) });
  return names;
};

describe('a commit', () => {
  test('on an allowed branch comes as an archive, the same bytes each time', async () => {
    const [one, two] = [await fetchSource({ commit: merged }), await fetchSource({ commit: merged })];
    expect(one).toEqual(two);
    if (one.kind !== 'fetched') throw new Error(one.because);
    expect((await filesIn(one.archive)).filter((name) => name.endsWith('.tf'))).toEqual(['main.tf', 'model.tf']);
    expect(await readdir(join(folder, 'work'))).toEqual([]);
  });

  test('names everyone who wrote what it brings', async () => {
    expect(await fetchSource({ commit: first })).toMatchObject({ authors: ['ana@acme.example'] });
    expect(await fetchSource({ commit: merged })).toMatchObject({ authors: ['ana@acme.example', 'ben@acme.example', 'cleo@acme.example'] });
  });

  test('reachable from an allowed tag is taken', async () => {
    expect(await fetchSource({ commit: tagged, refs: ['v1.0'] })).toMatchObject({ kind: 'fetched' });
    expect(await fetchSource({ commit: tagged, refs: ['main', 'v1.0'] })).toMatchObject({ kind: 'fetched' });
  });

  test.each([
    ['on a branch that is not allowed', () => ({ commit: unmerged })],
    ['that is newer than the allowed tag', () => ({ commit: unmerged, refs: ['v1.0'] })],
    ['that does not exist', () => ({ commit: 'a'.repeat(40) })],
  ])('%s is refused by name', async (_, input) => {
    const answer = await fetchSource(input());
    expect(answer).toMatchObject({ kind: 'refused', because: expect.stringContaining(`commit ${input().commit} is not reachable from`) });
    expect(stored.size).toBe(0);
  });

  test.each([
    ['a short id', () => ({ commit: merged.slice(0, 12) })],
    ['a name instead of an id', () => ({ commit: 'main' })],
    ['an option instead of an id', () => ({ commit: '--output=/tmp/x' })],
    ['an option instead of a ref', () => ({ commit: merged, refs: ['--upload-pack=x'] })],
    ['a branch that is not there', () => ({ commit: merged, refs: ['nowhere'] })],
    ['no ref at all', () => ({ commit: merged, refs: [] })],
  ])('%s is refused', async (_, input) => {
    expect(await fetchSource(input())).toMatchObject({ kind: 'refused' });
  });

  test('of a local repository is refused where only remote ones are allowed, before git runs', async () => {
    expect(await fetchSource({ commit: merged }, { allowLocal: false })).toMatchObject({ kind: 'refused' });
    expect(runs).toEqual([]);
  });

  test('of a repository that is not there is a failure that is tried again', async () => {
    await expect(fetchSource({ commit: merged, repository: join(folder, 'nowhere') })).rejects.toMatchObject({
      type: 'source.unreachable',
      nonRetryable: false,
    });
  });
});

/** Git's "dumb" protocol is files over HTTP: enough to be a real server that insists on a token. */
async function gitServer(token: string): Promise<{ server: Server; url: string; seen: { url: string; headers: IncomingHttpHeaders }[] }> {
  await git('update-server-info');
  const { createReadStream } = await import('node:fs');
  const seen: { url: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    seen.push({ url: request.url ?? '', headers: request.headers });
    if (request.headers.authorization !== `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    }
    const file = createReadStream(join(origin, '.git', new URL(request.url ?? '', 'http://x').pathname.replace('/acme/', '')));
    file.on('error', () => response.writeHead(404).end());
    file.pipe(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/acme`, seen };
}

describe('a token', () => {
  const token = 'ghs_verySecretToken';
  let served: Awaited<ReturnType<typeof gitServer>>;
  let tokenFile: string;

  beforeAll(async () => {
    served = await gitServer(token);
    tokenFile = join(folder, 'token');
    await writeFile(tokenFile, `${token}\n`, { mode: 0o600 });
  });
  afterAll(() => served.server.close());
  beforeEach(() => {
    served.seen.length = 0;
  });

  test('travels in the header alone: not in an argument, not in an address, not in what is written down', async () => {
    const credentials = [{ host: new URL(served.url).host, tokenFile }];
    const answer = await fetchSource({ commit: merged, repository: served.url }, { credentials });
    expect(answer).toMatchObject({ kind: 'fetched' });
    expect(served.seen.length).toBeGreaterThan(2);
    expect(served.seen.every(({ headers }) => headers.authorization !== undefined)).toBe(true);
    const said = JSON.stringify([served.seen.map(({ url }) => url), runs.map(({ args }) => args), answer]);
    expect(said).not.toContain(token);
    expect(said).not.toContain(Buffer.from(`x-access-token:${token}`).toString('base64'));
    expect(runs.filter(({ env }) => JSON.stringify(env).includes('Authorization')).map(({ args }) => args[3])).toEqual([
      'ls-remote',
      'fetch',
    ]);
  });

  test('of another host is not sent', async () => {
    const credentials = [{ host: 'github.com', tokenFile }];
    await expect(fetchSource({ commit: merged, repository: served.url }, { credentials })).rejects.toMatchObject({
      type: 'source.unreachable',
    });
    expect(served.seen.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  test('that is refused, or cannot be read, is a failure that does not show it', async () => {
    const wrong = join(folder, 'wrong');
    await writeFile(wrong, 'ghs_wrongToken');
    const host = new URL(served.url).host;
    const failed = await fetchSource({ commit: merged, repository: served.url }, { credentials: [{ host, tokenFile: wrong }] }).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ type: 'source.unreachable', message: 'git ls-remote of the repository did not succeed' });
    const missing = fetchSource({ commit: merged, repository: served.url }, { credentials: [{ host, tokenFile: join(folder, 'none') }] });
    await expect(missing).rejects.toMatchObject({ type: 'source.unreachable', message: `the token for ${host} could not be read` });
  });
});

test('hooks and settings that a repository brings do not run', async () => {
  const marker = join(folder, 'ran');
  const hook = join(origin, '.git', 'hooks', 'post-checkout');
  await writeFile(hook, `#!/bin/sh\ntouch '${marker}'\n`);
  await chmod(hook, 0o755);
  await git('config', 'uploadpack.packObjectsHook', `touch '${marker}'; exit 1; :`);
  expect(await fetchSource({ commit: merged })).toMatchObject({ kind: 'fetched' });
  expect(await readdir(folder)).not.toContain('ran');
});

describe('a model artifact', () => {
  const bucket = `models-${randomUUID()}`;
  const model = Buffer.alloc(3 * 1024 * 1024, 7);
  const digest = digestBytes(model);
  const check = (artifact: string, expected: Digest = digest) =>
    inActivity(() => source().checkArtifact({ release, artifact, digest: expected }));

  beforeAll(async () => {
    await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'unversioned', Body: model }));
    await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'fraud/model.skops', Body: model }));
  });

  test('with the right digest is verified, with its size and version', async () => {
    expect(await check(`s3://${bucket}/fraud/model.skops`)).toEqual({
      kind: 'verified',
      bytes: model.byteLength,
      versionId: expect.any(String),
    });
    expect(await check(`s3://${bucket}/unversioned`)).toMatchObject({ kind: 'verified', versionId: null });
  });

  test('with another digest is refused, and both are named', async () => {
    const other = digestBytes(Buffer.from('other'));
    const answer = await check(`s3://${bucket}/fraud/model.skops`, other);
    expect(answer).toEqual({
      kind: 'refused',
      because: `s3://${bucket}/fraud/model.skops has the digest ${digest}; the release names ${other}`,
    });
  });

  test.each(['s3://no-such-bucket-anywhere/x', 'nothing', 'https://example.com/model', 's3://bucket'])(
    '%s is refused',
    async (artifact) => {
      expect(await check(artifact)).toMatchObject({ kind: 'refused' });
    },
  );

  test('that is not there is refused; an S3 that does not answer is a failure', async () => {
    expect(await check(`s3://${bucket}/nowhere`)).toEqual({ kind: 'refused', because: `s3://${bucket}/nowhere does not exist` });
    const nowhere = createSourceActivities({
      run: runTool,
      withWorkspace: createWorkspaces(folder),
      store: memoryStore,
      s3: new S3Client({ endpoint: 'http://127.0.0.1:9', maxAttempts: 1 }),
      config: { path, allowLocal: false, credentials: [] },
    });
    await expect(inActivity(() => nowhere.checkArtifact({ release, artifact: `s3://${bucket}/x`, digest }))).rejects.toMatchObject({
      type: 'artifact.unreachable',
    });
  });
});
