/**
 * A change from plan to read-back on the real Terraform and AWS provider, and its bad days: drift, a killed
 * Terraform, one that outlives its worker, somebody else's lock. Waits are for what the heartbeats say.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ChangeSet } from '../../domain/change.ts';
import { createTerraformWorld, type TerraformWorld } from '../../test/support/terraform-world.ts';
import { thisMachine } from '../tool/machine.ts';
import { workerIdentity } from './credentials.ts';
import { type Lease, markOf } from './lease.ts';

/** Three quick resources, one of them secret. */
const code = `terraform {
  backend "s3" {}
}

variable "name" {
  type = string
}

variable "password" {
  type      = string
  sensitive = true
}

resource "aws_s3_bucket" "models" {
  bucket = var.name
}

resource "aws_ssm_parameter" "password" {
  name  = "/\${var.name}/password"
  type  = "SecureString"
  value = var.password
}

resource "aws_ssm_parameter" "address" {
  name  = "/\${var.name}/address"
  type  = "String"
  value = aws_s3_bucket.models.arn
}

output "address" {
  value = aws_ssm_parameter.address.arn
}
`;

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

/** Five to seven Terraform commands a test, each loading a provider of 700 MB: minutes on a busy laptop. */
vi.setConfig({ testTimeout: 600_000 });

let world: TerraformWorld;
beforeEach(async () => {
  world = await createTerraformWorld({ lockTimeoutSeconds: 2 });
});
afterEach(() => world.close());

const release = async (secret = 'correct-horse-battery') =>
  world.input(
    await world.archive({ 'infra/root/main.tf': code }),
    { name: `models-${world.suffix}` },
    { password: await world.secret(secret) },
  );

const leaseOf = async (): Promise<Lease | null> => {
  const Key = `leases/${world.backend.bucket}/${world.backend.key}.json`;
  const answer = await world.s3.send(new GetObjectCommand({ Bucket: world.storeBucket, Key })).catch(() => null);
  return answer === null ? null : (JSON.parse((await answer.Body?.transformToString()) ?? '') as Lease);
};

const lockObject = { Key: 'production.tfstate.tflock' };

test('a release plans, applies exactly that plan, and reads back that it is there', async () => {
  const input = await release();
  const planned = await world.run('planSpeculative', input);
  expect(planned.counts).toEqual({ create: 3, update: 0, delete: 0, replace: 0 });
  expect(planned.addresses.toSorted()).toEqual(['aws_s3_bucket.models', 'aws_ssm_parameter.address', 'aws_ssm_parameter.password']);
  expect(planned.lineage).toBeNull();

  const plan = await world.run('planForApply', input);
  expect(plan.changeDigest).toBe(planned.changeDigest);
  expect(plan.planJson).toEqual(planned.planJson);
  expect(plan.moduleLockDigest).toBe(planned.moduleLockDigest);
  expect(plan.variablesDigest).toBe(planned.variablesDigest);
  expect(await world.run('compareChanges', { before: planned.change, after: plan.change })).toEqual([]);

  const { serial } = await world.run('applyPlan', { ...input, plan });
  expect(serial).toBeGreaterThan(0);
  const approved = { approved: planned.change, lineage: plan.lineage };
  expect(await world.run('observeApply', { ...input, ...approved })).toEqual({ kind: 'applied' });
  expect(await leaseOf()).toBeNull();

  const other = 'f0000000-0000-0000-0000-000000000000';
  expect(await world.run('observeApply', { ...input, ...approved, lineage: other })).toMatchObject({
    kind: 'lineage changed',
    expected: other,
  });
  // The same plan again: Terraform refuses, and the observation says that nothing is owed.
  await expect(world.run('applyPlan', { ...input, plan })).rejects.toMatchObject({ type: 'terraform.failed' });
  expect(await world.run('observeApply', { ...input, ...approved })).toEqual({ kind: 'applied' });
});

