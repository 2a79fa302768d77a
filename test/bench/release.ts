/**
 * `npm run bench:release`: what Plimsoll itself costs, in ratios of one run.
 *
 * 1. approval accepted → next activity started, as a ratio to the barest workflow's on the same server;
 * 2. bad verdict → HTTPRoute at 0 %, on the running stack (`make up`), from a real slow release;
 * 3. time outside tools and waits as a share of that stack's good release.
 */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { approveUpdate, taskQueues, viewQuery } from '../../workflows/messages.ts';
import { appliedStack, caseRequest, changeRequest, liveVersion, model, people } from '../e2e/given.ts';
import { address } from '../e2e/stack.ts';
import { approve, ask, outcomeOf } from '../e2e/when.ts';
import { callerOf } from '../support/builders.ts';
import { givenRelease } from '../support/given-release.ts';
import { ScriptedWorld } from '../support/scripted-world.ts';
import loadStackEnvironment from '../support/stack-environment.ts';
import { startTemporal, type Temporal } from '../support/temporal.ts';
import { activitySpans, approvalToActivity, type History, secondsOf, uncovered } from './history.ts';

/** Pairs of one release and one bare workflow, one after the other, so that both see the same machine. */
const pairs = 20;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const ms = (seconds: number) => `${Math.round(seconds * 1000)} ms`;

async function historyOf(client: Pick<Client, 'workflow'>, workflowId: string): Promise<History> {
  return (await client.workflow.getHandle(workflowId).fetchHistory()).events ?? [];
}

async function releaseOnce(temporal: Temporal): Promise<number> {
  const { decide, handle } = await givenRelease(temporal);
  await decide('approve');
  await handle.result();
  return approvalToActivity(await historyOf(temporal.client, handle.workflowId));
}

async function bareOnce(temporal: Temporal): Promise<number> {
  const workflowId = `bare-${randomUUID()}`;
  temporal.worlds.set(workflowId, new ScriptedWorld());
  const handle = await temporal.client.workflow.start('bare', { workflowId, taskQueue: taskQueues.releases, args: [workflowId] });
  // Ours has been waiting for its approval, too: the first task is not what is timed.
  await handle.query(viewQuery);
  const decision = { statementDigest: 'sha256:' as const, by: callerOf('sam', 'sre'), reason: 'bench' };
  await handle.executeUpdate(approveUpdate, { args: [decision as never] });
  await handle.result();
  return approvalToActivity(await historyOf(temporal.client, workflowId));
}

async function approvalRatio(): Promise<void> {
  const temporal = await startTemporal('../bench/workflows.ts');
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair++) {
    ours.push(await releaseOnce(temporal));
    bare.push(await bareOnce(temporal));
  }
  await temporal.close();
  const ratio = median(ours) / median(bare);
  console.log(
    `approval accepted → next activity started: ${ratio.toFixed(2)} × a bare workflow's (${ms(median(ours))} and ${ms(median(bare))}, medians of ${pairs} pairs)`,
  );
}

/** From the watch that said no to the route that has accepted 0 %. */
function verdictToRoute(history: History): number {
  const spans = activitySpans(history);
  const verdict = spans.findLast(({ name }) => name === 'watchCanary');
  const route = spans.findLast(({ name }) => name === 'setWeights');
  if (verdict === undefined || route === undefined) throw new Error('the slow release was not rolled back by the judge');
  return route.to - verdict.to;
}

/** Waiting for a person and for a lane is waiting; everything else that no activity covers is ours. */
function ownShare(history: History): number {
  const [first, last] = [history[0], history.at(-1)];
  const asked = history.find(({ timerStartedEventAttributes: timer }) => timer != null);
  const approved = history.find(({ workflowExecutionUpdateAcceptedEventAttributes: update }) => update != null);
  if (first === undefined || last === undefined) throw new Error('an empty history');
  const waits = asked === undefined || approved === undefined ? [] : [{ from: secondsOf(asked), to: secondsOf(approved) }];
  const whole = { from: secondsOf(first), to: secondsOf(last) };
  return uncovered(whole, [...activitySpans(history), ...waits]) / (whole.to - whole.from);
}

async function onTheStack(): Promise<void> {
  loadStackEnvironment();
  const connection = await Connection.connect({ address: address('PLIMSOLL_TEMPORAL_ADDRESS') });
  const client = new Client({ connection });
  const service = 'fraud-scorer';
  await appliedStack();
  await liveVersion(service);

  const good = { ...(await changeRequest()), model: await model(service, '2026.11.2') };
  const goodId = await ask(people.ana, good);
  await approve(people.sam, goodId);
  console.log(`a good release of both parts: ${(await outcomeOf(goodId)).kind}`);
  const goodHistory = await historyOf(client, goodId);
  console.log(`time outside tools and waits: ${(ownShare(goodHistory) * 100).toFixed(1)} % of it (${goodHistory.length} history events)`);

  const slowId = await ask(people.ana, await caseRequest('slow-model'));
  await approve(people.sam, slowId);
  console.log(`a slow release: ${(await outcomeOf(slowId)).reason}`);
  console.log(`bad verdict → HTTPRoute at 0 %: ${ms(verdictToRoute(await historyOf(client, slowId)))}`);
  await connection.close();
}

await approvalRatio();
await onTheStack();
