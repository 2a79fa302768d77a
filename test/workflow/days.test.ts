/**
 * Goal: refused calls of a day are one chain with one writer, a checkpoint that finds less than before calls a person, a
 * checkup of the installation says what each of its workers found, a stray, or what has become a finding of what was released,
 * is recorded and told once, and GuardDuty is asked without a gap.
 * Method: the workflows on a server, over a ledger that is a list.
 */
import { activityInfo } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { TimeoutFailure } from '@temporalio/common';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CheckupPort, type CheckupRequest, failed, passed } from '../../domain/checkup.ts';
import { canonicalText, digestText } from '../../domain/digest.ts';
import type { DayAct } from '../../domain/ledger/acts.ts';
import type { ChainKind } from '../../domain/ledger/chain.ts';
import { type ExportPort, type ExportReport, exportWorkflow } from '../../domain/ledger/export.ts';
import type { CheckpointPort, DayLedgerPort } from '../../domain/ledger/ports.ts';
import { type RefusedCall, refusalsIdOf } from '../../domain/ledger/refusals.ts';
import { verifyChain } from '../../domain/ledger/verify.ts';
import type { AnyNotice, NoticeTarget } from '../../domain/notice.ts';
import type { NotifyPort } from '../../domain/ports.ts';
import { type ReleaseRecord, recordTypes } from '../../domain/record.ts';
import type { Drift, DriftReport } from '../../domain/released/drift.ts';
import type { ReleasedLedgerPort } from '../../domain/released/look.ts';
import type { LaterFinding, RescanReport } from '../../domain/released/rescan.ts';
import type { Serving } from '../../domain/released/serving.ts';
import type { AccountLook } from '../../domain/strays/account.ts';
import type { Look, StrayPorts, StraysReport } from '../../domain/strays/look.ts';
import type { StrayWrite } from '../../domain/strays/write.ts';
import { type BackstopPort, type BackstopReport, backstopWorkflow } from '../../domain/threats/backstop.ts';
import { type DeadFindingsPort, deadFindingsWorkflow } from '../../domain/threats/dead.ts';
import { unanswered } from '../../workflows/checkup.ts';
import { refusedSignal, taskQueues } from '../../workflows/messages.ts';
import { callerOf } from '../support/builders.ts';
import { storedRecord } from '../support/chains.ts';
import { ReleasedWorld, servingOf } from '../support/released-world.ts';
import { lookAfter, scheduleOf } from '../support/scheduled.ts';
import { startTemporal, type Temporal } from '../support/temporal.ts';

const days = new Map<string, ReleaseRecord[]>();
const sealed: string[] = [];
/** While the next day is sealed. */
const whileSealing: ((day: string) => Promise<unknown>)[] = [];
let contradictions: readonly string[] = [];
const moments: string[] = [];
let looks: readonly Look[] = [];
let accounts: readonly AccountLook[] | undefined;
const marks: unknown[] = [];
const told: AnyNotice[] = [];
const askedSince: string[] = [];
const exportedSince: (string | null)[] = [];
const security: NoticeTarget = { kind: 'webhook', name: 'security', url: 'https://example.com', secret: { variable: 'PLIMSOLL_NOTICE_A' } };

const recordLook = async ({ moment, records, seal }: Parameters<StrayPorts['recordStrays']>[0]) => {
  days.set(moment, [...(days.get(moment) ?? []), ...records]);
  if (seal) sealed.push(moment);
};
const released = new ReleasedWorld();

const world: DayLedgerPort & CheckpointPort & ExportPort & StrayPorts & ReleasedLedgerPort & BackstopPort & DeadFindingsPort & NotifyPort =
  {
    readDay: async ({ day }) => ({ nextSequence: days.get(day)?.length ?? 0, head: days.get(day)?.at(-1)?.hash ?? null }),
    appendDay: async ({ day, records }) => void days.set(day, [...(days.get(day) ?? []), ...records]),
    sealDay: async ({ day }) => void (sealed.push(day), await whileSealing.splice(0)[0]?.(day)),
    writeCheckpoint: async ({ moment }) => {
      moments.push(moment);
      return { chains: 3, contradictions };
    },
    recordStrays: recordLook,
    recordRescan: recordLook,
    recordDrift: recordLook,
    findStrays: async (input) => {
      marks.push(input?.accounts);
      return { looks, accounts, tell: [security] };
    },
    lookAtDeadFindings: async ({ tell }) => ({ off: tell ? 'told' : 'listed', messages: [], more: false }),
    tellMissed: async ({ since }) => {
      askedSince.push(since);
      return { kind: 'looked', told: 0, known: 2, malformed: 0 };
    },
    exportHours: async ({ since }) => {
      exportedSince.push(since);
      if (exportedSince.length === 2) return { kind: 'off', because: 'PLIMSOLL_AUDIT_EXPORT is not set' };
      return { kind: 'exported', until: `run ${exportedSince.length}`, hours: 1, rows: 3, gap: null };
    },
    deliverNotice: async ({ notice }) => void told.push(notice),
  };

