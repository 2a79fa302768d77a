/**
 * Goal: what the gate asks for is asked for: owners of waivers do not count, and whoever it names has to be among those
 * who approve. Method: the real workflows on a real Temporal server, over worlds in memory whose gate is scripted.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLineActivities } from '../../activities/line/line.ts';
import { digestText } from '../../domain/digest.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import type { WaiverInPlay } from '../../domain/waiver.ts';
import { abortUpdate, lineChangedSignal, resumeUpdate } from '../../workflows/messages.ts';
import { callerOf } from '../support/builders.ts';
import { givenRelease } from '../support/given-release.ts';
import type { ScriptedWorld } from '../support/scripted-world.ts';
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
const tell = { by: callerOf('sam', 'sre'), reason: 'because the test says so' };

/**
 * A waiver that ends so long after the gate was asked about the whole release for the first time, however busy the machine
 * is; and what the gate says afterwards.
 */
function waivedFor(seconds: number, afterwards: ReturnType<ScriptedWorld['gate']>): ScriptedWorld['gate'] {
  let ends: number | undefined;
  return (stage) => {
    if (stage === 'code') return { kind: 'allow', violations: [] };
    ends ??= Date.now() + seconds * 1000;
    const until = new Date(ends).toISOString();
    return Date.now() <= ends ? { kind: 'approval needed', violations: [], waivers: [{ ...waiver, until }] } : afterwards;
  };
}

const ended = { kind: 'deny', violations: [{ code: 'waiver.ended', title: 't', message: 'ended today', solution: 's' }] } as const;
const anotherOf = (owner: string) =>
  ({ kind: 'approval needed', violations: [], waivers: [{ ...waiver, name: 'second', owner }] }) as const;

/** Seconds that a waiver lasts which is to be good when its release shifts: another one took so long to get there. */
const longEnough = (tookMs: number): number => Math.max(6, (3 * tookMs) / 1000);

