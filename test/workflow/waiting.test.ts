/**
 * Goal: a release waits for whatever is in its way (a freeze, a stopped line, a person who holds it, another release in its
 * lane): nothing new is done, nothing that was done is dropped, and it goes on afterwards.
 * Method: the real workflows on a real Temporal server; what is in the way of an environment is a value of the scripted
 * world, or the real workflow of a stopped line.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLineActivities } from '../../activities/line/line.ts';
import { createLineGateway } from '../../api/temporal/line.ts';
import type { Obstacle, Stop } from '../../domain/line.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import { recordTypes } from '../../domain/record.ts';
import { abortUpdate, holdUpdate, lineChangedSignal, resumeUpdate } from '../../workflows/messages.ts';
import { callerOf, orderOf } from '../support/builders.ts';
import { givenRelease } from '../support/given-release.ts';
import { type ScriptedWorld, verdictOf } from '../support/scripted-world.ts';
import { startTemporal, type Temporal } from '../support/temporal.ts';

let temporal: Temporal;
beforeAll(async () => {
  temporal = await startTemporal();
});
afterAll(() => temporal?.close());

const frozenUntil = (milliseconds: number): Obstacle => ({
  kind: 'freeze',
  name: 'christmas',
  reason: 'quiet days',
  until: new Date(milliseconds).toISOString(),
});
const stopped: Obstacle = { kind: 'stopped', by: 'sam', reason: 'errors everywhere', since: '2026-11-27T10:00:00.000Z' };
const given = (change: (world: ScriptedWorld) => void, order: Partial<ReleaseOrder> = {}) =>
  givenRelease(
    temporal,
    (world) => {
      world.gate = () => ({ kind: 'allow', violations: [] });
      change(world);
    },
    order,
  );
const modelOnly = { infrastructure: undefined };
const waitsForLine = ({ waitingFor }: { readonly waitingFor: { readonly kind: string } | null }) => waitingFor?.kind === 'line';
const tell = { by: callerOf('sam', 'sre'), reason: 'because the test says so' };

describe.concurrent('a freeze', () => {
  test('that begins while a release waits for approval holds it before anything is applied, and it goes on by itself', async () => {
    let isFrozen = false;
    const release = await given((world) => {
      world.gate = () => ({ kind: 'approval needed', violations: [] });
      // Whenever somebody looks, it ends a second later: until it was seen, on however busy a machine.
      world.obstacles = () => (isFrozen ? [frozenUntil(Date.now() + 1_000)] : []);
    });
    await release.until(({ waitingFor }) => waitingFor?.kind === 'approval');
    isFrozen = true;
    await release.decide('approve');
    const waiting = await release.until(waitsForLine);
    expect(waiting).toMatchObject({ phase: 'queued', waitingFor: { obstacles: [{ name: 'christmas' }] } });
    expect(release.world.calls).not.toContain('planForApply');
    isFrozen = false;
    expect(await release.handle.result()).toMatchObject({ kind: 'released' });
    expect(release.world.recordKinds).toEqual(expect.arrayContaining(['lineStopped', 'lineFree']));
  });

  test('holds a release without its place in the lane, where a rollback of the service passes', async () => {
    let isFree = false;
    const waiting = await given((world) => {
      world.obstacles = () => (isFree ? [] : [stopped]);
    }, modelOnly);
    await waiting.until(waitsForLine);
    const rollback = await given(
      (world) => {
        world.obstacles = () => [stopped];
      },
      { ...modelOnly, service: waiting.order.service, urgency: 'rollback', rollback: { to: 'old', incident: 'INC-1' } },
    );
    expect(await rollback.handle.result()).toMatchObject({ kind: 'released' });
    expect(rollback.world.calls).not.toContain('readLine');
    isFree = true;
    await waiting.handle.signal(lineChangedSignal);
    expect(await waiting.handle.result()).toMatchObject({ kind: 'released' });
  });

  test('before the first weight leaves the new version without traffic; no deadline runs', async () => {
    let isFree = false;
    const release = await given(
      (world) => {
        world.obstacles = () => (isFree || !world.calls.includes('deploySlot') ? [] : [stopped]);
      },
      { ...modelOnly, canary: { ...orderOf().canary, deadlineMinutes: 0.02 } },
    );
    const held = await release.until(waitsForLine);
    expect([held.weightPercent, release.world.weightOf('b')]).toEqual([0, 0]);
    // Longer than the deadline of the canary.
    await release.until(({ waitingFor }) => waitingFor?.kind === 'line' && Date.now() - Date.parse(held.phaseSince) > 2_500);
    isFree = true;
    await release.handle.signal(lineChangedSignal);
    expect(await release.handle.result()).toMatchObject({ kind: 'released' });
  });

  test('while traffic shifts keeps the weight, and the judge goes on: a bad version still goes back', async () => {
    let isBad = false;
    const release = await given((world) => {
      world.obstacles = () => (world.weightOf('b') === 10 ? [stopped] : []);
      world.verdicts = () => (isBad ? verdictOf('fail', 'too many errors') : verdictOf('pass'));
      world.onStep = async (step) => {
        if (step === 'watchCanary') await new Promise((resume) => setTimeout(resume, 50));
      };
    }, modelOnly);
    expect((await release.until(waitsForLine)).weightPercent).toBe(10);
    await expect(release.handle.executeUpdate(resumeUpdate, { args: [tell] })).rejects.toMatchObject({
      cause: { type: 'release.wrongPhase', message: expect.stringContaining('not free') as string },
    });
    isBad = true;
    expect(await release.handle.result()).toMatchObject({ kind: 'rolled back', reason: 'too many errors' });
    expect(release.world.isPutBack).toBe(true);
    expect(release.world.calls.filter((step) => step === 'setWeights')).toHaveLength(2);
  });

  test('does not keep anybody from aborting', async () => {
    const release = await given((world) => {
      world.obstacles = () => [{ kind: 'unknown', reason: 'the catalog cannot be read' }];
    });
    // Nothing ends this by itself: a person is called.
    expect((await release.until(waitsForLine)).attention).toBe('nobody can say whether the line is free: the catalog cannot be read');
    await release.handle.executeUpdate(abortUpdate, { args: [tell] });
    expect(await release.handle.result()).toMatchObject({ kind: 'cancelled', by: 'sam' });
    expect(release.world.isPutBack).toBe(true);
  });
});

describe.concurrent('a hotfix that is to pass freezes', () => {
  const override = { reason: 'payments are refused', ticket: 'INC-4711' };
  const hotfix: Partial<ReleaseOrder> = { ...modelOnly, urgency: 'hotfix', override };
  const freeze = frozenUntil(Date.now() + 3_600_000);
  const asked = ({ waitingFor }: { readonly waitingFor: { readonly kind: string } | null }) => waitingFor?.kind === 'approval';

  test('is put to two people whatever the policies say; what they approve says so, and only then it passes', async () => {
    const release = await given((world) => {
      world.obstacles = () => [freeze];
    }, hotfix);
    const open = await release.until(asked);
    expect(open).toMatchObject({
      statement: { override: 'passes freezes, INC-4711: payments are refused' },
      quorum: { minimum: 2, missing: '1 of sre or ml-owners, 1 more of sre or ml-owners' },
      override,
    });
    expect(await release.decide('approve', callerOf('sam', 'sre'))).toMatchObject({ quorum: { met: false } });
    expect(release.world.calls).not.toContain('deploySlot');
    await release.decide('approve', callerOf('sue', 'sre'));
    expect(await release.handle.result()).toMatchObject({ kind: 'released' });
    // Once, however many steps passed the same freeze.
    expect(release.world.recordKinds.filter((kind) => kind === 'freezeOverridden')).toHaveLength(1);
    const overridden = [...release.world.records.values()].find(({ event }) => event.type === recordTypes.freezeOverridden)?.event.data;
    expect(overridden).toMatchObject({ freezes: [freeze], override, by: ['sam', 'sue'] });
    expect(release.world.recordKinds).not.toContain('lineStopped');
  });

  test('is told to approvers as what it is', async () => {
    const notices = [{ kind: 'slack', name: 'chat', url: { variable: 'PLIMSOLL_NOTICE_CHAT' } }] as const;
    const release = await given(() => undefined, { ...hotfix, notices });
    await expect.poll(() => release.world.told).toMatchObject([{ override: 'passes freezes, INC-4711: payments are refused' }]);
    await release.handle.executeUpdate(abortUpdate, { args: [tell] });
    expect(await release.handle.result()).toMatchObject({ kind: 'cancelled' });
  });

  test('waits for a line that somebody has stopped, freeze or not', async () => {
    let isStopped = true;
    const release = await given((world) => {
      world.obstacles = () => (isStopped ? [freeze, stopped] : [freeze]);
    }, hotfix);
    await release.decide('approve', callerOf('sam', 'sre'));
    await release.decide('approve', callerOf('sue', 'sre'));
    expect((await release.until(waitsForLine)).waitingFor).toEqual({ kind: 'line', obstacles: [stopped] });
    isStopped = false;
    await release.handle.signal(lineChangedSignal);
    expect(await release.handle.result()).toMatchObject({ kind: 'released' });
  });
});

describe.concurrent('a stopped line', () => {
  const gateway = () => createLineGateway(temporal.client, { server: (ask) => ask(), worker: (ask) => ask() });
  const stop: Stop = { by: callerOf('sam', 'sre'), reason: 'errors everywhere', at: '2026-11-27T10:00:00.000Z' };
  const sue = { by: callerOf('sue', 'sre'), reason: 'fixed' };

  test('is seen by whoever looks, told when it is resumed, and resumed by another person only', async () => {
    const environment = `e${randomUUID().slice(0, 8)}`;
    const line = gateway();
    expect(await line.stop(environment, stop)).toBe(true);
    const real = createLineActivities({ client: temporal.client, catalog: 'nowhere' });
    const release = await given(
      (world) => {
        world.readLine = (input) => real.readLine(input);
      },
      { ...modelOnly, environment },
    );
    const waiting = await release.until(waitsForLine);
    // There is no catalog here: that is in the way, too, and does not hide the rest.
    expect(waiting.waitingFor).toMatchObject({
      obstacles: [
        { kind: 'unknown', reason: `environments/${environment}.yaml cannot be read: ENOENT` },
        { kind: 'stopped', by: 'sam' },
      ],
    });
    await expect(line.resume(environment, tell)).rejects.toMatchObject({ cause: { type: 'line.samePerson' } });
    release.world.readLine = undefined;
    expect(await line.resume(environment, sue)).toBe(true);
    expect(await release.handle.result()).toMatchObject({ kind: 'released' });
    expect((await real.readLine({ release: { ...release.order } })).obstacles.map(({ kind }) => kind)).toEqual(['unknown']);
  });

  test('that is resumed lets everybody go on at once, however many wait', async () => {
    const environment = `e${randomUUID().slice(0, 8)}`;
    const line = gateway();
    await line.stop(environment, stop);
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-catalog-'));
    mkdirSync(join(folder, 'environments'));
    writeFileSync(join(folder, `environments/${environment}.yaml`), `name: ${environment}\n`);
    const real = createLineActivities({ client: temporal.client, catalog: folder });
    const waiting = await Promise.all(
      [1, 2, 3].map(() => given((world) => void (world.readLine = (input) => real.readLine(input)), { ...modelOnly, environment })),
    );
    for (const { until } of waiting) await until(waitsForLine);
    await line.resume(environment, sue);
    expect(await line.stopped(environment)).toBeNull();
    for (const { handle } of waiting) expect(await handle.result()).toMatchObject({ kind: 'released' });
  });

  test('is stopped once at a time, and may be stopped again afterwards', async () => {
    const environment = `e${randomUUID().slice(0, 8)}`;
    const line = gateway();
    expect([await line.stopped(environment), await line.resume(environment, sue)]).toEqual([null, false]);
    expect([await line.stop(environment, stop), await line.stop(environment, { ...stop, by: sue.by })]).toEqual([true, false]);
    expect(await line.stopped(environment)).toEqual(stop);
    await line.resume(environment, sue);
    expect(await line.stopped(environment)).toBeNull();
    expect(await line.stop(environment, { ...stop, by: sue.by })).toBe(true);
    expect(await line.resume(environment, tell)).toBe(true);
  });
});

describe.concurrent('a hold', () => {
  /** Somebody says this, once, while its source is being fetched. */
  async function toldWhileFetching(...updates: readonly (typeof holdUpdate)[]) {
    const left = [...updates];
    const release = await givenRelease(temporal, (world) => {
      world.onStep = async (step) => {
        if (step === 'fetchSource') for (const update of left.splice(0)) await release.handle.executeUpdate(update, { args: [tell] });
      };
    });
    return release;
  }

  test('stops before the next phase until somebody resumes', async () => {
    const release = await toldWhileFetching(holdUpdate);
    const waiting = await release.until(
      (view) => view.held !== null && view.scans.length === 0 && release.world.calls.includes('checkArtifact'),
    );
    expect(waiting.phase).toBe('fetching');
    await release.handle.executeUpdate(resumeUpdate, { args: [tell] });
    await release.decide('approve');
    expect(await release.handle.result()).toMatchObject({ kind: 'released' });
  });

  test('that is resumed while a step still works lets that step finish', async () => {
    const release = await toldWhileFetching(holdUpdate, resumeUpdate);
    await release.decide('approve');
    expect(await release.handle.result()).toMatchObject({ kind: 'released' });
    expect(release.world.calls.filter((step) => step === 'fetchSource')).toHaveLength(1);
  });

  test('while traffic shifts does not stop the judge', async () => {
    const release = await givenRelease(temporal, (world) => {
      world.verdicts = (weight, call) => (weight === 10 && call > 3 ? verdictOf('fail', 'too many errors') : verdictOf('pass'));
      world.onStep = async (step) => {
        if (step === 'watchCanary' && (await release.view()).held === null)
          await release.handle.executeUpdate(holdUpdate, { args: [tell] });
      };
    });
    await release.decide('approve');
    expect(await release.handle.result()).toMatchObject({ kind: 'rolled back', reason: 'too many errors' });
    expect(release.world.isPutBack).toBe(true);
  });
});

