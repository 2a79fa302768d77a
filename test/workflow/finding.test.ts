/**
 * Goal: what GuardDuty finds about a release stops it or holds it, whatever it is doing, once; people are told; and what is
 * not about it leaves it alone.
 * Method: the real workflows on a real Temporal server; a message is what the worker sends for one of the queue.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { tell } from '../../activities/detection/tell.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import { recordTypes } from '../../domain/record.ts';
import type { Threat } from '../../domain/threats/finding.ts';
import { threatMemo } from '../../domain/threats/listed.ts';
import { findingIdOf } from '../../domain/threats/told.ts';
import { undeliveredMemo, undeliveredWorkflow } from '../../domain/undelivered.ts';
import { abortUpdate, findingSignal, redeliverNoticeUpdate, resumeUpdate, skipUndoUpdate } from '../../workflows/messages.ts';
import { callerOf, orderOf } from '../support/builders.ts';
import { givenRelease } from '../support/given-release.ts';
import { ScriptedWorld, verdictOf } from '../support/scripted-world.ts';
import { startTemporal, type Temporal } from '../support/temporal.ts';
import { inWorkload, nothing, threatOf } from '../support/threats.ts';

let temporal: Temporal;
beforeAll(async () => {
  temporal = await startTemporal();
});
afterAll(() => temporal?.close());

const security = [{ kind: 'slack', name: 'security', url: { variable: 'PLIMSOLL_NOTICE_SECURITY' } }] as const;
const why = { by: callerOf('sam', 'sre'), reason: 'because the test says so' };
const modelOnly = { infrastructure: undefined };

const eventually = (holds: () => void) => vi.waitFor(holds, { timeout: 100_000, interval: 100 });
const newId = () => randomUUID().replaceAll('-', '');
/** As it would be seen now. */
const found = (change: Partial<Threat>): Threat =>
  threatOf({ id: newId(), updatedAt: new Date().toISOString(), lastSeenAt: new Date().toISOString(), ...change });
const send = (threat: Threat, drill = false) => tell(temporal.client, { threat, drill, notices: security });

/** A release with a bucket of its own, so that no finding of another test is about it. */
function given(change: (world: ScriptedWorld) => void = () => undefined, order: Partial<ReleaseOrder> = {}) {
  const { model } = orderOf();
  const bucket = `models-${newId()}`;
  return givenRelease(
    temporal,
    (world) => {
      world.gate = () => ({ kind: 'allow', violations: [] });
      change(world);
    },
    { ...(model === undefined ? {} : { model: { ...model, artifact: `s3://${bucket}/model.safetensors` } }), ...order },
  );
}
const bucketOf = ({ model }: ReleaseOrder) => model?.artifact.split('/')[2] ?? '';
const aboutBucket = (order: ReleaseOrder) => ({ ...nothing, buckets: [bucketOf(order)] });
/** It shifts until somebody says something. */
const shifting = (order: Partial<ReleaseOrder> = {}) =>
  given(
    (world) => {
      world.verdicts = () => verdictOf('not enough');
    },
    { ...modelOnly, ...order },
  );
const isShifting = ({ phase, weightPercent }: { phase: string; weightPercent: number }) => phase === 'shifting' && weightPercent > 0;
const keepsEvidence = ({ phase, held }: { phase: string; held: unknown }) => phase === 'undoing' && held !== null;
const kindsOf = (id: string) => (temporal.findings.chains.get(id) ?? []).map(({ event }) => event.type);
const toldOf = (id: string) => temporal.findings.told.filter(({ finding }) => finding.id === id);
const times = (world: ScriptedWorld, kind: string) => world.recordKinds.filter((one) => one === kind).length;