/** Two releases of one service; the second needs a waiver that ends while the first one holds the service's lane. */
async function oneBehindTheOther(order: Partial<ReleaseOrder>, afterwards: ReturnType<ScriptedWorld['gate']>) {
  let letGo = () => {};
  const watched = new Promise<void>((end) => (letGo = end));
  const begun = Date.now();
  const first = await givenRelease(
    temporal,
    (world) => {
      world.gate = () => ({ kind: 'allow', violations: [] });
      world.onStep = (step) => (step === 'watchCanary' ? watched : undefined);
    },
    { infrastructure: undefined },
  );
  await first.until(({ phase }) => phase === 'shifting');
  const gate = waivedFor(longEnough(Date.now() - begun), afterwards);
  const second = await givenRelease(temporal, (world) => (world.gate = gate), { ...order, service: first.order.service });
  await second.decide('approve');
  await second.until(({ waitingFor }) => waitingFor?.kind === 'lane' && waitingFor.lane.kind === 'service');
  const endFirst = async () => {
    await first.handle.executeUpdate(abortUpdate, { args: [tell] });
    letGo();
    return first.handle.result();
  };
  return { first, second, endFirst };
}

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
    const { handle, world } = await givenRelease(temporal, (world) => (world.gate = waivedFor(2, ended)), sre);
    expect(await handle.result()).toMatchObject({ kind: 'blocked', reason: 'waiver.ended: ended today' });
    expect(world.recordKinds.filter((kind) => ['approvalAsked', 'approvalVoided', 'judged'].includes(kind))).toEqual([
      'judged',
      'approvalAsked',
      'approvalVoided',
      'judged',
    ]);
  });

  test('that has another waiver for the same thing asks the same people again', async () => {
    const { handle, decide, until } = await givenRelease(temporal, (world) => (world.gate = waivedFor(2, anotherOf('bo'))), sre);
    await until(({ gate, waitingFor }) => gate?.waivers?.[0]?.name === 'second' && waitingFor?.kind === 'approval');
    await expect(decide('approve', callerOf('bo', 'sre'))).rejects.toMatchObject(notCounted('owns a waiver'));
    await decide('approve', callerOf('olga', 'sre'));
    expect(await handle.result()).toMatchObject({ kind: 'released' });
  });

  test('is asked again when a waiver ends while the release waits in its lane, before anything is deployed', async () => {
    const { first, second, endFirst } = await oneBehindTheOther({ infrastructure: undefined }, ended);
    expect(await second.handle.result()).toMatchObject({ kind: 'blocked', reason: 'waiver.ended: ended today', model: 'unchanged' });
    expect(second.world.calls).not.toContain('deploySlot');
    expect(second.world.recordKinds.filter((kind) => ['judged', 'approvalVoided', 'laneEntered'].includes(kind))).toEqual([
      'judged',
      'approvalVoided',
      'judged',
    ]);
    // It has given its place back: nobody stands behind a release that is gone.
    await endFirst();
    await expect(temporal.client.workflow.getHandle(`lane/service/${first.order.service}/production`).result()).resolves.toBeUndefined();
  });

  test('is asked again in the lane, too, where the infrastructure is applied already; another waiver is put to the same people', async () => {
    const { second, endFirst } = await oneBehindTheOther({}, anotherOf('olga'));
    await second.until(({ gate, waitingFor }) => gate?.waivers?.[0]?.name === 'second' && waitingFor?.kind === 'approval');
    await second.decide('approve');
    await endFirst();
    expect(await second.handle.result()).toMatchObject({ kind: 'released', infrastructure: 'applied' });
  });

  test('holds a release at its weight when a waiver ends while traffic shifts, until the waiver is renewed in the catalog', async () => {
    const catalog = mkdtempSync(join(tmpdir(), 'plimsoll-catalog-'));
    for (const folder of ['environments', 'waivers']) mkdirSync(join(catalog, folder));
    writeFileSync(join(catalog, 'environments/production.yaml'), 'name: production\n');
    const real = createLineActivities({ client: temporal.client, catalog });
    const begun = Date.now();
    const other = await givenRelease(temporal, (world) => (world.gate = () => ({ kind: 'allow', violations: [] })), {
      infrastructure: undefined,
    });
    await other.until(({ phase }) => phase === 'shifting' || phase === 'closed');
    const tookMs = Date.now() - begun;
    const release = await givenRelease(
      temporal,
      (world) => {
        world.gate = waivedFor(longEnough(tookMs), ended);
        world.readLine = (input) => real.readLine(input);
        world.onStep = async (step) => {
          if (step === 'watchCanary') await release.until(({ gate }) => Date.parse(gate?.waivers?.[0]?.until ?? '') < Date.now());
        };
      },
      { infrastructure: undefined },
    );
    await release.decide('approve');
    const held = await release.until(({ waitingFor }) => waitingFor?.kind === 'line');
    expect(held).toMatchObject({
      phase: 'shifting',
      waitingFor: { obstacles: [{ kind: 'waiver', name: 'reports-are-public', rule: 'CKV_AWS_20', owner: 'olga' }] },
      attention: expect.stringContaining('olga renews it in the catalog') as string,
    });
    expect(release.world.weightOf('b')).toBe(10);
    // Nobody resumes what a gate has not let pass.
    await expect(release.handle.executeUpdate(resumeUpdate, { args: [tell] })).rejects.toMatchObject({
      cause: { type: 'release.wrongPhase', message: expect.stringContaining('reports-are-public') as string },
    });
    const [from, until] = [0, 10].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10));
    const { rule, address, owner, reason } = waiver;
    const file = { name: waiver.name, rule, address, environment: 'production', reason, owner, from, until };
    writeFileSync(join(catalog, 'waivers/reports-are-public.yaml'), JSON.stringify(file));
    await release.handle.signal(lineChangedSignal);
    expect(await release.handle.result()).toMatchObject({ kind: 'released' });
    const told = release.world.recordKinds.filter((kind) => ['lineStopped', 'waiverRenewed', 'lineFree'].includes(kind));
    expect(told).toEqual(['lineStopped', 'waiverRenewed', 'lineFree']);
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
