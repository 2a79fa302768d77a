/**
 * Goal: production takes what staging has run, and nothing else.
 * Method: releases in both environments on a real Temporal server, and what the ledger has of them.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseJudgement, type StoredRecord } from '../../activities/ledger/parse.ts';
import { createFormerFindings } from '../../activities/releases/releases.ts';
import { digestText } from '../../domain/digest.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import { recordTypes } from '../../domain/record.ts';
import { orderOf } from '../support/builders.ts';
import { givenRelease } from '../support/given-release.ts';
import { blob, type ScriptedWorld, verdictOf } from '../support/scripted-world.ts';
import { startTemporal, type Temporal } from '../support/temporal.ts';

let temporal: Temporal;
beforeAll(async () => {
  temporal = await startTemporal();
});
afterAll(() => temporal?.close());

const requires = { releasedIn: 'staging', soakHours: 0 };
const modelOnly = { infrastructure: undefined };
const given = (order: Partial<ReleaseOrder>, verdict: 'pass' | 'fail' = 'pass') =>
  givenRelease(
    temporal,
    (world) => {
      world.gate = () => ({ kind: 'allow', violations: [] });
      world.verdicts = () => verdictOf(verdict);
    },
    { ...modelOnly, ...order },
  );
/** The last one, as the ledger reads it. */
function judgementOf(world: ScriptedWorld | undefined) {
  const judged = [...(world?.records.values() ?? [])].findLast(({ event }) => event.type === recordTypes.judged);
  return judged === undefined ? null : parseJudgement(judged as unknown as StoredRecord);
}

describe.concurrent('an environment that requires another', () => {
  test('blocks what was never released there, before anything is scanned', async () => {
    const { handle, world } = await given({ requires });
    expect(await handle.result()).toMatchObject({
      kind: 'blocked',
      reason: expect.stringContaining('model 2026.11.3 was not released in staging') as string,
    });
    expect(world.calls).not.toContain('scanArtifact');
    expect(world.recordKinds).toContain('soakMissing');
  });

  test('takes the same model once it is released there, and not another one', async () => {
    const staging = await given({ environment: 'staging' });
    await staging.handle.result();
    const { service } = staging.order;
    const other = await given({
      requires,
      service,
      model: { ...(orderOf().model as NonNullable<ReleaseOrder['model']>), digest: digestText('another') },
    });
    expect(await other.handle.result()).toMatchObject({ kind: 'blocked' });
    const same = await given({ requires, service });
    expect(await same.handle.result()).toMatchObject({ kind: 'released' });
    const early = await given({ requires: { ...requires, soakHours: 1 }, service });
    expect(await early.handle.result()).toMatchObject({ kind: 'blocked', reason: expect.stringContaining('has to for 1 h') as string });
  });

  test('does not take what was rolled back there', async () => {
    const staging = await given({ environment: 'staging' }, 'fail');
    expect(await staging.handle.result()).toMatchObject({ kind: 'rolled back' });
    const { handle } = await given({ requires, service: staging.order.service });
    expect(await handle.result()).toMatchObject({
      kind: 'blocked',
      reason: expect.stringContaining('was taken back in staging') as string,
    });
  });

  test('is judged beside what was found in the last release of the same parts, and of no others', async () => {
    const formerFindings = createFormerFindings({
      ended: temporal.ended,
      readJudgement: async ({ releaseId }) => judgementOf(temporal.worlds.get(releaseId)),
    });
    const first = await given({});
    expect(await formerFindings(first.order)).toBeUndefined();
    await first.handle.result();
    expect(await formerFindings(first.order)).toEqual({ releaseId: first.order.releaseId, findings: blob('findings') });
    expect(await formerFindings({ ...first.order, infrastructure: orderOf().infrastructure })).toBeUndefined();
    expect(await formerFindings({ ...first.order, environment: 'staging' })).toBeUndefined();
  });

  test('lets a rollback pass: the way back waits for nobody', async () => {
    const { handle } = await given({ requires, urgency: 'rollback', rollback: { to: 'old', incident: 'INC-1' } });
    expect(await handle.result()).toMatchObject({ kind: 'released' });
  });
});
