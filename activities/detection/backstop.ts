/**
 * Asks GuardDuty itself what it has found, for what a rule or a queue did not bring. What it hands out is made into the
 * event that EventBridge would have delivered, and goes through the same door to the same workflow.
 */
import {
  type Finding,
  GetFindingsCommand,
  type GuardDutyClient,
  ListDetectorsCommand,
  type ListDetectorsCommandOutput,
  ListFindingsCommand,
  type ListFindingsCommandOutput,
} from '@aws-sdk/client-guardduty';
import { log, metricMeter } from '@temporalio/activity';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { z } from 'zod';
import type { NoticeTarget } from '../../domain/notice.ts';
import type { BackstopCounts, BackstopPort } from '../../domain/threats/backstop.ts';
import { type Heard, isNews, mediumFrom } from '../../domain/threats/finding.ts';
import { threatMemo } from '../../domain/threats/listed.ts';
import { findingIdOf } from '../../domain/threats/told.ts';
import { failure } from '../failure.ts';
import type { BlobStore } from '../tool/store.ts';
import { asThreat, readEvent } from './event.ts';
import { tell } from './tell.ts';

/** The most that `GetFindings` takes. */
const findingsMax = 50;

export interface BackstopDependencies {
  readonly guardDuty: Pick<GuardDutyClient, 'send'>;
  readonly client: Client;
  readonly store: Pick<BlobStore, 'put'>;
  /** `null`: this installation reads no findings. */
  readonly wanted: { readonly drill: boolean; readonly notices: readonly NoticeTarget[] } | null;
}

/** What is no finding lacks something. */
type HandedOut = Partial<Finding>;

type Result = Exclude<keyof BackstopCounts, 'kind'>;

export function createBackstopActivities(dependencies: BackstopDependencies): BackstopPort {
  const { guardDuty, wanted } = dependencies;
  return {
    async tellMissed({ since }) {
      if (wanted === null) return { kind: 'off', because: 'PLIMSOLL_FINDINGS_QUEUE is not set' };
      const detectors = await detectorsOf(guardDuty);
      if (detectors.length === 0) return { kind: 'off', because: 'this region has no detector' };
      const counts = { kind: 'looked' as const, told: 0, known: 0, malformed: 0 };
      for (const detector of detectors)
        for await (const page of findingsOf(guardDuty, detector, since)) {
          const results = await Promise.all(page.map((finding) => take(dependencies, wanted, finding)));
          for (const result of results) counts[result] += 1;
        }
      return counts;
    },
  };
}

async function take({ client, store }: BackstopDependencies, wanted: NonNullable<BackstopDependencies['wanted']>, finding: HandedOut) {
  const body = eventOf(finding);
  const read = readEvent(body);
  if (read.kind === 'malformed') {
    log.error('what GuardDuty hands out as a finding is none', { kind: 'finding.malformed', because: read.because });
    return counted('malformed');
  }
  const known = await answered(() => heardOf(client, read.threat.id));
  if (!isNews(known, read.threat)) return counted('known');
  const threat = asThreat(read.threat, await store.put(Buffer.from(body)));
  await answered(() => tell(client, { threat, ...wanted }));
  log.info('a finding was told that no message had brought', { finding: threat.id, severity: threat.severity, type: threat.type });
  return counted('told');
}

function counted(result: Result): Result {
  metricMeter
    .createCounter('plimsoll_findings_backstop', undefined, 'Findings that GuardDuty was asked for, by what became of them')
    .add(1, { result });
  return result;
}

/** Its documents of events and of the API differ in how names begin, and in nothing that is read. */
const eventOf = (finding: HandedOut): string =>
  JSON.stringify({ source: 'aws.guardduty', 'detail-type': 'GuardDuty Finding', detail: camelCased(finding) });

function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name.slice(0, 1).toLowerCase() + name.slice(1), camelCased(one)]));
}

async function detectorsOf(guardDuty: BackstopDependencies['guardDuty']): Promise<readonly string[]> {
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page: ListDetectorsCommandOutput = await asked(() => guardDuty.send(new ListDetectorsCommand({ NextToken })));
    found.push(...(page.DetectorIds ?? []));
    NextToken = nextOf(page);
  } while (NextToken !== undefined);
  return found;
}

/** Oldest first, so that what is updated meanwhile moves to the end and is passed over by nobody. */
async function* findingsOf(
  guardDuty: BackstopDependencies['guardDuty'],
  DetectorId: string,
  since: string,
): AsyncGenerator<readonly HandedOut[]> {
  const Criterion = {
    updatedAt: { GreaterThanOrEqual: Date.parse(since) },
    severity: { GreaterThanOrEqual: mediumFrom },
    // What a suppression rule has archived goes to no queue either.
    'service.archived': { Equals: ['false'] },
  };
  let NextToken: string | undefined;
  do {
    const page: ListFindingsCommandOutput = await asked(() =>
      guardDuty.send(
        new ListFindingsCommand({
          DetectorId,
          FindingCriteria: { Criterion },
          SortCriteria: { AttributeName: 'updatedAt', OrderBy: 'ASC' },
          MaxResults: findingsMax,
          NextToken,
        }),
      ),
    );
    const FindingIds = page.FindingIds ?? [];
    if (FindingIds.length > 0) yield await readFindings(guardDuty, DetectorId, FindingIds);
    NextToken = nextOf(page);
  } while (NextToken !== undefined);
}

/** The SDK reads an answer as a whole or not at all: for the sake of all others, one that it cannot read is found and left empty. */
async function readFindings(
  guardDuty: BackstopDependencies['guardDuty'],
  DetectorId: string,
  FindingIds: readonly string[],
): Promise<readonly HandedOut[]> {
  try {
    return (await guardDuty.send(new GetFindingsCommand({ DetectorId, FindingIds: [...FindingIds] }))).Findings ?? [];
  } catch (error) {
    if (!(error instanceof TypeError)) throw unreachable(error);
    if (FindingIds.length === 1) return [{}];
    return (await Promise.all(FindingIds.map((id) => readFindings(guardDuty, DetectorId, [id])))).flat();
  }
}

/** GuardDuty ends its pages with an empty token as well as with none. */
const nextOf = ({ NextToken }: { readonly NextToken?: string | undefined }): string | undefined =>
  NextToken === '' ? undefined : NextToken;

const listed = z.object({ [threatMemo]: z.object({ updatedAt: z.string(), count: z.number(), severity: z.number() }) });

/** What its workflow says that it has heard. Whatever cannot be read counts as unheard: twice does nothing twice. */
async function heardOf(client: Client, id: string): Promise<Heard | undefined> {
  try {
    const { memo } = await client.workflow.getHandle(findingIdOf(id)).describe();
    return listed.safeParse(memo).data?.[threatMemo];
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Errors' messages may quote what was sent: their names say enough. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

const unreachable = (error: unknown) => failure('guardduty.unreachable', `GuardDuty did not answer: ${nameOf(error)}`);

async function asked<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw unreachable(error);
  }
}

async function answered<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw failure('temporal.unreachable', `Temporal did not answer: ${nameOf(error)}`);
  }
}
