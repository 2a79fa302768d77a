/**
 * Terraform's bad days on the real one: killed, outliving its worker, somebody else's lock, and an AWS that does
 * not answer. Waits are for what the heartbeats say.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTerraformWorld, type TerraformWorld, threeResources } from '../../test/support/terraform-world.ts';
import { thisMachine } from '../tool/machine.ts';
import { workerIdentity } from './credentials.ts';
import { markOf } from './lease.ts';

/** The provider waits until what it made has settled: some seconds for a key, half a minute for a queue. */
const slowCode = (resource: string, name: string) => `terraform {
  backend "s3" {}
}

resource "aws_${resource}" "slow" {
}

resource "aws_ssm_parameter" "after" {
  name  = "/${name}/after"
  type  = "String"
  value = "x"

  depends_on = [aws_${resource}.slow]
}
`;

/** Needs no provider: quick, and enough where it is about the lock. */
const quickCode = `terraform {
  backend "s3" {}
}

resource "terraform_data" "quick" {
}
`;

/** Some Terraform commands a test, most of them loading a provider of 700 MB: minutes on a busy laptop. */
vi.setConfig({ testTimeout: 600_000 });

let world: TerraformWorld;
beforeEach(async () => {
  world = await createTerraformWorld({ lockTimeoutSeconds: 2 });
});
afterEach(() => world.close());

const lockObject = { Key: 'production.tfstate.tflock' };

/** Until the apply's heartbeats name the address as under way. */
const applying = (input: Parameters<TerraformWorld['activities']['applyPlan']>[0], address: string) => {
  const begun = Promise.withResolvers<void>();
  const ended = world.run('applyPlan', input, (details) => {
    if (JSON.stringify(details).includes(address)) begun.resolve();
  });
  ended.then(() => begun.reject(new Error(`the apply ended without naming ${address}`)), begun.reject);
  return { begun: begun.promise, ended };
};

test('a Terraform killed while it applies: its lock is given back, and the rest goes on under the same approval', async () => {
  const input = world.input(await world.archive({ 'infra/root/main.tf': slowCode('sqs_queue', world.suffix) }));
  const plan = await world.run('planForApply', input);
  const { begun, ended } = applying({ ...input, plan }, 'aws_sqs_queue.slow');
  await begun;
  await expect.poll(async () => (await world.lease())?.lockId).toEqual(expect.any(String));
  const lease = await world.lease();
  const mark = markOf(lease?.nonce ?? '');
  const carriers = await thisMachine.carriersOf(mark);
  if (carriers.kind === 'unknown') throw new Error('a tool test needs /proc');
  for (const pid of carriers.programs) process.kill(pid, 'SIGKILL');
  await expect(ended).rejects.toMatchObject({ type: 'tool.rejected' });
  expect(await world.lease()).toMatchObject({ lockId: lease?.lockId });

  const seen = await world.run('observeApply', { ...input, approved: plan.change, lineage: plan.lineage });
  if (seen.kind !== 'remainder approved') throw new Error(`observed ${seen.kind}`);
  expect(seen.nothingDone).toBe(true);
  expect(await thisMachine.carriersOf(mark)).toEqual({ kind: 'seen', programs: [], others: [] });
  await world.run('applyPlan', { ...input, plan: seen.plan });
  expect(await world.run('observeApply', { ...input, approved: plan.change, lineage: seen.plan.lineage })).toEqual({ kind: 'applied' });
  expect(await world.lease()).toBeNull();
});

test('a Terraform that outlives its worker is waited for, not interrupted', async () => {
  const input = world.input(await world.archive({ 'infra/root/main.tf': slowCode('sqs_queue', world.suffix) }));
  const plan = await world.run('planForApply', input);
  const { begun, ended } = applying({ ...input, plan }, 'aws_sqs_queue.slow');
  await begun;
  const waits: unknown[] = [];
  const seen = world.run('observeApply', { ...input, approved: plan.change, lineage: plan.lineage }, (details) => waits.push(details));
  await expect(ended).resolves.toMatchObject({ serial: expect.any(Number) as number });
  expect(await seen).toEqual({ kind: 'applied' });
  expect(waits).toContainEqual(expect.objectContaining({ waitingFor: input.release.releaseId, operation: 'apply' }));
});

test("somebody else's lock stays, and its holder is named", async () => {
  const input = world.input(await world.archive({ 'infra/root/main.tf': quickCode }));
  const plan = await world.run('planForApply', input);
  const theirs = {
    ID: 'a0000000-0000-0000-0000-000000000000',
    Operation: 'OperationTypeApply',
    Who: 'bo@laptop',
    Created: '2026-01-01T00:00:00Z',
  };
  const lock = { Bucket: world.backend.bucket, ...lockObject };
  await world.s3.send(new PutObjectCommand({ ...lock, Body: JSON.stringify(theirs) }));
  await expect(world.run('applyPlan', { ...input, plan })).rejects.toMatchObject({ type: 'terraform.locked', nonRetryable: false });
  const seen = await world.run('observeApply', { ...input, approved: plan.change, lineage: plan.lineage });
  expect(seen).toEqual({ kind: 'foreign lock', holder: expect.stringContaining('bo@laptop') as string });
  expect(await world.s3.send(new GetObjectCommand(lock)).then(({ Body }) => Body?.transformToString())).toContain('bo@laptop');
  expect(await world.lease()).toBeNull();
});

