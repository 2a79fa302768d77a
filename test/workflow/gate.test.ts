/**
 * Goal: what the gate asks for is asked for: owners of waivers do not count, and whoever it names has to be among those
 * who approve. Method: the real workflows on a real Temporal server, over worlds in memory whose gate is scripted.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestText } from '../../domain/digest.ts';
import type { WaiverInPlay } from '../../domain/waiver.ts';
import { callerOf } from '../support/builders.ts';
import { givenRelease } from '../support/given-release.ts';
import { startTemporal, type Temporal } from '../support/temporal.ts';

let temporal: Temporal;
beforeAll(async () => {
  temporal = await startTemporal();
});
afterAll(() => temporal?.close());

const waiver: WaiverInPlay = {
  name: 'reports-are-public',
  fingerprint: digestText('finding'),
  rule: 'CKV_AWS_20',
  address: 'aws_s3_bucket.reports',
  owner: 'olga',
  reason: 'until they have a login',
  until: '2036-01-01T23:59:59.999Z',
};
const sre = { approvals: { groups: ['sre'], expiresAfterMinutes: 60 }, infrastructure: undefined };
const notCounted = (because: string) => ({
  cause: { type: 'approval.notCounted', message: expect.stringContaining(because) as string },
});

describe.concurrent('the gate', () => {
  test('names waivers whose owners do not count: who wrote one does not approve it', async () => {
    const { handle, decide, until } = await givenRelease(
      temporal,
      (world) => {
        world.gate = () => ({ kind: 'approval needed', violations: [], waivers: [waiver] });
      },
      sre,
    );
    const view = await until(({ waitingFor }) => waitingFor?.kind === 'approval');
    expect(view).toMatchObject({ gate: { waivers: [{ name: 'reports-are-public', until: waiver.until }] } });
    expect(view.quorum?.notCounted).toContain('olga');
    await expect(decide('approve', callerOf('olga', 'sre'))).rejects.toMatchObject(notCounted('owns a waiver'));
    await decide('approve', callerOf('sam', 'sre'));
    expect(await handle.result()).toMatchObject({ kind: 'released' });
  });

  test('is asked again when a waiver ends while people think, and what was put to them is void', async () => {
    const until = new Date(Date.now() + 3000).toISOString();
    const { handle, world } = await givenRelease(
      temporal,
      (world) => {
        world.gate = () =>
          Date.now() <= Date.parse(until)
            ? { kind: 'approval needed', violations: [], waivers: [{ ...waiver, until }] }
            : { kind: 'deny', violations: [{ code: 'waiver.ended', title: 't', message: 'ended today', solution: 's' }] };
      },
      sre,
    );
    expect(await handle.result()).toMatchObject({ kind: 'blocked', reason: 'waiver.ended: ended today' });
    expect(world.recordKinds.filter((kind) => ['approvalAsked', 'approvalVoided', 'judged'].includes(kind))).toEqual([
      'judged',
      'approvalAsked',
      'approvalVoided',
      'judged',
    ]);
  });

  test('that has another waiver for the same thing asks the same people again', async () => {
    const until = new Date(Date.now() + 3000).toISOString();
    const {
      handle,
      decide,
      until: seen,
    } = await givenRelease(
      temporal,
      (world) => {
        world.gate = () => {
          const first = Date.now() <= Date.parse(until);
          return {
            kind: 'approval needed',
            violations: [],
            waivers: [first ? { ...waiver, until } : { ...waiver, name: 'second', owner: 'bo' }],
          };
        };
      },
      sre,
    );
    await seen(({ gate, waitingFor }) => gate?.waivers?.[0]?.name === 'second' && waitingFor?.kind === 'approval');
    await expect(decide('approve', callerOf('bo', 'sre'))).rejects.toMatchObject(notCounted('owns a waiver'));
    await decide('approve', callerOf('olga', 'sre'));
    expect(await handle.result()).toMatchObject({ kind: 'released' });
  });

  test('adds seats to the quorum of the environment, and only for the release that needs them', async () => {
    const { handle, decide, until } = await givenRelease(
      temporal,
      (world) => {
        world.gate = () => ({ kind: 'approval needed', violations: [], seats: [{ groups: ['data-owners'], count: 1 }] });
      },
      sre,
    );
    expect((await until(({ waitingFor }) => waitingFor?.kind === 'approval')).waitingFor).toMatchObject({
      missing: '1 of sre, 1 of data-owners',
    });
    expect(await decide('approve', callerOf('sam', 'sre'))).toMatchObject({ waitingFor: { missing: '1 of data-owners' } });
    await decide('approve', callerOf('dora', 'data-owners'));
    expect(await handle.result()).toMatchObject({ kind: 'released' });
  });
});
