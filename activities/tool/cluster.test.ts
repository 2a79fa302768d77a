import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiException } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answered, connect, contextFor } from './cluster.ts';

describe('the context for a cluster', () => {
  test.each([
    ['its name', 'ml', ['other', 'ml'], 'ml'],
    ['EKS’s name for it', 'ml', ['arn:aws:eks:eu-west-1:111122223333:cluster/ml'], 'arn:aws:eks:eu-west-1:111122223333:cluster/ml'],
    ['the only one, of a local stack', 'ml', ['kwok-plimsoll'], 'kwok-plimsoll'],
  ] as const)('is %s', (_title, cluster, contexts, expected) => {
    expect(contextFor(cluster, contexts)).toBe(expected);
  });
  test.each([
    ['another cluster’s', ['staging']],
    ['one of two local ones', ['kwok-one', 'kwok-two']],
    ['one that only ends alike', ['arn:aws:eks:eu-west-1:111122223333:cluster/big-ml']],
  ])('is never %s', (_title, contexts) => {
    expect(contextFor('ml', contexts)).toBeNull();
  });
});

describe('what went wrong, in the words of the table', () => {
  test.each([
    [409, 'route.contested'],
    [422, 'tool.rejected'],
    [429, 'kubernetes.unreachable'],
    [503, 'kubernetes.unreachable'],
    [403, 'kubernetes.unreachable'],
  ])('%i is %s, and tells nothing of the answer', async (status, type) => {
    const failing = answered(async () => {
      throw new ApiException(status, 'x', { message: 'confidential' }, {});
    });
    await expect(failing).rejects.toMatchObject({ type, message: expect.not.stringContaining('confidential') });
  });
  test('a mistake of ours stays what it is', async () => {
    await expect(
      answered(async () => {
        throw new TypeError('ours');
      }),
    ).rejects.toThrow(TypeError);
  });
});

describe('over a real socket', () => {
  let folder: string;
  const server = createServer((_request, response) => response.writeHead(500).end('{}'));
  const fileFor = async (port: number) => {
    const file = join(folder, `${port}.json`);
    const clusters = [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }];
    const contexts = [{ name: 'ml', context: { cluster: 'c', user: 'u' } }];
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters, contexts, users: [{ name: 'u', user: {} }] }));
    return file;
  };
  const list = (file: string) => answered(() => connect(file, 'ml').core.listNamespacedPod({ namespace: 'x' }));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plimsoll-cluster-'));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('an API that answers 500 is unreachable', async () => {
    const file = await fileFor((server.address() as AddressInfo).port);
    await expect(list(file)).rejects.toMatchObject({ type: 'kubernetes.unreachable', message: 'the cluster answered 500' });
  });
  test('an API that nobody serves is unreachable', async () => {
    await expect(list(await fileFor(9))).rejects.toMatchObject({ type: 'kubernetes.unreachable' });
  });
  test('a kubeconfig that is not there is unreachable too', async () => {
    await expect(list(join(folder, 'none'))).rejects.toMatchObject({ type: 'kubernetes.unreachable' });
  });
});