describe.concurrent('a high finding about the new version while it shifts', () => {
  test('takes the traffic at once, keeps its pods until a person lets them go, and is the reason', async () => {
    const release = await shifting();
    await release.until(isShifting);
    const threat = found({ about: inWorkload(`${release.order.service}-b`) });
    await send(threat);
    const kept = await release.until(keepsEvidence);
    expect(kept).toMatchObject({ weightPercent: 0, threats: [{ id: threat.id, concern: 'candidate', response: 'stop', severity: 8 }] });
    expect(kept.attention).toContain('`resume` lets them go');
    expect(release.world.weights).toEqual({ a: 100, b: 0 });
    expect(release.world.slots.b, 'evidence').toEqual({ release: release.order.releaseId, parked: false });
    await eventually(() => expect(release.world.recordKinds).toContain('threatened'));
    await release.handle.executeUpdate(resumeUpdate, { args: [why] });
    expect(await release.handle.result()).toMatchObject({
      kind: 'rolled back',
      reason: expect.stringMatching(`^finding.stopped: Execution:Runtime/NewBinaryExecuted, severity 8 .GuardDuty ${threat.id}.`) as string,
    });
    expect(release.world.isPutBack).toBe(true);
    await eventually(() =>
      expect(toldOf(threat.id)).toMatchObject([{ target: 'security', releases: [{ releaseId: release.order.releaseId, state: 'told' }] }]),
    );
    expect(kindsOf(threat.id)).toEqual([recordTypes.findingReceived, recordTypes.findingTold]);
    await eventually(() => expect(temporal.findings.sealed).toContain(threat.id));
  });

  test('and whoever gives that undo up by name has the pods for good, and a release that fails by name', async () => {
    const release = await shifting();
    await release.until(isShifting);
    await send(found({ about: inWorkload(`${release.order.service}-b`) }));
    await release.until(keepsEvidence);
    await release.handle.executeUpdate(skipUndoUpdate, { args: [{ ...why, undo: 'empty slot b' }] });
    await expect(release.handle.result()).rejects.toMatchObject({ cause: { type: 'release.undoStuck' } });
    expect(release.world.slots.b).toEqual({ release: release.order.releaseId, parked: false });
  });

  test('does so however often steps on the way break, or their answers are lost', async () => {
    const release = await shifting();
    await release.until(isShifting);
    const threat = found({ about: aboutBucket(release.order) });
    temporal.findings.breaks.set(`findConcerned ${threat.id}`, 2).set(`appendFinding ${threat.id}`, 2);
    release.world.breakages = [{ step: 'setWeights', when: 'before', times: 1 }];
    await send(threat);
    expect(await release.handle.result()).toMatchObject({ kind: 'rolled back' });
    expect(release.world.isPutBack).toBe(true);
    await eventually(() => expect(kindsOf(threat.id)).toEqual([recordTypes.findingReceived, recordTypes.findingTold]));
  });

  test('ten times, out of order and updated, is recorded and told once; a raised severity is one more', async () => {
    const release = await shifting();
    await release.until(isShifting);
    const first = found({ severity: 5, about: aboutBucket(release.order), updatedAt: '2026-11-27T09:30:00.000Z' });
    const update = { ...first, updatedAt: '2026-11-27T09:45:00.000Z', count: 2 };
    for (const threat of [first, first, update, first, update, update, first, first, update, first]) await send(threat);
    await release.until(({ held }) => held !== null);
    await eventually(() => expect(kindsOf(first.id).filter((type) => type === recordTypes.findingReceived)).toHaveLength(2));
    expect([times(release.world, 'held'), toldOf(first.id).length, release.world.weights]).toEqual([0, 1, { a: 90, b: 10 }]);
    await send({ ...update, severity: 7.5 });
    expect(await release.handle.result()).toMatchObject({ kind: 'rolled back' });
    expect([times(release.world, 'threatened'), times(release.world, 'held')]).toEqual([2, 1]);
    await eventually(() => expect(toldOf(first.id)).toHaveLength(2));
    const claims = temporal.findings.chains.get(first.id)?.map(({ claim }) => claim);
    expect(claims, 'what follows a seal takes the record on').toEqual([true, false, true, true, false]);
  });
});

describe.concurrent('a medium finding', () => {
  test('while it shifts holds the weight where it is; a person decides', async () => {
    const release = await shifting();
    await release.until(isShifting);
    await send(found({ severity: 5.5, about: inWorkload(`${release.order.service}-b`) }));
    const held = await release.until((view) => view.held !== null);
    expect(held).toMatchObject({ held: { by: 'GuardDuty' }, weightPercent: 10, phase: 'shifting' });
    release.world.verdicts = () => verdictOf('pass');
    await release.handle.executeUpdate(resumeUpdate, { args: [why] });
    expect(await release.handle.result()).toMatchObject({ kind: 'released' });
  });

  test('while it waits for approval lets people decide, and then waits for one more', async () => {
    const release = await given((world) => {
      world.gate = () => ({ kind: 'approval needed', violations: [] });
    }, modelOnly);
    await release.until(({ waitingFor }) => waitingFor?.kind === 'approval');
    await send(found({ severity: 4, about: aboutBucket(release.order) }));
    await release.until(({ held }) => held?.by === 'GuardDuty');
    await release.decide('approve');
    expect(release.world.calls).not.toContain('deploySlot');
    await release.handle.executeUpdate(abortUpdate, { args: [why] });
    expect(await release.handle.result()).toMatchObject({ kind: 'cancelled' });
  });
});

