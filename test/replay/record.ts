/**
 * Records one history per outcome for `replay.test.ts`: run it with Node after a change of the workflows that
 * is meant to be the new normal. Histories recorded before a `patched()` change stay: add files, do not replace.
 */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { tell as tellFinding } from '../../activities/detection/tell.ts';
import { digestText } from '../../domain/digest.ts';
import { lineIdOf, lineWorkflow } from '../../domain/line.ts';
import { previewIdOf } from '../../domain/order.ts';
import { recoveryIdOf } from '../../domain/recovery.ts';
import { straysWorkflow } from '../../domain/strays/look.ts';
import { findingIdOf } from '../../domain/threats/told.ts';
import type { WaiverInPlay } from '../../domain/waiver.ts';
import { abortUpdate, holdUpdate, resumeLineUpdate, resumeUpdate, taskQueues, waitForLineSignal } from '../../workflows/messages.ts';
import { callerOf, orderOf } from '../support/builders.ts';
import { givenRelease } from '../support/given-release.ts';
import { ScriptedWorld, verdictOf } from '../support/scripted-world.ts';
import { startTemporal } from '../support/temporal.ts';
import { inWorkload, threatOf } from '../support/threats.ts';
import { lookAtReleased, looks, model, platform, security } from './looks.ts';

const temporal = await startTemporal(undefined, looks);
const tell = { by: callerOf('sam', 'sre'), reason: 'for the record' };

/** Of one service, with a waiver in play that ends while the second one waits in the lane. */
async function oneBehindTheOther(ends: number) {
  const modelOnly = { infrastructure: undefined };
  const first = await givenRelease(
    temporal,
    (world) => {
      world.gate = () => ({ kind: 'allow', violations: [] });
      world.verdicts = () => verdictOf('not enough');
    },
    modelOnly,
  );
  await first.until(({ phase }) => phase === 'shifting');
  const second = await givenRelease(
    temporal,
    (world) => {
      world.gate = () =>
        Date.now() < ends
          ? { kind: 'approval needed', violations: [], waivers: [waiverInPlay(ends)] }
          : { kind: 'approval needed', violations: [] };
    },
    { ...modelOnly, service: first.order.service },
  );
  await second.decide('approve');
  return { first, second };
}

const waiverInPlay = (ends: number): WaiverInPlay => ({
  name: 'reports-are-public',
  fingerprint: digestText('finding'),
  rule: 'CKV_AWS_20',
  address: 'aws_s3_bucket.reports',
  owner: 'olga',
  reason: 'until they have a login',
  until: new Date(ends).toISOString(),
});

/** Its pods are kept, and let go by a person. */
async function stoppedByFinding(): Promise<{ readonly releaseId: string; readonly findingId: string }> {
  const release = await givenRelease(temporal, (world) => {
    world.verdicts = () => verdictOf('not enough');
  });
  const { service, releaseId } = release.order;
  await release.decide('approve');
  await release.until(({ phase, weightPercent }) => phase === 'shifting' && weightPercent > 0);
  const seen = new Date().toISOString();
  const threat = threatOf({ id: randomUUID().replaceAll('-', ''), updatedAt: seen, lastSeenAt: seen, about: inWorkload(`${service}-b`) });
  await tellFinding(temporal.client, { threat, drill: false, notices: [] });
  await release.until(({ phase, held }) => phase === 'undoing' && held !== null);
  await release.handle.executeUpdate(resumeUpdate, { args: [tell] });
  await release.handle.result();
  return { releaseId, findingId: findingIdOf(threat.id) };
}