const checkedEnvironment = (name: string) => ({
  name,
  aws: { account: '111122223333', region: 'eu-west-1', planRole: 'arn:plan', applyRole: 'arn:apply' },
  backends: [],
  cluster: { name: 'ml', namespace: 'models' },
  prometheus: 'http://prometheus:9090',
});

const checkups: CheckupPort = {
  checkControl: async ({ environments }) => [passed('policies', 'OPA', `${environments.length} asked on ${activityInfo().taskQueue}`)],
  checkAccount: async ({ by, environment: { name } }) => [failed('guardduty', name, `no detector, says the account to ${by}`)],
  checkMetrics: async ({ environment: { name } }) => {
    if (name === 'staging') throw new Error('a worker in trouble');
    return [passed('prometheus', name, 'answers')];
  },
};

let temporal: Temporal;
beforeAll(async () => {
  temporal = await startTemporal(undefined, { ...world, ...checkups, ...released.activities() });
});
afterAll(() => temporal?.close());

const call = (subject: string): RefusedCall => ({
  at: '2020-01-01T10:00:00.000Z',
  by: callerOf(subject, 'risk'),
  call: 'POST /v1/releases',
  release: null,
  refusal: 'caller.forbidden',
  because: 'no',
});

async function tell(day: string, ...subjects: readonly string[]) {
  const options = { workflowId: refusalsIdOf(day), taskQueue: taskQueues.releases, args: [day], signal: refusedSignal };
  let handle;
  for (const subject of subjects)
    handle = await temporal.client.workflow.signalWithStart('refusals', { ...options, signalArgs: [call(subject)] });
  if (handle === undefined) throw new Error('nobody was refused');
  return handle;
}

function verdictOn(day: string, kind: ChainKind = 'refusals') {
  const name = `${kind}/${day}` as const;
  const records = (days.get(day) ?? []).map((record) => storedRecord(name, record.sequence, canonicalText(record)));
  return verifyChain({ name, records, seals: [] }, () => 'unknown key');
}

describe('refused calls', () => {
  test('of a day that is over are one chain, which is sealed', async () => {
    await (await tell('2020-01-01', 'mallory')).result();
    expect(verdictOn('2020-01-01')).toMatchObject({ intact: true, records: 1 });
    expect(sealed).toContain('2020-01-01');
  });

  test('that come late take the chain on', async () => {
    await (await tell('2020-01-02', 'mallory')).result();
    await (await tell('2020-01-02', 'eve')).result();
    expect(verdictOn('2020-01-02')).toMatchObject({ intact: true, records: 2 });
  });

  test('that come while their day is sealed are in the ledger all the same, and it is sealed again', async () => {
    whileSealing.push((day) => tell(day, 'eve'));
    const handle = await tell('2020-01-04', 'mallory');
    expect(await handle.result()).toEqual({ records: 2 });
    expect(verdictOn('2020-01-04')).toMatchObject({ intact: true, records: 2 });
    expect(sealed.filter((day) => day === '2020-01-04')).toHaveLength(2);
  });

  test('of today are written at once, and wait for the end of the day', async () => {
    const day = new Date().toISOString().slice(0, 10);
    const handle = await tell(day, 'mallory', 'eve', 'mallory');
    await expect.poll(() => days.get(day)?.length).toBe(3);
    expect(verdictOn(day)).toMatchObject({ intact: true, records: 3 });
    expect(sealed).not.toContain(day);
    await handle.terminate('the test is over');
  });
});