describe.concurrent('a high finding', () => {
  test('while people are asked blocks the release; nothing was changed', async () => {
    const release = await given((world) => {
      world.gate = () => ({ kind: 'approval needed', violations: [] });
    });
    await release.until(({ waitingFor }) => waitingFor?.kind === 'approval');
    await send(found({ about: aboutBucket(release.order) }));
    expect(await release.handle.result()).toMatchObject({ kind: 'blocked', infrastructure: 'unchanged', model: 'unchanged' });
  });

  test('that is there before the first step ends the release there, and is not the first thing in its record', async () => {
    const id = `fraud-scorer-production-${newId().slice(0, 12)}`;
    const order = orderOf({ releaseId: id, service: id, ...modelOnly });
    const world = new ScriptedWorld();
    temporal.worlds.set(id, world);
    const handle = await temporal.client.workflow.signalWithStart('release', {
      workflowId: id,
      taskQueue: 'releases',
      args: [order],
      signal: findingSignal,
      signalArgs: [{ threat: found({ about: { ...nothing, sessions: [id] } }), drill: false }],
    });
    expect(await handle.result()).toMatchObject({ kind: 'blocked', model: 'unchanged' });
    expect(world.recordKinds.slice(0, 3)).toEqual(['requested', 'threatened', 'aborted']);
  });

  test('about two releases stops both, and one that is queued leaves its lane', async () => {
    const first = await shifting();
    await first.until(isShifting);
    const { service, model } = first.order;
    const second = await given(undefined, { ...modelOnly, service, model });
    await second.until(({ waitingFor }) => waitingFor?.kind === 'lane');
    const threat = found({ about: aboutBucket(first.order) });
    await send(threat);
    expect(await second.handle.result()).toMatchObject({ kind: 'blocked', model: 'unchanged' });
    expect(await first.handle.result()).toMatchObject({ kind: 'rolled back', model: 'put back' });
    await eventually(() => expect(toldOf(threat.id)[0]?.releases).toHaveLength(2));
  });

  test('about more releases than are found at once stops each of them once', async () => {
    const first = await given((world) => {
      world.gate = () => ({ kind: 'approval needed', violations: [] });
    }, modelOnly);
    const others = await Promise.all(
      Array.from({ length: 4 }, () =>
        given(
          (world) => {
            world.gate = () => ({ kind: 'approval needed', violations: [] });
          },
          { ...modelOnly, model: first.order.model },
        ),
      ),
    );
    const all = [first, ...others];
    for (const { until } of all) await until(({ waitingFor }) => waitingFor?.kind === 'approval');
    const threat = found({ about: aboutBucket(first.order) });
    await send(threat);
    for (const { handle } of all) expect(await handle.result()).toMatchObject({ kind: 'blocked' });
    expect(all.map(({ world }) => times(world, 'threatened'))).toEqual([1, 1, 1, 1, 1]);
    await eventually(() => expect(kindsOf(threat.id).filter((type) => type === recordTypes.findingTold)).toHaveLength(5));
    await eventually(() => expect(toldOf(threat.id)[0]?.releases).toHaveLength(5));
  });

  test.each([
    ['applyPlan', 'blocked', 'applied'],
    ['deploySlot', 'rolled back', 'applied'],
    ['awaitReady', 'rolled back', 'applied'],
    ['setWeights', 'rolled back', 'applied'],
  ] as const)('by the session of its role, during %s: %s', async (moment, kind, infrastructure) => {
    let sent = false;
    const release = await given((world) => {
      world.onStep = async (step) => {
        if (step !== moment || sent) return;
        sent = true;
        await send(found({ about: { ...nothing, sessions: [release.order.releaseId] } }));
        await release.until(({ threats }) => threats.length > 0);
      };
    });
    expect(await release.handle.result()).toMatchObject({
      kind,
      infrastructure,
      reason: expect.stringMatching(/^finding\.stopped/) as string,
    });
    expect(release.world.isPutBack).toBe(true);
  });

  test('while all the traffic is on the new version, and right before it is promoted, takes it back', async () => {
    const release = await given((world) => {
      world.onStep = async (step) => {
        if (step !== 'watchCanary' || world.weights?.b !== 100) return;
        await send(found({ about: aboutBucket(release.order) }));
        await release.until(({ threats }) => threats.length > 0);
      };
    }, modelOnly);
    expect(await release.handle.result()).toMatchObject({
      kind: 'rolled back',
      reason: expect.stringMatching(/^finding\.stopped/) as string,
    });
    expect([release.world.weights, release.world.isPutBack]).toEqual([{ a: 100, b: 0 }, true]);
  });

  test('about the version that would be replaced holds: going back to it would help nobody', async () => {
    const release = await shifting();
    await release.until(isShifting);
    await send(found({ about: inWorkload(`${release.order.service}-a-7d9c64b6f5-x2v4z`) }));
    expect(await release.until((view) => view.held !== null)).toMatchObject({ weightPercent: 10, threats: [{ concern: 'service' }] });
    await release.handle.executeUpdate(abortUpdate, { args: [why] });
    await release.handle.result();
  });
});