/** File name without its ending → the workflow's id, once it is closed. */
const stories: Readonly<Record<string, () => Promise<string>>> = {
  async 'release.released'() {
    const { decide, handle } = await givenRelease(temporal);
    await decide('approve');
    await handle.result();
    return handle.workflowId;
  },
  /** Chained and sealed; the one above was recorded before. */
  async 'release.sealed'() {
    const { decide, handle } = await givenRelease(temporal);
    await decide('approve');
    await handle.result();
    return handle.workflowId;
  },
  /** tflint looks at the code, too; the ones above were recorded before. */
  async 'release.linted'() {
    const { decide, handle } = await givenRelease(temporal);
    await decide('approve');
    await handle.result();
    return handle.workflowId;
  },
  async 'release.first-of-its-service'() {
    const { handle } = await givenRelease(temporal, (world) => {
      world.weights = null;
      world.gate = () => ({ kind: 'allow', violations: [] });
    });
    await handle.result();
    return handle.workflowId;
  },
  async 'release.moved-and-approved-again'() {
    const { decide, handle, until } = await givenRelease(temporal, (world) => {
      world.plans = ['first', 'second', 'second'];
    });
    const first = await decide('approve');
    await until(({ waitingFor, statementDigest }) => waitingFor?.kind === 'approval' && statementDigest !== first.statementDigest);
    await decide('approve');
    await handle.result();
    return handle.workflowId;
  },
  async 'release.applied-in-another-state'() {
    const { decide, handle } = await givenRelease(temporal, (world) => {
      world.lineages = ['lineage', 'another'];
    });
    await decide('approve');
    await handle.result();
    return handle.workflowId;
  },
  async 'release.rolled-back'() {
    const { decide, handle } = await givenRelease(temporal, (world) => {
      world.verdicts = (weight) => (weight === 50 ? verdictOf('fail', 'latency 250ms') : verdictOf('pass'));
    });
    await decide('approve');
    await handle.result();
    return handle.workflowId;
  },
  async 'release.held-resumed-and-aborted'() {
    const release = await givenRelease(temporal, (world) => {
      world.verdicts = () => verdictOf('not enough');
    });
    await release.decide('approve');
    await release.until(({ phase }) => phase === 'shifting');
    await release.handle.executeUpdate(holdUpdate, { args: [tell] });
    await release.handle.executeUpdate(resumeUpdate, { args: [tell] });
    await release.handle.executeUpdate(abortUpdate, { args: [tell] });
    await release.handle.result();
    return release.handle.workflowId;
  },
  async 'release.blocked'() {
    const { handle } = await givenRelease(temporal, (world) => {
      world.gate = () => ({ kind: 'deny', violations: [] });
    });
    await handle.result();
    return handle.workflowId;
  },
  /** Recorded when a wait in a lane outlived a waiver: it went on. */
  async 'release.outlived-its-waiver'() {
    const ends = Date.now() + 4_000;
    const { first, second } = await oneBehindTheOther(ends);
    await second.until(({ waitingFor }) => waitingFor?.kind === 'lane' && Date.now() > ends);
    await first.handle.executeUpdate(abortUpdate, { args: [tell] });
    await second.handle.result();
    return second.handle.workflowId;
  },
  /** The same wait since: the waiver that ends brings the release back to the gate, which lets it go on after another approval. */
  async 'release.judged-again-in-its-lane'() {
    const ends = Date.now() + 4_000;
    const { first, second } = await oneBehindTheOther(ends);
    await second.until(({ waitingFor }) => waitingFor?.kind === 'approval' && Date.now() > ends);
    await second.decide('approve');
    await first.handle.executeUpdate(abortUpdate, { args: [tell] });
    await second.handle.result();
    return second.handle.workflowId;
  },
  async 'release.freeze-overridden'() {
    const freeze = { kind: 'freeze', name: 'christmas', reason: 'quiet days', until: '2036-01-02T08:00:00.000Z' } as const;
    const { decide, handle } = await givenRelease(temporal, (world) => void (world.obstacles = () => [freeze]), {
      infrastructure: undefined,
      urgency: 'hotfix',
      override: { reason: 'payments are refused', ticket: 'INC-4711' },
    });
    await decide('approve', callerOf('sam', 'sre'));
    await decide('approve', callerOf('sue', 'sre'));
    await handle.result();
    return handle.workflowId;
  },
  async 'release.rejected'() {
    const { decide, handle } = await givenRelease(temporal);
    await decide('reject');
    await handle.result();
    return handle.workflowId;
  },
  async 'release.expired'() {
    const { handle } = await givenRelease(temporal, undefined, { approvals: { groups: ['sre'], expiresAfterMinutes: 0.005 } });
    await handle.result();
    return handle.workflowId;
  },
  async 'release.cancelled'() {
    const { handle, until } = await givenRelease(temporal);
    await until(({ waitingFor }) => waitingFor?.kind === 'approval');
    await handle.executeUpdate(abortUpdate, { args: [tell] });
    await handle.result();
    return handle.workflowId;
  },
  async 'release.failed-by-name'() {
    const { handle } = await givenRelease(temporal, (world) => {
      world.breakages = [{ step: 'scanCode', when: 'before', times: 1 }];
    });
    await handle.result().catch(() => undefined);
    return handle.workflowId;
  },
  async 'release.aborted-while-deploying'() {
    const release = await givenRelease(temporal, (world) => {
      world.onStep = async (step) => {
        if (step === 'deploySlot') await release.handle.executeUpdate(abortUpdate, { args: [tell] });
      };
    });
    await release.decide('approve');
    await release.handle.result();
    return release.handle.workflowId;
  },
  async 'release.stopped-by-a-finding'() {
    return (await stoppedByFinding()).releaseId;
  },
  async 'finding.stopped-a-release'() {
    return (await stoppedByFinding()).findingId;
  },
  /** It says in its memo what it is; the one above was recorded before. */
  async 'finding.listed'() {
    return (await stoppedByFinding()).findingId;
  },
  /** Whoever should have heard of it refused the message. */
  async 'release.told-nobody'() {
    const { decide, handle, until } = await givenRelease(
      temporal,
      (world) => {
        world.breakages = [{ step: 'deliverNotice', when: 'before', times: 1 }];
      },
      { notices: security },
    );
    await until(({ waitingFor }) => waitingFor?.kind === 'approval');
    await decide('approve');
    await handle.result();
    return handle.workflowId;
  },
  async 'finding.told-nobody'() {
    const threat = threatOf({ id: randomUUID().replaceAll('-', ''), updatedAt: new Date().toISOString() });
    temporal.findings.breaks.set(`deliverNotice ${threat.id}`, 1);
    await tellFinding(temporal.client, { threat, drill: false, notices: security });
    const handle = temporal.client.workflow.getHandle(findingIdOf(threat.id));
    const idleAfter = async (records: number) => {
      let now = await handle.describe();
      while (temporal.findings.chains.get(threat.id)?.length !== records || !isIdle(now)) now = await handle.describe();
    };
    await idleAfter(1);
    // It goes on after nobody was told.
    await tellFinding(temporal.client, { threat: { ...threat, count: 2 }, drill: false, notices: security });
    await idleAfter(2);
    return handle.workflowId;
  },
  async 'strays.told-nobody'() {
    temporal.findings.breaks.set('deliverNotice unexplained workload', 1);
    await temporal.client.workflow.execute(straysWorkflow, { workflowId: straysWorkflow, taskQueue: taskQueues.releases, args: [] });
    return straysWorkflow;
  },
  async 'rescan.found'() {
    await lookAtReleased(temporal, 'rescan');
    return 'rescan';
  },
  async 'rescanRelease.infrastructure'() {
    await lookAtReleased(temporal, 'rescan');
    return `rescan/${platform.place}`;
  },
  async 'rescanRelease.model'() {
    await lookAtReleased(temporal, 'rescan');
    return `rescan/${model.place}`;
  },
  async 'drift.found'() {
    await lookAtReleased(temporal, 'drift');
    return 'drift';
  },
  async 'driftOfStack.left-by-a-later-release'() {
    await lookAtReleased(temporal, 'drift');
    return `drift/${platform.place}`;
  },
  async 'recover.rolled-back'() {
    const { handle } = await givenRelease(temporal, (world, releaseId) => {
      world.gate = () => ({ kind: 'allow', violations: [] });
      world.onStep = async (step) => {
        if (step === 'watchCanary') await temporal.client.workflow.getHandle(releaseId).terminate('for the record');
      };
    });
    await handle.result().catch(() => undefined);
    const workflowId = recoveryIdOf(handle.workflowId);
    const run = { releaseId: handle.workflowId, runId: handle.firstExecutionRunId, status: 'TERMINATED' };
    await temporal.client.workflow.execute('recover', { workflowId, taskQueue: taskQueues.releases, args: [run] });
    return workflowId;
  },
  async 'preview.judged'() {
    const order = orderOf();
    const releaseId = previewIdOf(order, 'for the record');
    temporal.worlds.set(releaseId, new ScriptedWorld());
    const args = [{ ...order, releaseId }];
    await temporal.client.workflow.execute('preview', { workflowId: releaseId, taskQueue: taskQueues.releases, args });
    return releaseId;
  },
  async 'line.stopped-and-resumed'() {
    const workflowId = lineIdOf('production');
    const stop = { ...tell, at: '2026-11-27T10:00:00.000Z' };
    const handle = await temporal.client.workflow.start(lineWorkflow.type, {
      workflowId,
      taskQueue: lineWorkflow.taskQueue,
      args: ['production', stop],
    });
    // Of a release that is gone: telling it must not keep the line from being free.
    await handle.signal(waitForLineSignal, { releaseId: 'fraud-scorer-production-000000000000' });
    await handle.executeUpdate(resumeLineUpdate, { args: [{ by: callerOf('sue', 'sre'), reason: 'for the record' }] });
    await handle.result();
    return workflowId;
  },
  /** It says that it was resumed before it tells anybody; the one above was recorded before. */
  async 'line.said-resumed'() {
    return (await stories['line.stopped-and-resumed']?.()) ?? '';
  },
  /** A recovery as above, taking a chain on. */
  async 'recover.sealed'() {
    return (await stories['recover.rolled-back']?.()) ?? '';
  },
  async 'lane.two-releases'() {
    const first = await givenRelease(temporal);
    const second = await givenRelease(temporal, undefined, { service: first.order.service });
    await first.decide('approve');
    await second.decide('approve');
    await Promise.all([first.handle.result(), second.handle.result()]);
    return `lane/service/${first.order.service}/production`;
  },
};

/** Nothing is left to do for a worker. */
const isIdle = ({ raw: { pendingActivities, pendingWorkflowTask } }: WorkflowExecutionDescription) =>
  (pendingActivities ?? []).length === 0 && pendingWorkflowTask == null;

/** Stack traces name paths of the machine that recorded; replay does not read them. */
const withoutMachine = (json: string) => json.replaceAll(/"stackTrace": "(?:[^"\\]|\\.)*"/g, '"stackTrace": ""');

/** Names of new stories after the script's: the others were recorded by the code of their day, and stay. */
const wanted = process.argv.slice(2);
for (const [name, story] of Object.entries(stories).filter(([name]) => wanted.length === 0 || wanted.includes(name))) {
  const workflowId = await story();
  const history = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
  await writeFile(fileURLToPath(new URL(`histories/${name}.json`, import.meta.url)), `${withoutMachine(historyToJSON(history))}\n`);
  console.log(`${name}: ${history.events?.length} events`);
}
await temporal.close();