test('what was done beside releases stands in the same chain', async () => {
  const act: DayAct = {
    at: '2020-01-03T10:00:00.000Z',
    by: callerOf('rita', 'sre'),
    act: 'stopped the line',
    about: 'production',
    because: 'errors',
  };
  const handle = await temporal.client.workflow.signalWithStart('refusals', {
    workflowId: refusalsIdOf('2020-01-03'),
    taskQueue: taskQueues.releases,
    args: ['2020-01-03'],
    signal: refusedSignal,
    signalArgs: [act],
  });
  await handle.result();
  expect(verdictOn('2020-01-03')).toMatchObject({ intact: true, records: 1 });
  expect(days.get('2020-01-03')?.[0]?.event).toMatchObject({
    type: recordTypes.acted,
    time: act.at,
    data: { act: 'stopped the line', about: 'production' },
  });
});

describe('a checkpoint', () => {
  const run = (workflowId: string) =>
    temporal.client.workflow.execute('checkpoint', { workflowId, taskQueue: taskQueues.releases, args: [] });

  test('is of the moment when it began', async () => {
    contradictions = [];
    expect(await run('checkpoint-good')).toEqual({ moment: moments.at(-1), chains: 3 });
    expect(moments.at(-1)).toMatch(/^\d{4}-\d{2}-\d{2}T\d{6}Z$/);
  });

  test('that finds less than the one before fails, by a name that has a run book', async () => {
    contradictions = ['releases/one is gone'];
    const error: unknown = await run('checkpoint-bad').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect((error as WorkflowFailedError).cause).toMatchObject({ type: 'ledger.contradicted', message: 'releases/one is gone' });
  });
});

describe('a checkup', () => {
  test('asks beside each queue of the catalog, whose slots may all be taken, and what one does not answer hides nothing of the others', async () => {
    const queues = { tools: taskQueues.control, watch: taskQueues.control };
    const of = (name: string) => ({ ...checkedEnvironment(name), queues });
    const request: CheckupRequest = { by: 'ana', environments: [of('staging'), of('production')] };
    const options = { workflowId: 'checkup', taskQueue: taskQueues.releases, args: [request] };
    const checks = (await temporal.client.workflow.execute('checkup', options)) as ReturnType<typeof passed>[];
    expect(checks.map(({ check, about, ok }) => `${check} ${about} ${ok ? 'ok' : 'wrong'}`)).toEqual([
      'worker control ok',
      'policies OPA ok',
      'guardduty staging wrong',
      'worker control wrong',
      'guardduty production wrong',
      'prometheus production ok',
    ]);
    expect(checks[1]?.found).toBe('2 asked on control-looks');
    expect(checks[3]?.found).toBe('the question about the metrics of staging was not answered: a worker in trouble');
  });

  test('tells a queue that nobody serves from a worker that breaks', () => {
    const nobody = new TimeoutFailure('activity timed out', undefined, 'SCHEDULE_TO_START');
    const expected = { check: 'worker', about: 'tools', ok: false, found: 'nobody took the question' };
    expect(unanswered('tools', 'an account', nobody)).toMatchObject(expected);
  });
});

test('the dead letters of findings are looked at by a worker, and told only where somebody says so', async () => {
  const look = (tell: boolean) =>
    temporal.client.workflow.execute(deadFindingsWorkflow, {
      workflowId: `${deadFindingsWorkflow}/${tell}`,
      taskQueue: taskQueues.releases,
      args: [{ tell }],
    });
  expect(await Promise.all([look(false), look(true)])).toMatchObject([{ off: 'listed' }, { off: 'told' }]);
});

