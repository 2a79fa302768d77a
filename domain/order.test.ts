import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestText } from './digest.ts';
import { type ReleaseRequest, releaseIdLengthMax, releaseIdOf, releaseIdPattern, rollbackIdOf, serviceLaneOf } from './order.ts';

const request: ReleaseRequest = {
  service: 'fraud-scorer',
  environment: 'production',
  source: { commit: '0123456789abcdef0123456789abcdef01234567' },
  infrastructure: { stack: 'platform', variables: { replicas_max: 12, tags: ['a', 'b'] } },
  model: {
    version: '2026.11.3',
    artifact: 's3://acme-models/fraud/2026.11.3/model.skops',
    digest: digestText('model'),
    image: `registry.example/fraud@${digestText('image')}`,
  },
  reason: 'weekly retrain',
  attempt: 1,
};

describe('the id of a release', () => {
  test('is the same for ever: ids are in ledgers and labels', () => {
    expect(releaseIdOf(request)).toBe('fraud-scorer-production-c5e52d4f54a5');
  });

  test('does not depend on the reason, or on how the body was written', () => {
    expect(releaseIdOf({ ...request, reason: 'another' } as ReleaseRequest)).toBe(releaseIdOf(request));
    expect(releaseIdOf(JSON.parse(JSON.stringify(request)) as ReleaseRequest)).toBe(releaseIdOf(request));
  });

  test.each([
    ['commit', { source: { commit: 'f'.repeat(40) } }],
    ['variable', { infrastructure: { stack: 'platform', variables: { replicas_max: 13, tags: ['a', 'b'] } } }],
    ['part less', { model: undefined }],
    ['attempt', { attempt: 2 }],
    ['environment', { environment: 'staging' }],
    ['leave to pass freezes', { override: { reason: 'payments are refused', ticket: 'INC-4711' } }],
  ])('differs by another %s', (_, change) => {
    expect(releaseIdOf({ ...request, ...change })).not.toBe(releaseIdOf(request));
  });

  test('is the same for one ticket, whatever the reason for passing freezes is', () => {
    const passing = (reason: string, ticket = 'INC-4711') => releaseIdOf({ ...request, override: { reason, ticket } });
    expect(passing('payments are refused')).toBe(passing('another'));
    expect(passing('another', 'INC-4712')).not.toBe(passing('another'));
  });

  test('is a Kubernetes label whatever the names are', () => {
    const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
    fc.assert(
      fc.property(name, name, fc.nat(), (service, environment, attempt) => {
        for (const id of [
          releaseIdOf({ ...request, service, environment, attempt }),
          rollbackIdOf({ service, environment, to: 'r', incident: 'i', attempt }),
        ]) {
          expect(id).toMatch(releaseIdPattern);
          expect(id.length).toBeLessThanOrEqual(releaseIdLengthMax);
        }
      }),
    );
  });
});

test('a rollback within one incident is the same rollback, and never a release', () => {
  const rollback = { service: 'fraud-scorer', environment: 'production', to: 'earlier', incident: 'INC-1', attempt: 1 };
  expect(rollbackIdOf({ ...rollback })).toBe(rollbackIdOf(rollback));
  expect(rollbackIdOf({ ...rollback, incident: 'INC-2' })).not.toBe(rollbackIdOf(rollback));
  expect(rollbackIdOf(rollback)).not.toBe(releaseIdOf(request));
});

test('every release of a service in an environment meets in one lane', () => {
  expect(serviceLaneOf({ service: 'fraud-scorer', environment: 'production' })).toEqual({
    kind: 'service',
    key: 'fraud-scorer/production',
  });
});