/** Between Terraform and the stack's AWS: does each request it does not refuse, and keeps what STS was asked. */
const proxy = async ({
  isRefused = () => false,
  isLost = () => false,
}: {
  readonly isRefused?: (request: IncomingMessage) => boolean;
  /** It is done, and nobody hears of it. */
  readonly isLost?: (request: IncomingMessage) => boolean;
}): Promise<{ server: Server; endpoint: string; asked: URLSearchParams[] }> => {
  const asked: URLSearchParams[] = [];
  const handOn = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request);
    if (isRefused(request)) {
      response.writeHead(403).end();
      return;
    }
    if (body.includes('Action=AssumeRole')) asked.push(new URLSearchParams(body.toString()));
    const headers = Object.entries(request.headers).filter(([name]) => !['connection', 'transfer-encoding'].includes(name));
    const answer = await fetch(new URL(request.url ?? '/', process.env['AWS_ENDPOINT_URL']), {
      method: request.method ?? 'GET',
      headers: headers.map(([name, value]): [string, string] => [name, String(value)]),
      ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (isLost(request)) response.destroy();
    else response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(bytes);
  };
  const server = createServer((request, response) => {
    handOn(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { server, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
};

const isLocking = {
  'the lock object': ({ method, url }: IncomingMessage) => method === 'PUT' && (url ?? '').includes('.tflock'),
  'the lock table': ({ headers }: IncomingMessage) => headers['x-amz-target'] === 'DynamoDB_20120810.PutItem',
};

test.each(Object.entries(isLocking))('a Terraform that lost the reply of %s does not wait for itself', async (_, isIt) => {
  let lost = 0;
  const { server, endpoint } = await proxy({ isLost: (request) => isIt(request) && lost++ === 0 });
  const identity = { ...workerIdentity(process.env), AWS_ENDPOINT_URL: endpoint };
  const proxied = await createTerraformWorld({ lockTimeoutSeconds: 2, identity });
  try {
    const input = proxied.input(await proxied.archive({ 'infra/root/main.tf': quickCode }));
    expect(await proxied.run('planForApply', input)).toMatchObject({ counts: { create: 1 } });
    expect(lost).toBeGreaterThan(1);
    expect(await proxied.lease()).toBeNull();
  } finally {
    server.close();
    await proxied.close();
  }
});

test('every session carries the release and the person who asked, and the planning role plans', async () => {
  const { server, endpoint, asked } = await proxy({});
  const recorded = await createTerraformWorld({ identity: { ...workerIdentity(process.env), AWS_ENDPOINT_URL: endpoint } });
  try {
    const input = recorded.input(await recorded.archive({ 'infra/root/main.tf': 'terraform {\n  backend "s3" {}\n}\n' }));
    await recorded.run('planSpeculative', { ...input, requester: { subject: 'auth0|ana maria', kind: 'human' } });
  } finally {
    server.close();
    await recorded.close();
  }
  expect(asked.length).toBeGreaterThan(0);
  for (const parameters of asked) {
    expect(parameters.get('RoleArn')).toMatch(/role\/plimsoll-plan$/);
    expect(parameters.get('RoleSessionName')).toBe(recorded.release.releaseId);
    expect(parameters.get('SourceIdentity')).toMatch(/^auth0-ana-maria-[0-9a-f]{12}$/);
  }
});

test('a state that could not be written is kept, and pushed before anybody plans again', async () => {
  let refusing = false;
  const isState = ({ method, url }: IncomingMessage) => method === 'PUT' && (url ?? '').includes('/production.tfstate?');
  const { server, endpoint } = await proxy({ isRefused: (request) => refusing && isState(request) });
  const proxied = await createTerraformWorld({ identity: { ...workerIdentity(process.env), AWS_ENDPOINT_URL: endpoint } });
  try {
    const secrets = { password: await proxied.secret('correct-horse-battery') };
    const input = proxied.input(
      await proxied.archive({ 'infra/root/main.tf': threeResources }),
      { name: `models-${proxied.suffix}` },
      secrets,
    );
    const plan = await proxied.run('planForApply', input);
    refusing = true;
    await expect(proxied.run('applyPlan', { ...input, plan })).rejects.toMatchObject({ type: 'terraform.failed' });
    refusing = false;
    // Without the kept state, making the parameters again would fail: they exist.
    expect(await proxied.run('observeApply', { ...input, approved: plan.change, lineage: plan.lineage })).toEqual({ kind: 'applied' });
  } finally {
    server.close();
    await proxied.close();
  }
});