test('a stray is recorded in a chain of its look and told once, and told again when it comes back', async () => {
  const schedule = await scheduleOf(temporal.client, 'strays');
  const lookNow = async (strays: Look['strays']): Promise<StraysReport> => {
    looks = [{ environment: 'production', cluster: 'ml', namespace: 'models', strays, more: 0, unknown: null }];
    return (await schedule.run()) as StraysReport;
  };
  const debug = {
    kind: 'no release' as const,
    workload: 'Pod/debug',
    pods: 1,
    release: null,
    because: 'it names no release',
    since: 'today',
  };

  expect((await lookNow([debug])).looks[0]?.strays).toEqual([debug]);
  expect(told).toMatchObject([{ kind: 'unexplained workload', strays: [{ workload: 'Pod/debug', environment: 'production' }] }]);
  const [moment = ''] = sealed.slice(-1);
  expect(verdictOn(moment, 'strays')).toMatchObject({ intact: true, records: 1 });

  expect((await lookNow([debug])).looks[0]?.strays, 'it is listed as long as it is there').toEqual([debug]);
  expect(told).toHaveLength(1);
  await lookNow([]);
  await lookNow([debug]);
  expect(told).toHaveLength(2);

  const write = { kind: 'unexplained write', principal: 'eve', person: null, source: 's3.amazonaws.com', name: 'PutBucketPolicy' } as const;
  const seen = (last: string): StrayWrite => ({ ...write, times: 1, first: last, last, eventId: last, resources: [], because: 'no name' });
  const [first, second] = [0, 1].map((index) => seen(new Date(Date.now() - 60_000 * (2 - index)).toISOString())) as [
    StrayWrite,
    StrayWrite,
  ];
  const read = (written: StrayWrite, readUntil: string): readonly AccountLook[] => [
    { account: '111122223333', environments: ['production'], readUntil, writes: [written], more: 0, unknown: null },
  ];
  accounts = read(first, 'then');
  await lookNow([debug]);
  accounts = read(second, 'later');
  const report = await lookNow([debug]);
  expect(report.accounts).toMatchObject([{ readUntil: 'later', writes: [{ times: 2, last: second.last }] }]);
  expect(marks.slice(-2), 'each look begins where the one before it ended').toEqual([[], [{ account: '111122223333', readUntil: 'then' }]]);
  expect(told.slice(2), 'more of the same is told to nobody').toMatchObject([
    { kind: 'unexplained write', writes: [{ name: 'PutBucketPolicy', account: '111122223333' }] },
  ]);
  const written = [...days.values()].flat().flatMap(({ event }) => (event.type === recordTypes.strayFound ? [event.data] : []));
  expect(written.slice(-2), 'and is recorded').toMatchObject(
    [first, second].map(({ eventId }) => ({ kind: 'unexplained write', eventId, environments: ['production'] })),
  );
  await schedule.end();
});

test('the ledger is exported from where the last export ended, and one that is off moves nothing', async () => {
  const schedule = await scheduleOf(temporal.client, exportWorkflow);
  for (const until of ['run 1', 'run 1', 'run 3']) expect(((await schedule.run()) as ExportReport).exportedUntil).toBe(until);
  expect(exportedSince).toEqual([null, 'run 1', 'run 1']);
  await schedule.end();
});

test('GuardDuty is asked for a day first, and then from a little before the last look on', async () => {
  const schedule = await scheduleOf(temporal.client, backstopWorkflow);
  const first = (await schedule.run()) as BackstopReport;
  expect(first).toMatchObject({ answer: { kind: 'looked', known: 2 } });
  const second = (await schedule.run()) as BackstopReport;
  expect(askedSince.map((since) => Date.parse(since) - Date.parse(first.askedUntil ?? ''))).toEqual([-24 * 3_600_000, -900_000]);
  expect(Date.parse(second.askedUntil ?? '')).toBeGreaterThan(Date.parse(first.askedUntil ?? ''));
  await schedule.end();
});

