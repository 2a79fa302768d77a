/** A change from plan to read-back on the real Terraform and AWS provider, and what drifts meanwhile. */
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ChangeSet } from '../../domain/change.ts';
import { createTerraformWorld, type TerraformWorld, threeResources } from '../../test/support/terraform-world.ts';

/** Five to seven Terraform commands a test, each loading a provider of 700 MB: minutes on a busy laptop. */
vi.setConfig({ testTimeout: 600_000 });

let world: TerraformWorld;
beforeEach(async () => {
  world = await createTerraformWorld();
});
afterEach(() => world.close());

const release = async (secret = 'correct-horse-battery') =>
  world.input(
    await world.archive({ 'infra/root/main.tf': threeResources }),
    { name: `models-${world.suffix}` },
    { password: await world.secret(secret) },
  );

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
  expect(await world.lease()).toBeNull();

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
    archive: await world.archive({ 'infra/root/main.tf': threeResources.replace('"String"', '"String"\n  description = "where"') }),
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