describe.concurrent('what does nothing to a release', () => {
  test('is a low finding, which is recorded, and told to nobody', async () => {
    const release = await shifting();
    await release.until(isShifting);
    const threat = found({ severity: 2, about: inWorkload(`${release.order.service}-b`) });
    await send(threat);
    expect(await release.until(({ threats }) => threats.length > 0)).toMatchObject({ held: null, threats: [{ response: 'record' }] });
    release.world.verdicts = () => verdictOf('pass');
    expect(await release.handle.result()).toMatchObject({ kind: 'released' });
    expect(toldOf(threat.id)).toEqual([]);
  });

  test('is a sample; in a drill it is taken for real', async () => {
    const release = await shifting();
    await release.until(isShifting);
    const sample = found({ sample: true, about: aboutBucket(release.order) });
    await send(sample);
    expect(await release.until(({ threats }) => threats.length > 0)).toMatchObject({
      weightPercent: 10,
      threats: [{ response: 'record' }],
    });
    await send({ ...sample, id: newId() }, true);
    expect(await release.handle.result()).toMatchObject({ kind: 'rolled back' });
  });

  test('is a finding about something else, which security hears of all the same', async () => {
    const threat = found({ about: { ...nothing, buckets: [`logs-${newId()}`] } });
    await send(threat);
    await eventually(() => expect(toldOf(threat.id)).toMatchObject([{ target: 'security', releases: [] }]));
    expect(kindsOf(threat.id)).toEqual([recordTypes.findingReceived]);
  });
});

test('what security did not take is kept, until it takes it or somebody lets it go', async () => {
  const threat = found({ about: { ...nothing, buckets: [`logs-${newId()}`] } });
  const call = `deliverNotice ${threat.id}`;
  temporal.findings.breaks.set(call, 2);
  await send(threat);
  const [kept] = await vi.waitFor(
    async () => {
      const all = [];
      for await (const run of temporal.client.workflow.list({ query: `WorkflowType = '${undeliveredWorkflow}'` })) all.push(run);
      const ours = all.filter(({ memo }) => JSON.stringify(memo).includes(threat.id));
      expect(ours).toHaveLength(1);
      return ours;
    },
    { timeout: 100_000, interval: 100 },
  );
  expect(kept?.memo).toMatchObject({
    [undeliveredMemo]: { target: 'security', kind: 'security finding', because: 'security: it refuses' },
  });
  const handle = temporal.client.workflow.getHandle(kept?.workflowId ?? '');
  expect(await handle.executeUpdate(redeliverNoticeUpdate)).toEqual({ state: 'waiting', because: 'security: it refuses' });
  expect(toldOf(threat.id)).toEqual([]);
  expect(await handle.executeUpdate(redeliverNoticeUpdate)).toEqual({ state: 'delivered', because: null });
  expect(toldOf(threat.id)).toMatchObject([{ target: 'security' }]);
  expect(await handle.result()).toEqual({ ended: 'delivered' });
});

