/** Temporal's history of a release beside its chain in the ledger: for the demo and for tests of whole releases. */
import type { Client, WorkflowHandle } from '@temporalio/client';
import { disagreements, type RunHistory, type Step } from '../../domain/ledger/agreement.ts';
import { releaseChain } from '../../domain/ledger/chain.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { ReleaseRecord } from '../../domain/record.ts';
import { recoveryIdOf } from '../../domain/recovery.ts';
import { bucketObjects } from '../../verify/bucket.ts';
import { readChain } from '../../verify/source.ts';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** Sentences about what one has and the other lacks; none when they tell the same story. */
export async function disagreementsAbout(releaseId: string, client: Client, env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const objects = bucketObjects(env['PLIMSOLL_LEDGER_BUCKET'] ?? '', {
    region: env['AWS_REGION'] ?? '',
    forcePathStyle: true,
    ...(env['AWS_ENDPOINT_URL'] === undefined ? {} : { endpoint: env['AWS_ENDPOINT_URL'] }),
    credentials: { accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '' },
  });
  const { records } = await readChain(objects, releaseChain(releaseId));
  const chain = records.map(({ text }) => JSON.parse(text) as ReleaseRecord);
  return disagreements(await runsOf(releaseId, client), chain);
}

/** Every run there was: one that was reset or recovered has several. */
async function runsOf(releaseId: string, client: Client): Promise<readonly RunHistory[]> {
  const runs: RunHistory[] = [];
  const query = `WorkflowId IN ("${releaseId}", "${recoveryIdOf(releaseId)}")`;
  for await (const { workflowId, runId } of client.workflow.list({ query }))
    runs.push(runHistoryOf(await client.workflow.getHandle(workflowId, runId).fetchHistory()));
  return runs;
}

export function runHistoryOf({ events }: Pick<History, 'events'>): RunHistory {
  const completed = new Map<string, number>();
  const steps: Step[] = [];
  let outcome: Outcome | null = null;
  for (const [place, event] of (events ?? []).entries()) {
    const done = event.activityTaskCompletedEventAttributes;
    if (done != null) completed.set(String(done.scheduledEventId), place);
    const result = event.workflowExecutionCompletedEventAttributes?.result;
    if (result != null) outcome = (valuesOf(result)[0] ?? null) as Outcome | null;
  }
  for (const [scheduled, event] of (events ?? []).entries()) {
    const activity = event.activityTaskScheduledEventAttributes;
    if (activity == null) continue;
    const [input] = valuesOf(activity.input);
    steps.push({ name: activity.activityType?.name ?? '', input, scheduled, completed: completed.get(String(event.eventId)) ?? null });
  }
  return { steps, outcome };
}

interface Payloads {
  readonly payloads?: readonly { readonly data?: Uint8Array | null }[] | null;
}

const valuesOf = (given: Payloads | null | undefined): readonly unknown[] =>
  (given?.payloads ?? []).map(({ data }) => (data == null ? undefined : JSON.parse(Buffer.from(data).toString('utf8'))) as unknown);
