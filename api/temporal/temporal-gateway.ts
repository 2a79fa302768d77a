/**
 * The seam on Temporal itself. Lazy: the API starts without Temporal and says so in `/readyz`. Every call has
 * a deadline, since without one the client waits for ever.
 */
import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionInfo,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { executionInfoFromRaw } from '@temporalio/client/lib/helpers.js';
import { defaultPayloadConverter, type SearchAttributePair } from '@temporalio/common';
import { memoOf } from '../../domain/memo.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { recoveryIdOf } from '../../domain/recovery.ts';
import { type DriftReport, driftWorkflow } from '../../domain/released/drift.ts';
import { type RescanReport, rescanWorkflow } from '../../domain/released/rescan.ts';
import { type StraysReport, straysWorkflow } from '../../domain/strays/look.ts';
import { lookAgainUpdate, recordsQuery, skipRecoveryUndoUpdate, taskQueues, viewQuery } from '../../workflows/messages.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { Problem } from '../http/problem.ts';
import { askAgain } from './ask-again.ts';
import { createCheckupGateway } from './checkup.ts';
import { clientOptions, type TemporalSettings } from './connection.ts';
import { createDeadFindingsGateway } from './dead-findings.ts';
import { createLastLook } from './last-look.ts';
import { createLineGateway } from './line.ts';
import { opened, sealed } from './page-token.ts';
import { createPreviewGateway } from './previews.ts';
import { createRefusalsGateway } from './refusals.ts';
import type { ReleaseDescription, ReleaseSummary, ReleasesGateway, RunStatus } from './releases-gateway.ts';
import { summaryLine } from './summary-line.ts';
import { createThreatGateway, type ListPage } from './threats.ts';
import { isUnanswered, isUpdateUnanswered, translated } from './translated.ts';
import { createUndeliveredGateway } from './undelivered.ts';

export const releaseType = 'release';

/** The server answers in milliseconds, a busy one in seconds; a second attempt inside the client needs room too. */
const serverDeadlineMs = 8_000;
/** Whoever asks whether it is there wants to know soon. */
const probeDeadlineMs = 3_000;
/** A worker has to answer; a cold one replays the history first, on a machine that may be busy with others. */
const workerDeadlineMs = 10_000;
/** A worker at rest answers a query in a tenth of this. */
const firstQueryMs = 3_000;
/** Longer than a checkup may take, and less than proxies let a request wait. */
const checkupDeadlineMs = 35_000;
/** A try to deliver a notice is over in 20 s, whatever its receiver does. */
const receiverDeadlineMs = 25_000;

export function createTemporalGateway(settings: TemporalSettings): ReleasesGateway {
  const { namespace } = settings;
  const connection = Connection.lazy(clientOptions(settings));
  const client = new Client({ connection, namespace });
  const within = async <Answer>(milliseconds: number, ask: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await connection.withDeadline(Date.now() + milliseconds, ask);
    } catch (error) {
      throw translated(error);
    }
  };
  /** Temporal loses a query now and then, and a worker that has just replayed a history answers the second one at once. */
  const queried = <Answer>(ask: () => Promise<Answer>): Promise<Answer> =>
    askAgain(
      isUnanswered,
      () => connection.withDeadline(Date.now() + firstQueryMs, ask),
      () => connection.withDeadline(Date.now() + workerDeadlineMs - firstQueryMs, ask),
    ).catch((error: unknown) => {
      throw translated(error);
    });
  const handleOf = (id: string) => client.workflow.getHandle(id);

  const deadlines = {
    server: <Answer>(ask: () => Promise<Answer>) => within(serverDeadlineMs, ask),
    worker: <Answer>(ask: () => Promise<Answer>) => within(workerDeadlineMs, ask),
    query: queried,
    checkup: <Answer>(ask: () => Promise<Answer>) => within(checkupDeadlineMs, ask),
    receiver: <Answer>(ask: () => Promise<Answer>) => within(receiverDeadlineMs, ask),
  };

  const listPage: ListPage = (query, pageSize, pageToken) =>
    within(serverDeadlineMs, async () => {
      const answer = await client.workflowService.listWorkflowExecutions({
        namespace,
        query,
        pageSize,
        ...(pageToken !== undefined && { nextPageToken: opened(pageToken, query) }),
      });
      const infos = await Promise.all(
        answer.executions.map((raw) => executionInfoFromRaw(raw, client.options.loadedDataConverter, raw, namespace)),
      );
      return { infos, nextPageToken: answer.nextPageToken.length === 0 ? null : sealed(answer.nextPageToken, query) };
    });

  return {
    checkup: createCheckupGateway(client, deadlines),
    line: createLineGateway(client, deadlines),
    threats: createThreatGateway(listPage),
    undelivered: createUndeliveredGateway(client, listPage, deadlines),
    deadFindings: createDeadFindingsGateway(client, deadlines),
    previews: createPreviewGateway(client, deadlines),

    refusals: createRefusalsGateway(client, (ask) => within(serverDeadlineMs, ask)),
    strays: createLastLook<StraysReport>(client, deadlines.server, straysWorkflow),
    rescan: createLastLook<RescanReport>(client, deadlines.server, rescanWorkflow),
    drift: createLastLook<DriftReport>(client, deadlines.server, driftWorkflow),

    start: (order) =>
      within(serverDeadlineMs, async () => {
        try {
          await client.workflow.start(releaseType, startOptions(order));
          return true;
        } catch (error) {
          if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
          throw error;
        }
      }),

    describe: (id) =>
      within(serverDeadlineMs, async () => {
        try {
          const info = await handleOf(id).describe();
          // Lanes and recoveries are workflows too, and none of a caller's business here.
          return info.type === releaseType ? descriptionOf(info) : undefined;
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return undefined;
          throw error;
        }
      }),

    recovery: (id) =>
      within(serverDeadlineMs, async () => {
        const handle = handleOf(recoveryIdOf(id));
        try {
          const info = await handle.describe();
          const status = statuses[info.status.name] ?? 'running';
          return { status, outcome: status === 'completed' ? ((await handle.result()) as Outcome | null) : null };
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return null;
          throw error;
        }
      }),

    view: (id) => queried(() => handleOf(id).query(viewQuery)),
    records: (id, after, limit) => queried(() => handleOf(id).query(recordsQuery, after, limit)),

    list: async (query, pageSize, pageToken) => {
      const { infos, nextPageToken } = await listPage(query, pageSize, pageToken);
      return { releases: infos.map(summaryOf), nextPageToken };
    },

    tellRecovery: async (id, { undo, ...instruction }, updateId) => {
      const handle = handleOf(recoveryIdOf(id));
      try {
        await within(workerDeadlineMs, () =>
          undo === undefined
            ? handle.executeUpdate(lookAgainUpdate, { args: [instruction], updateId })
            : handle.executeUpdate(skipRecoveryUndoUpdate, { args: [{ ...instruction, undo }], updateId }),
        );
        return 'done';
      } catch (error) {
        if (isUpdateUnanswered(error)) return 'accepted';
        throw error;
      }
    },

    tell: async (id, update, input, updateId) => {
      try {
        const view = await within(workerDeadlineMs, () => handleOf(id).executeUpdate(update, { args: [input], updateId }));
        return { kind: 'done', view };
      } catch (error) {
        if (isUpdateUnanswered(error)) return { kind: 'accepted' };
        // Whoever tells has looked before: it was there, and it closed in between.
        if (error instanceof Problem && error.kind === 'release.unknown')
          throw new Problem('release.wrongPhase', `release ${id} has just closed: it takes no messages`, { cause: error });
        throw error;
      }
    },

    ready: () =>
      within(probeDeadlineMs, async () => {
        await client.workflowService.describeNamespace({ namespace });
      }),

    close: () => connection.close(),
  };
}