test.concurrent('a finding that is told of more than a message holds hands nothing of it on, leaves nothing out and tells nothing twice', async () => {
  const first = found({ severity: 5, about: { ...nothing, buckets: [`logs-${newId()}`] } });
  const handle = temporal.client.workflow.getHandle(findingIdOf(first.id));
  await send(first);
  const { runId } = await handle.describe();
  // Temporal suggests another run at 4 MiB of history; each of these is as long as none that a queue brings.
  const padded = { threat: first, drill: false, notices: security, padding: 'x'.repeat(102_400) };
  for (let sent = 0; sent < 42; sent++) await handle.signal(findingSignal, padded);
  for (const count of [2, 3, 4]) await handle.signal(findingSignal, { ...padded, threat: { ...first, count } });
  const received = () => kindsOf(first.id).filter((type) => type === recordTypes.findingReceived).length;
  await eventually(() => expect(received()).toBe(4));
  const next = await vi.waitFor(
    async () => {
      const now = await handle.describe();
      expect(now.runId).not.toBe(runId);
      return temporal.client.workflow.getHandle(now.workflowId, now.runId);
    },
    { timeout: 100_000, interval: 100 },
  );
  const [started] = (await next.fetchHistory()).events ?? [];
  const given = started?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  expect(given.reduce((bytes, { data }) => bytes + (data?.byteLength ?? 0), 0)).toBeLessThan(32_768);
  await send(first);
  await send({ ...first, count: 5 });
  await eventually(() => expect(received()).toBe(5));
  expect([toldOf(first.id).length, temporal.findings.chains.get(first.id)?.length]).toEqual([1, 5]);
});

describe.concurrent('a finding about a version that serves', () => {
  test('is an incident: recorded, told to whom the environment tells, and found by those who look for trouble', async () => {
    const notices = [{ kind: 'slack', name: 'owners', url: { variable: 'PLIMSOLL_NOTICE_OWNERS' } }] as const;
    const release = await given(undefined, { ...modelOnly, notices });
    expect(await release.handle.result()).toMatchObject({ kind: 'released' });
    const threat = found({ about: inWorkload(`${release.order.service}-b`) });
    await send(threat);
    await eventually(() =>
      expect(
        toldOf(threat.id)
          .map(({ target }) => target)
          .toSorted(),
      ).toEqual(['owners', 'security']),
    );
    expect(toldOf(threat.id)[0]).toMatchObject({ releases: [{ releaseId: release.order.releaseId, state: 'incident' }] });
    expect(kindsOf(threat.id)).toEqual([recordTypes.findingReceived, recordTypes.incidentOpened]);
    expect(release.world.weights, 'it stays until a person goes back').toEqual({ a: 0, b: 100 });
    const { typedSearchAttributes, memo } = await temporal.client.workflow.getHandle(findingIdOf(threat.id)).describe();
    expect(memo).toMatchObject({
      [threatMemo]: { id: threat.id, severity: 8, releases: [{ releaseId: release.order.releaseId, state: 'incident' }], moreReleases: 0 },
    });
    expect(Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]))).toMatchObject({
      ReleaseService: release.order.service,
      ReleaseAttention: true,
    });
  });

  test('becomes one, where a person let it go on and the finding goes on, too', async () => {
    const release = await shifting();
    await release.until(isShifting);
    const threat = found({ severity: 5, about: inWorkload(`${release.order.service}-b`) });
    await send(threat);
    await release.until(({ held }) => held !== null);
    release.world.verdicts = () => verdictOf('pass');
    await release.handle.executeUpdate(resumeUpdate, { args: [why] });
    await release.handle.result();
    await send({ ...threat, updatedAt: new Date().toISOString(), count: 2 });
    await eventually(() => expect(kindsOf(threat.id)).toContain(recordTypes.incidentOpened));
    // Whatever was heard before stays listed, with what it has become.
    const { memo } = await temporal.client.workflow.getHandle(findingIdOf(threat.id)).describe();
    expect(memo).toMatchObject({ [threatMemo]: { count: 2, releases: [{ state: 'incident' }] } });
  });
});