describe('what serves', () => {
  const team: NoticeTarget = { ...security, name: 'team' };
  const platform = servingOf('production', 'infrastructure', 'platform', [security]);
  const model = servingOf('production', 'model', 'fraud-scorer', [security, team]);
  const staged = servingOf('staging', 'model', 'fraud-scorer', [security]);

  beforeEach(() => {
    told.length = 0;
    released.calls.length = 0;
  });

  test('is scanned again, one after the other, each by its part; what has become a finding is recorded and told once', async () => {
    const found = ({ place, releaseId: release }: Serving, rule: string): LaterFinding => {
      const what = { severity: 'low', address: 'Deployment.fraud-scorer-a', message: 'no probe' } as const;
      return { place, release, fingerprint: digestText(rule), rule, ...what };
    };
    const [known, stays, fresh] = [found(model, 'CKV_K8S_8'), found(platform, 'CKV_AWS_21'), found(model, 'CKV_K8S_9')];
    released.serving = [platform, model, staged, { ...servingOf('staging', 'model', 'torn'), unread: 'record 0 was changed' }];
    released.later.set(model.place, [fresh, known]);
    // Of one nobody reads everything, so that what was known of it stays; the other is not there any more.
    released.unread.add('tfsec');
    released.gone.add(staged.releaseId);
    const lastNight = { environment: 'production', looked: 2, found: [known, stays], more: 0, unknown: [], moreUnknown: 0 };
    const { looks: tonight } = await lookAfter<RescanReport>(temporal.client, 'rescan', { at: 'yesterday', looks: [lastNight] });

    const unread = { place: platform.place, because: 'not everything was read: tfsec: incomplete' };
    expect(tonight).toMatchObject([
      { environment: 'production', looked: 2, found: [stays, fresh, known], unknown: [unread] },
      { environment: 'staging', looked: 2, found: [], unknown: [{ because: 'the commit is gone' }, { because: 'record 0 was changed' }] },
    ]);
    expect(released.calls).toEqual([
      'checkAllowList platform-production',
      'scanCode platform-production',
      'scanCodeWithTfsec platform-production',
      'scanCodeWithTflint platform-production',
      'judgeRelease platform-production code 4',
      'scanManifests fraud-scorer-production',
      'scanArtifact fraud-scorer-production',
      'judgeRelease fraud-scorer-production code 2',
    ]);
    const notice = { kind: 'finding since release', environment: 'production', findings: [fresh], more: 0 };
    expect(told, 'to security and to the team').toMatchObject([notice, notice]);
    const [moment = ''] = sealed.slice(-1);
    expect(verdictOn(moment, 'rescans')).toMatchObject({ intact: true, records: 1 });
    expect(days.get(moment)?.[0]?.event).toMatchObject({ type: recordTypes.findingSince, data: { environment: 'production', ...fresh } });
  });

  test('is planned again, and what has drifted is recorded and told; what a release has in hand is left alone', async () => {
    const inHand = servingOf('production', 'infrastructure', 'network', [security]);
    const moved = servingOf('staging', 'infrastructure', 'platform', [security]);
    released.serving = [inHand, platform, model, moved];
    released.successors.push(
      { open: ['fraud-open'], ended: [] },
      // What has been rolled back since has left its infrastructure, and is what there is.
      { open: [], ended: ['fraud-blocked', 'fraud-back'] },
      { open: [], ended: ['fraud-blocked', 'fraud-back'] },
      { open: [], ended: [] },
      { open: ['fraud-began'], ended: [] },
    );
    released.intents.set('fraud-back', { step: 'settle', owed: [], infrastructure: 'applied', model: 'put back' });
    released.plan = {
      addresses: ['aws_iam_role.models', 'aws_s3_bucket.models', 'data.aws_ami.base'],
      actions: ['delete', 'update', 'read'],
      counts: { create: 0, update: 1, delete: 1, replace: 0 },
    };
    const at = { place: platform.place, release: 'fraud-back' };
    const known: Drift = { ...at, address: 'aws_s3_bucket.models', action: 'update' };
    const fresh: Drift = { ...at, address: 'aws_iam_role.models', action: 'delete' };
    const before = { environment: 'production', looked: 1, found: [known], more: 0, unknown: [], moreUnknown: 0 };
    const { looks: seen } = await lookAfter<DriftReport>(temporal.client, 'drift', { at: 'an hour ago', looks: [before] });

    const unknown = [{ place: inHand.place, because: 'fraud-open has it in hand' }];
    expect(seen).toMatchObject([
      { environment: 'production', looked: 2, found: [fresh, known], more: 0, unknown },
      { environment: 'staging', looked: 1, found: [], unknown: [{ because: 'fraud-began took it in hand meanwhile' }] },
    ]);
    expect(released.calls, 'and nothing was ever applied').toEqual([
      'planSpeculative fraud-back for plimsoll',
      'planSpeculative platform-staging for plimsoll',
    ]);
    expect(told).toMatchObject([{ kind: 'drift', environment: 'production', drifts: [fresh], more: 0 }]);
    const [moment = ''] = sealed.slice(-1);
    expect(verdictOn(moment, 'drifts')).toMatchObject({ intact: true, records: 1 });
    expect(days.get(moment)?.[0]?.event).toMatchObject({ type: recordTypes.driftFound, data: { environment: 'production', ...fresh } });
  });
});
