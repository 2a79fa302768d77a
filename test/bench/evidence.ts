/**
 * `npm run bench:evidence`: what the ledger costs, and how fast it is proved.
 *
 * 1. linking a record into its chain, which the workflow does: microseconds;
 * 2. verifying records, from memory and from a folder, which is what an auditor has;
 * 3. appending a record to the running stack's S3, and sealing: milliseconds;
 * 4. appends as a share of that stack's newest releases (`make up`, then `make demo` or releases of one's own), before
 *    this adds some that end after seconds;
 * 5. a finding of GuardDuty in the queue → HTTPRoute at 0 %, from real canaries of that stack.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { Client, Connection } from '@temporalio/client';
import { createLedgerActivities } from '../../activities/ledger/ledger.ts';
import { createSigner } from '../../activities/ledger/signer.ts';
import { digestText } from '../../domain/digest.ts';
import { releaseChain } from '../../domain/ledger/chain.ts';
import { verifyChain } from '../../domain/ledger/verify.ts';
import { folderObjects } from '../../verify/folder.ts';
import { readChain } from '../../verify/source.ts';
import { findingAbout } from '../e2e/finding.ts';
import { liveVersion, modelRequest, people } from '../e2e/given.ts';
import { address } from '../e2e/stack.ts';
import { approveIfAsked, ask, mustTell, outcomeOf, untilRelease } from '../e2e/when.ts';
import { weightsOf } from '../e2e/world.ts';
import { keyPair, recordsOf, signWith, storedChain, trusting } from '../support/chains.ts';
import loadStackEnvironment from '../support/stack-environment.ts';
import { activitySpans, secondsOf } from './history.ts';

/** As large as a release's records are on average: scans, verdicts and intents weigh more than lanes. */
const content = (n: number) => ({
  n,
  tool: 'checkov',
  counts: { low: 3, high: 1 },
  report: digestText(`${n}`),
  because: ['x'.repeat(400)],
});
const count = 20_000;
const rounds = 5;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const secondsFor = async (work: () => unknown): Promise<number> => {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
};
const repeated = async (work: () => unknown): Promise<number> => {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await secondsFor(work));
  return median(times);
};

const keys = keyPair();
const check = trusting(keys);

async function chainAndProof(): Promise<void> {
  const linking = await repeated(() => recordsOf('bench', count, content));
  console.log(`a record joins its chain: ${((linking / count) * 1e6).toFixed(1)} µs (median of ${rounds} rounds of ${count})`);
  const stored = await storedChain('bench', recordsOf('bench', count, content), { by: signWith(keys) });
  const proof = () => {
    if (!verifyChain(stored, check).intact) throw new Error('what was made whole is not');
  };
  const inMemory = await repeated(proof);
  console.log(`verified: ${Math.round(count / inMemory)} records a second in memory (median of ${rounds} rounds of ${count})`);

  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'));
  for (const { key, text } of [...stored.records, ...stored.seals]) {
    await mkdir(dirname(join(folder, key)), { recursive: true });
    await writeFile(join(folder, key), text);
  }
  const fromFolder = await repeated(async () => verifyChain(await readChain(await folderObjects(folder), releaseChain('bench')), check));
  await rm(folder, { recursive: true });
  console.log(`verified: ${Math.round(count / fromFolder)} records a second from a folder, reading included`);
}

async function appends(): Promise<void> {
  const aws = { region: address('AWS_REGION'), endpoint: address('AWS_ENDPOINT_URL') };
  const sign = createSigner(new KMSClient(aws), address('PLIMSOLL_LEDGER_KEY'));
  const s3 = new S3Client({ ...aws, forcePathStyle: true });
  const ledger = createLedgerActivities({ s3, bucket: address('PLIMSOLL_LEDGER_BUCKET'), sign });
  const releaseId = `bench-${randomUUID()}`;
  const records = recordsOf(releaseId, 60, content);
  const batches = Array.from({ length: 10 }, (_, index) => records.slice(index * 6, index * 6 + 6));
  const times: number[] = [];
  for (const batch of batches.slice(0, -1)) times.push(await secondsFor(() => ledger.appendRecords({ releaseId, records: batch })));
  const sealing = await secondsFor(() => ledger.appendRecords({ releaseId, records: batches.at(-1) ?? [], seal: true }));
  console.log(
    `a record is appended: ${((median(times) / 6) * 1000).toFixed(1)} ms (batches of six); the last six, sealed: ${Math.round(sealing * 1000)} ms`,
  );
}

/** Each is a release that gets as far as its first weight. */
const findings = 5;

/** What GuardDuty and EventBridge take before the queue, about five minutes, is not ours to measure. */
async function findingToRoute(): Promise<void> {
  const service = 'fraud-scorer';
  await liveVersion(service);
  const times: number[] = [];
  for (let round = 0; round < findings; round++) {
    const id = await ask(people.ana, await modelRequest(service));
    await approveIfAsked(people.sam, id);
    const { slots } = await untilRelease(id, 'has traffic', ({ weightPercent }) => weightPercent > 0);
    if (slots === null) throw new Error('a release with traffic has a slot');
    const { sentAt } = await findingAbout(`${service}-${slots.candidate}`);
    let weights = await weightsOf(service);
    while (weights?.[slots.candidate] !== 0) weights = await weightsOf(service);
    times.push((performance.now() - sentAt) / 1000);
    await untilRelease(id, 'keeps its pods', ({ phase, held }) => phase === 'undoing' && held !== null);
    await mustTell(people.sam, id, 'resume');
    await outcomeOf(id);
  }
  const all = times.map((seconds) => `${Math.round(seconds * 1000)}`).join(', ');
  console.log(`finding in SQS → HTTPRoute at 0 %: ${Math.round(median(times) * 1000)} ms (median of ${all}; goal: 2,000)`);
}

async function share(): Promise<void> {
  const connection = await Connection.connect({ address: address('PLIMSOLL_TEMPORAL_ADDRESS') });
  const client = new Client({ connection });
  const query = "WorkflowType = 'release' AND ExecutionStatus = 'Completed'";
  let known = 0;
  for await (const { workflowId } of client.workflow.list({ query })) {
    if (known === 5) break;
    known += 1;
    const { events = [] } = await client.workflow.getHandle(workflowId).fetchHistory();
    const [first, last] = [events?.[0], events?.at(-1)];
    if (first === undefined || last === undefined) throw new Error(`${workflowId} has no history`);
    const spent = activitySpans(events ?? [])
      .filter(({ name }) => name === 'appendRecords')
      .reduce((sum, { from, to }) => sum + to - from, 0);
    const whole = secondsOf(last) - secondsOf(first);
    console.log(`appends in ${workflowId}: ${((spent / whole) * 100).toFixed(2)} % of ${Math.round(whole)} s (goal: at most 3 %)`);
  }
  if (known === 0) console.log('no release has ended on this stack: make one, then ask again');
  await connection.close();
}

await chainAndProof();
loadStackEnvironment();
await appends();
await share();
await findingToRoute();