describe.concurrent('a lane', () => {
  test('lets one release of a service shift at a time, in the order of asking', async () => {
    const first = await givenRelease(temporal);
    const { service } = first.order;
    const second = await givenRelease(temporal, undefined, { service });
    await first.decide('approve');
    await second.decide('approve');
    const [one, two] = await Promise.all([first.handle.result(), second.handle.result()]);
    expect([one.kind, two.kind]).toEqual(['released', 'released']);
    await expect(temporal.client.workflow.getHandle(`lane/service/${service}/production`).result()).resolves.toBeUndefined();
  });

  test('asks its holder to give way to a rollback', async () => {
    const holder = await givenRelease(temporal, (world) => {
      world.verdicts = () => verdictOf('not enough', 'still counting');
      world.onStep = async (step) => {
        if (step === 'watchCanary') await new Promise((resume) => setTimeout(resume, 50));
      };
    });
    await holder.decide('approve');
    await holder.until(({ phase }) => phase === 'shifting');
    const rollback = await givenRelease(temporal, undefined, {
      service: holder.order.service,
      urgency: 'rollback',
      infrastructure: undefined,
      rollback: { to: 'old', incident: 'INC-1' },
    });
    expect(await holder.handle.result()).toMatchObject({ kind: 'rolled back' });
    expect(await rollback.handle.result()).toMatchObject({ kind: 'released', infrastructure: 'none' });
    expect(rollback.world.calls).not.toContain('judgeRelease');
  });
});