/**
 * FAIL on a running release rather than USE_EXISTING: both never start a second one, and only FAIL tells the
 * caller's own release from one that was there before, at the same instant and without a race.
 */
function startOptions(order: ReleaseOrder) {
  const title = [order.service, order.model?.version, '→', order.environment].filter((part) => part !== undefined).join(' ');
  return {
    workflowId: order.releaseId,
    taskQueue: taskQueues.releases,
    args: [order],
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
    workflowIdConflictPolicy: 'FAIL' as const,
    memo: memoOf(order),
    typedSearchAttributes: attributesOf(order),
    staticSummary: summaryLine(`${title}: ${order.reason}`),
    staticDetails: detailsOf(order),
  };
}

const attributesOf = (order: ReleaseOrder): SearchAttributePair[] => [
  { key: searchAttributes.service, value: order.service },
  { key: searchAttributes.environment, value: order.environment },
  { key: searchAttributes.team, value: order.team },
  { key: searchAttributes.requester, value: order.requester.subject },
  { key: searchAttributes.phase, value: 'fetching' },
  { key: searchAttributes.weight, value: 0 },
];

/** Markdown for the Temporal UI: what was asked for, which never changes. */
function detailsOf(order: ReleaseOrder): string {
  const rows = [
    ['asked for by', order.requester.subject],
    ['why', order.reason],
    ['commit', `${order.source.commit} of ${order.source.repository}`],
    ['infrastructure', order.infrastructure?.stack.name],
    ['model', order.model && `${order.model.version} (${order.model.digest})`],
    ['back to', order.rollback && `${order.rollback.to}, incident ${order.rollback.incident}`],
    ['attempt', String(order.attempt)],
  ];
  return rows.flatMap(([label, value]) => (value === undefined ? [] : [`- **${label}**: ${value}`])).join('\n');
}

const statuses: Readonly<Partial<Record<WorkflowExecutionInfo['status']['name'], RunStatus>>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'canceled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed out',
};

function summaryOf(info: Omit<WorkflowExecutionInfo, 'raw'>): ReleaseSummary {
  const attributes = info.typedSearchAttributes;
  return {
    id: info.workflowId,
    service: attributes.get(searchAttributes.service) ?? '',
    environment: attributes.get(searchAttributes.environment) ?? '',
    team: attributes.get(searchAttributes.team) ?? '',
    requester: attributes.get(searchAttributes.requester) ?? '',
    status: statuses[info.status.name] ?? 'running',
    phase: attributes.get(searchAttributes.phase) ?? '',
    outcome: attributes.get(searchAttributes.outcome) ?? null,
    weightPercent: attributes.get(searchAttributes.weight) ?? 0,
    attention: attributes.get(searchAttributes.attention) ?? false,
    startedAt: info.startTime.toISOString(),
    closedAt: info.closeTime?.toISOString() ?? null,
  };
}

function descriptionOf(info: Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>): ReleaseDescription {
  const groups = info.memo?.['approverGroups'];
  const minutes = info.memo?.['mfaWithinMinutes'];
  return {
    ...summaryOf(info),
    approverGroups: Array.isArray(groups) ? groups.map(String) : [],
    mfaWithinMinutes: typeof minutes === 'number' ? minutes : null,
    historyLength: info.historyLength,
    heartbeats: (info.raw.pendingActivities ?? []).flatMap((activity) =>
      (activity.heartbeatDetails?.payloads ?? []).map((payload): unknown => defaultPayloadConverter.fromPayload(payload)),
    ),
  };
}
