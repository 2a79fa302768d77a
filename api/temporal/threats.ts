/** Findings of GuardDuty from Temporal's lists: the workflow of each has what it is, and whom it reached, in its memo. */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { z } from 'zod';
import { type ListedThreat, threatMemo } from '../../domain/threats/listed.ts';
import { findingWorkflow } from '../../domain/threats/told.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';

export interface ThreatPage {
  readonly threats: readonly ListedThreat[];
  readonly nextPageToken: string | null;
}

export interface ThreatGateway {
  /** The newest first. `incidents`: only those that are one of some release. */
  list(incidents: boolean, pageSize: number, pageToken: string | undefined): Promise<ThreatPage>;
}

export type ListPage = (
  query: string,
  pageSize: number,
  pageToken: string | undefined,
) => Promise<{ readonly infos: readonly Omit<WorkflowExecutionInfo, 'raw'>[]; readonly nextPageToken: string | null }>;

const reached = z.object({
  releaseId: z.string(),
  service: z.string(),
  environment: z.string(),
  team: z.string(),
  state: z.enum(['told', 'incident', 'noted', 'gone']),
});
const memo = z.object({
  [threatMemo]: z.object({
    id: z.string(),
    type: z.string(),
    title: z.string(),
    severity: z.number(),
    account: z.string(),
    region: z.string(),
    updatedAt: z.string(),
    lastSeenAt: z.string(),
    count: z.number(),
    sample: z.boolean(),
    releases: z.array(reached),
    moreReleases: z.number(),
  }) satisfies z.ZodType<ListedThreat>,
});

export const createThreatGateway = (listPage: ListPage): ThreatGateway => ({
  async list(incidents, pageSize, pageToken) {
    const only = incidents ? ` AND ${searchAttributes.attention.name} = true` : '';
    const { infos, nextPageToken } = await listPage(`WorkflowType = '${findingWorkflow.type}'${only}`, pageSize, pageToken);
    return { threats: infos.flatMap(threatIn), nextPageToken };
  },
});

/** One from before they were listed has nothing to show; its record has everything. */
function threatIn(info: Pick<WorkflowExecutionInfo, 'memo'>): readonly ListedThreat[] {
  const parsed = memo.safeParse(info.memo);
  return parsed.success ? [parsed.data[threatMemo]] : [];
}
