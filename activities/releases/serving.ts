/** What serves now, from Temporal's lists: each release has its parts in its memo. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { z } from 'zod';
import type { NoticeTarget } from '../../domain/notice.ts';
import { placeOf, type Serving, type ServingPort } from '../../domain/released/serving.ts';
import { failure } from '../failure.ts';
import { attributeOf, listedNotices } from '../tool/listed.ts';
import { partsIn } from './parts.ts';

/** What was released longer ago than this many releases serves nothing any more, or the company has so many services that it pages by itself. */
const servingMax = 2_000;
/** Half of what a message may hold. */
const pageCharactersMax = 16_000;

const memo = z.object({ notices: listedNotices.default([]) });

interface ServingRun {
  readonly run: WorkflowExecutionInfo;
  readonly serving: Serving;
}

export function createServingActivities({
  client,
  tell,
  pageMax = pageCharactersMax,
}: {
  readonly client: Client;
  /** Who hears of everything. */
  readonly tell: readonly NoticeTarget[];
  readonly pageMax?: number;
}): ServingPort {
  return {
    async findServing({ after = '' }) {
      try {
        const left = (await servingRuns(client)).map(({ serving }) => serving).filter(({ place }) => place > after);
        const told = left.map((serving) => ({ ...serving, notices: distinct([...tell, ...serving.notices]) }));
        return pageOf(told, pageMax);
      } catch (error) {
        throw unreachable(error);
      }
    },

    async findSuccessors({ serving }) {
      const { environment, stack, since, releaseId } = serving;
      const ofEnvironment = `WorkflowType = 'release' AND ReleaseEnvironment = '${environment}'`;
      const ofStack = async (query: string) =>
        (await listed(client, `${ofEnvironment} AND ${query}`)).filter((run) => mayHave(run, stack) && run.workflowId !== releaseId);
      try {
        const open = await ofStack("ExecutionStatus = 'Running'");
        const ended = await ofStack(`CloseTime > '${since}'`);
        return { open: idsOf(open), ended: idsOf(ended.toSorted((a, b) => closed(b) - closed(a))) };
      } catch (error) {
        throw unreachable(error);
      }
    },
  };
}

const unreachable = (error: unknown) =>
  failure('temporal.unreachable', `Temporal did not answer: ${error instanceof Error ? error.name : 'unknown'}`);

/** One that does not say what it has may have anything. */
const mayHave = (run: WorkflowExecutionInfo, stack: string | null): boolean => {
  const parts = partsIn(run);
  return parts === undefined || parts.infrastructure?.stack === stack;
};

const closed = ({ closeTime }: WorkflowExecutionInfo): number => closeTime?.getTime() ?? 0;
/** About 13 KiB. So many that ended without being released have not left much between them. */
const successorsMax = 200;
const idsOf = (runs: readonly WorkflowExecutionInfo[]): readonly string[] =>
  runs.slice(0, successorsMax).map(({ workflowId }) => workflowId);

async function listed(client: Client, query: string): Promise<readonly WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  for await (const run of client.workflow.list({ query })) found.push(run);
  return found;
}

/** For whoever looks at what these releases say of themselves: each once, whatever of it serves. */
export const createServingReleases = (client: Client) => async (): Promise<readonly WorkflowExecutionInfo[]> => [
  ...new Set((await servingRuns(client)).map(({ run }) => run)),
];

/** In the order of their places. */
async function servingRuns(client: Client): Promise<readonly ServingRun[]> {
  const newest = new Map<string, ServingRun>();
  let seen = 0;
  for await (const run of client.workflow.list({ query: "WorkflowType = 'release' AND ReleaseOutcome = 'released'" })) {
    for (const serving of servedBy(run)) {
      const known = newest.get(serving.place)?.serving;
      if (known === undefined || known.since < serving.since) newest.set(serving.place, { run, serving });
    }
    seen += 1;
    if (seen === servingMax) break;
  }
  return [...newest.values()].toSorted((a, b) => (a.serving.place < b.serving.place ? -1 : 1));
}

/** One that has set its outcome and tidies up still is no answer yet; one from before parts were kept says nothing. */
function servedBy(run: WorkflowExecutionInfo): readonly Serving[] {
  const parts = partsIn(run);
  if (parts === undefined || run.closeTime === undefined) return [];
  const common = {
    releaseId: run.workflowId,
    service: attributeOf(run, 'ReleaseService'),
    environment: attributeOf(run, 'ReleaseEnvironment'),
    team: attributeOf(run, 'ReleaseTeam'),
    since: run.closeTime.toISOString(),
    notices: memo.safeParse(run.memo).data?.notices ?? [],
  };
  const placed = (part: Serving['part'], stack: string | null) => ({ ...common, part, stack, place: placeOf({ ...common, part, stack }) });
  return [
    ...(parts.infrastructure === null ? [] : [placed('infrastructure', parts.infrastructure.stack)]),
    ...(parts.model === null ? [] : [placed('model', null)]),
  ];
}

function pageOf(left: readonly Serving[], charactersMax: number): readonly Serving[] {
  const page: Serving[] = [];
  let size = 0;
  for (const serving of left) {
    size += JSON.stringify(serving).length;
    const last = page.at(-1);
    if (last !== undefined && size > charactersMax) return [...page.slice(0, -1), { ...last, more: true }];
    page.push(serving);
  }
  return page;
}

const distinct = (targets: readonly NoticeTarget[]): readonly NoticeTarget[] => [
  ...new Map(targets.map((target) => [JSON.stringify(target), target])).values(),
];
