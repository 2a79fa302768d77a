import { describe, expect, test } from 'vitest';
import type { PlanJson } from './plan-json.schema.ts';
import { referenceFinder } from './references.ts';

const created = (address: string, unknown: object = {}) => ({
  address,
  type: address.split('.').at(-2) ?? '',
  change: { actions: ['create' as const], after_unknown: unknown },
});
const pointing = { bucket: true };
const refers = (...references: string[]) => ({ expressions: { bucket: { references } } });

const planOf = (addresses: readonly string[], rootModule: object): PlanJson => ({
  format_version: '1.2',
  terraform_version: '1.11.4',
  resource_changes: addresses.map((address) => created(address, address.includes('versioning') ? pointing : {})),
  configuration: { root_module: rootModule },
});

const found = (plan: PlanJson, address: string) =>
  referenceFinder(plan)(plan.resource_changes?.find((one) => one.address === address) ?? created(address, pointing));

test('a resource beside it is found', () => {
  const plan = planOf(['aws_s3_bucket.a', 'aws_s3_bucket_versioning.a'], {
    resources: [{ address: 'aws_s3_bucket_versioning.a', ...refers('aws_s3_bucket.a.id', 'aws_s3_bucket.a') }],
  });
  expect(found(plan, 'aws_s3_bucket_versioning.a')).toEqual({ bucket: ['aws_s3_bucket.a'] });
});

test('one in the same module is found there, not its namesake elsewhere', () => {
  const store = { resources: [{ address: 'aws_s3_bucket_versioning.this', ...refers('aws_s3_bucket.this.id', 'aws_s3_bucket.this') }] };
  const plan = planOf(
    [
      'module.p.module.one.aws_s3_bucket.this',
      'module.p.module.two.aws_s3_bucket.this',
      'module.p.module.two.aws_s3_bucket_versioning.this',
    ],
    { module_calls: { p: { module: { module_calls: { one: { module: store }, two: { module: store } } } } } },
  );
  expect(found(plan, 'module.p.module.two.aws_s3_bucket_versioning.this')).toEqual({ bucket: ['module.p.module.two.aws_s3_bucket.this'] });
});

test('an argument of a module is followed to whoever gave it, and an output to whatever it is', () => {
  const plan = planOf(['module.store.aws_s3_bucket.this', 'module.policy.aws_s3_bucket_versioning.this'], {
    module_calls: {
      store: {
        module: {
          resources: [{ address: 'aws_s3_bucket.this' }],
          outputs: { name: { expression: { references: ['aws_s3_bucket.this.id', 'aws_s3_bucket.this'] } } },
        },
      },
      policy: {
        expressions: { bucket: { references: ['module.store.name', 'module.store'] } },
        module: { resources: [{ address: 'aws_s3_bucket_versioning.this', ...refers('var.bucket') }] },
      },
    },
  });
  expect(found(plan, 'module.policy.aws_s3_bucket_versioning.this')).toEqual({ bucket: ['module.store.aws_s3_bucket.this'] });
});

describe('of several instances', () => {
  const addresses = ['aws_s3_bucket.a["x"]', 'aws_s3_bucket.a["y"]', 'aws_s3_bucket_versioning.a["y"]', 'aws_s3_bucket_versioning.b'];

  test('the one with the same key is meant', () => {
    const plan = planOf(addresses, { resources: [{ address: 'aws_s3_bucket_versioning.a', ...refers('aws_s3_bucket.a', 'each.key') }] });
    expect(found(plan, 'aws_s3_bucket_versioning.a["y"]')).toEqual({ bucket: ['aws_s3_bucket.a["y"]'] });
  });

  test('the one that is named is meant', () => {
    const plan = planOf(addresses, {
      resources: [{ address: 'aws_s3_bucket_versioning.b', ...refers('aws_s3_bucket.a["x"].id', 'aws_s3_bucket.a["x"]') }],
    });
    expect(found(plan, 'aws_s3_bucket_versioning.b')).toEqual({ bucket: ['aws_s3_bucket.a["x"]'] });
  });
});

test('what is known needs no reference, and what cannot be followed gives none', () => {
  const plan = planOf(['aws_s3_bucket.a', 'aws_s3_bucket_versioning.a'], {
    resources: [{ address: 'aws_s3_bucket_versioning.a', ...refers('local.name', 'data.aws_s3_bucket.b.id', 'each.value', 'var.unheard') }],
  });
  expect(found(plan, 'aws_s3_bucket.a')).toBeUndefined();
  expect(found(plan, 'aws_s3_bucket_versioning.a')).toBeUndefined();
  expect(found({ ...plan, configuration: undefined }, 'aws_s3_bucket_versioning.a')).toBeUndefined();
});
