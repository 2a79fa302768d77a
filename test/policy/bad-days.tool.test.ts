/**
 * Goal: on a bad day of OPA nothing is allowed by accident. Method: a real OPA that takes its bundle over HTTP, as an
 * installation's does, is given policies that do not compile, and is killed while it decides.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { execaSync } from 'execa';
import { create, extract } from 'tar';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createPolicyActivities } from '../../activities/policy/policy.ts';
import { digestText } from '../../domain/digest.ts';
import type { GateDecision } from '../../domain/gate.ts';
import { freePorts } from '../../infra/local/free-ports.ts';
import { policyRevision } from '../../infra/opa/revision.ts';
import { orderOf } from '../support/builders.ts';
import { findTool } from '../support/find-tool.ts';
import { createMemoryStore } from '../support/memory-store.ts';

const opa = findTool('opa');
const store = createMemoryStore();
let folder: string;
let bundles: Server;
let bundle: Buffer;
let server: ChildProcess;
let opaUrl: string;

const built = (policies: string, ...more: readonly string[]): Buffer => {
  const output = join(folder, 'bundle.tar.gz');
  execaSync(opa, ['build', '--bundle', policies, '--ignore', '*_test.rego', ...more, '--output', output]);
  return readFileSync(output);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bad-days-'));
  bundle = built('infra/opa', '--revision', policyRevision('infra/opa'));
  bundles = createServer((_, response) => response.end(bundle));
  await new Promise<void>((resolve) => bundles.listen(0, '127.0.0.1', resolve));
  const [port = 0] = await freePorts(1);
  opaUrl = `http://127.0.0.1:${port}`;
  const config = join(folder, 'config.json');
  const polling = { min_delay_seconds: 1, max_delay_seconds: 1 };
  writeFileSync(
    config,
    JSON.stringify({
      services: { store: { url: `http://127.0.0.1:${(bundles.address() as AddressInfo).port}` } },
      bundles: { plimsoll: { service: 'store', resource: 'bundle.tar.gz', polling } },
      status: { console: true },
    }),
  );
  server = spawn(opa, ['run', '--server', '--addr', `127.0.0.1:${port}`, '--skip-version-check', '--config-file', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  server.stdout?.on('data', (text: Buffer) => said.push(text.toString()));
  server.stderr?.on('data', (text: Buffer) => said.push(text.toString()));
  await healthy();
});

afterAll(() => {
  server.kill('SIGKILL');
  bundles.close();
  rmSync(folder, { recursive: true, force: true });
});

const healthy = () => vi.waitFor(async () => expect((await fetch(`${opaUrl}/health?bundles`)).status).toBe(200), { timeout: 60_000 });

const said: string[] = [];

async function judge(): Promise<GateDecision> {
  const policy = createPolicyActivities({
    store,
    findings: store,
    formerFindings: async () => undefined,
    expected: async () => [policyRevision('infra/opa')],
    config: { opaUrl },
  });
  const digest = digestText('r');
  const reports = await Promise.all(
    ['checkov manifests', 'modelscan'].map((tool) =>
      store.putJson({
        tool,
        toolVersion: '1',
        rulesDigest: digest,
        subject: digest,
        status: 'pass',
        findings: [],
        parseErrors: [],
        rawReport: digest,
      }),
    ),
  );
  const manifests = await store.put(readFileSync('test/golden/chart/fixed.yaml'));
  const order = orderOf({ environment: 'staging', infrastructure: undefined });
  const asked = { order, stage: 'complete', reports, change: null, manifests, firstRelease: false } as const;
  return await new MockActivityEnvironment().run((input: typeof asked) => policy.judgeRelease(input), asked);
}

const broken = 'package plimsoll.release.deny.broken\n\nviolations contains x if y == 1\n';

test('policies that do not compile are refused where they are built', () => {
  const policies = join(folder, 'policies');
  cpSync('infra/opa', policies, { recursive: true });
  writeFileSync(join(policies, 'plimsoll/release/deny/broken.rego'), broken);
  expect(() => built(policies)).toThrow(/opa build/);
});

test('a bundle that does not compile leaves the one before, which goes on deciding, and OPA says so', async () => {
  const before = await judge();
  expect(before).toMatchObject({ kind: 'allow', policyDigest: policyRevision('infra/opa') });
  said.length = 0;
  // What no build of ours would make: somebody has put a rule into the archive.
  const opened = join(folder, 'opened');
  mkdirSync(opened);
  writeFileSync(join(folder, 'good.tar.gz'), bundle);
  extract({ file: join(folder, 'good.tar.gz'), cwd: opened, sync: true });
  writeFileSync(join(opened, 'broken.rego'), broken);
  create({ file: join(folder, 'bad.tar.gz'), cwd: opened, gzip: true, sync: true }, readdirSync(opened));
  bundle = readFileSync(join(folder, 'bad.tar.gz'));
  await vi.waitFor(() => expect(said.join('')).toMatch(/var [xy] is unsafe/), { timeout: 100_000 });
  expect(await judge()).toEqual(before);
});

test('an OPA that is killed while it decides is no answer: it is asked again, and nothing was allowed', async () => {
  const asked = judge();
  server.kill('SIGKILL');
  // The answer may have been on its way already; what may not be is another one than before.
  const outcome = await asked.then(
    ({ kind }) => kind,
    (error: { type: string; nonRetryable: boolean }) => `${error.type} ${error.nonRetryable ? 'for good' : 'again'}`,
  );
  expect(['allow', 'policy.unreachable again']).toContain(outcome);
  await expect(judge()).rejects.toMatchObject({ type: 'policy.unreachable', nonRetryable: false });
});