test('a secret is in nothing that is stored in clear, and changing it changes the digest', async () => {
  const secret = 'correct-horse-battery';
  const input = await release(secret);
  const first = await world.run('planSpeculative', input);
  const second = await world.run('planSpeculative', {
    ...input,
    stack: { ...input.stack, secretVariables: { password: await world.secret('tr0ub4dor') } },
  });
  expect(second.changeDigest).not.toBe(first.changeDigest);
  expect(second.variablesDigest).not.toBe(first.variablesDigest);
  expect(await world.run('compareChanges', { before: first.change, after: second.change })).toEqual(['aws_ssm_parameter.password']);

  expect(JSON.stringify(first)).not.toContain(secret);
  const { Contents = [] } = await world.s3.send(new ListObjectsV2Command({ Bucket: world.storeBucket }));
  expect(Contents.length).toBeGreaterThanOrEqual(4);
  for (const { Key } of Contents) {
    const { Body } = await world.s3.send(new GetObjectCommand({ Bucket: world.storeBucket, Key }));
    expect(await Body?.transformToString()).not.toContain(secret);
  }
  const change = (await world.store.getJson(first.change)) as ChangeSet;
  const password = change.resources.find(({ address }) => address === 'aws_ssm_parameter.password');
  expect(password?.after).toMatchObject({ value: expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/) as string });
});

test('what drifted after the plan gives another digest, and the address is named', async () => {
  const input = await release();
  await world.run('applyPlan', { ...input, plan: await world.run('planForApply', input) });
  const wanted = {
    ...input,
    archive: await world.archive({ 'infra/root/main.tf': code.replace('"String"', '"String"\n  description = "where"') }),
  };
  const before = await world.run('planSpeculative', wanted);
  const ssm = new SSMClient({ region: input.aws.region });
  await ssm.send(new PutParameterCommand({ Name: `/models-${world.suffix}/address`, Value: 'elsewhere', Type: 'String', Overwrite: true }));
  const after = await world.run('planForApply', wanted);
  expect(after.changeDigest).not.toBe(before.changeDigest);
  expect(await world.run('compareChanges', { before: before.change, after: after.change })).toEqual(['aws_ssm_parameter.address']);
  expect(await world.run('observeApply', { ...wanted, approved: before.change, lineage: before.lineage })).toEqual({
    kind: 'remainder unapproved',
    addresses: ['aws_ssm_parameter.address'],
  });
});

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
  await expect.poll(async () => (await leaseOf())?.lockId).toEqual(expect.any(String));
  const lease = await leaseOf();
  const mark = markOf(lease?.nonce ?? '');
  const carriers = await thisMachine.carriersOf(mark);
  if (carriers.kind === 'unknown') throw new Error('a tool test needs /proc');
  for (const pid of carriers.programs) process.kill(pid, 'SIGKILL');
  await expect(ended).rejects.toMatchObject({ type: 'tool.rejected' });
  expect(await leaseOf()).toMatchObject({ lockId: lease?.lockId });

  const seen = await world.run('observeApply', { ...input, approved: plan.change, lineage: plan.lineage });
  if (seen.kind !== 'remainder approved') throw new Error(`observed ${seen.kind}`);
  expect(seen.nothingDone).toBe(true);
  expect(await thisMachine.carriersOf(mark)).toEqual({ kind: 'seen', programs: [], others: [] });
  await world.run('applyPlan', { ...input, plan: seen.plan });
  expect(await world.run('observeApply', { ...input, approved: plan.change, lineage: seen.plan.lineage })).toEqual({ kind: 'applied' });
  expect(await leaseOf()).toBeNull();
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
  const input = await release();
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
  expect(await leaseOf()).toBeNull();
});

/** Between Terraform and the stack's AWS: hands on each request it does not refuse, and keeps what STS was asked. */
const proxy = async (
  isRefused: (request: IncomingMessage) => boolean,
): Promise<{ server: Server; endpoint: string; asked: URLSearchParams[] }> => {
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
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer((request, response) => {
    handOn(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { server, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
};

test('every session carries the release and the person who asked, and the planning role plans', async () => {
  const { server, endpoint, asked } = await proxy(() => false);
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
  const { server, endpoint } = await proxy((request) => refusing && isState(request));
  const proxied = await createTerraformWorld({ identity: { ...workerIdentity(process.env), AWS_ENDPOINT_URL: endpoint } });
  try {
    const secrets = { password: await proxied.secret('correct-horse-battery') };
    const input = proxied.input(await proxied.archive({ 'infra/root/main.tf': code }), { name: `models-${proxied.suffix}` }, secrets);
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
