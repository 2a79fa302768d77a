/**
 * Which releases a finding may be about: open ones from Temporal's lists, where each has what a finding can name in its
 * memo, and what serves from the ledger. Whether it is about one, and what that means, is the release's own business.
 */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { z } from 'zod';
import { isDigest } from '../../domain/digest.ts';
import type { Ended } from '../../domain/ledger/ended.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import { type Footprint, footprintOf, mayConcern } from '../../domain/threats/concern.ts';
import type { Threat } from '../../domain/threats/finding.ts';
import type { DetectionPort } from '../../domain/threats/ports.ts';
import type { Concerned } from '../../domain/threats/told.ts';
import { failure } from '../failure.ts';
import { attributeOf, listedNotices } from '../tool/listed.ts';

/** About 15 KiB of an answer, where each environment tells a few places; a message holds 32. */
const concernedMax = 50;

const digest = z.custom<NonNullable<Footprint['image']>>((value) => typeof value === 'string' && isDigest(value));
const footprint = z.object({
  service: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  image: digest.nullable(),
  buckets: z.array(z.string()),
}) satisfies z.ZodType<Footprint>;
const memo = z.object({ footprint, notices: listedNotices.default([]) });

export function createDetectionActivities({
  client,
  serving,
  pageMax = concernedMax,
}: {
  readonly client: Client;
  /** What serves now: releases that have ended, each once. */
  readonly serving: () => Promise<readonly Ended[]>;
  readonly pageMax?: number;
}): DetectionPort {
  return {
    async findConcerned({ threat, after }) {
      const { state, releaseId } = typeof after === 'object' ? after : nobody;
      // Also asked for first, since one that ends in between has its name in the ledger by then.
      const open = inOrder((await openReleases(client)).flatMap((run) => concernedBy(threat, run)));
      const left = state === 'serves' ? [] : open.filter((one) => one.releaseId > releaseId);
      // Whoever may have traffic does not wait for a look at everything that serves.
      if (left.length > 0) return withMore(left.slice(0, pageMax));
      const isOpen = new Set(open.map((one) => one.releaseId));
      const served = inOrder((await serving()).flatMap(({ order }) => servedBy(threat, order)));
      const rest = served.filter((one) => !isOpen.has(one.releaseId) && (state !== 'serves' || one.releaseId > releaseId));
      return rest.length > pageMax ? withMore(rest.slice(0, pageMax)) : rest;
    },
  };
}

const nobody = { state: 'open', releaseId: '' } satisfies Pick<Concerned, 'state' | 'releaseId'>;

const inOrder = (concerned: readonly Concerned[]): readonly Concerned[] =>
  concerned.toSorted((a, b) => (a.releaseId < b.releaseId ? -1 : 1));

const withMore = (page: readonly Concerned[]): readonly Concerned[] =>
  page.map((one, index) => (index === page.length - 1 ? { ...one, more: true } : one));

async function openReleases(client: Client): Promise<readonly WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  try {
    for await (const run of client.workflow.list({ query: "WorkflowType = 'release' AND ExecutionStatus = 'Running'" })) found.push(run);
  } catch (error) {
    throw failure('temporal.unreachable', `Temporal did not answer: ${error instanceof Error ? error.name : 'unknown'}`);
  }
  return found;
}

function servedBy(threat: Threat, order: ReleaseOrder): readonly Concerned[] {
  const { releaseId, service, environment, team, notices = [] } = order;
  return mayConcern(threat, releaseId, footprintOf(order)) ? [{ releaseId, service, environment, team, state: 'serves', notices }] : [];
}

/** One from before releases said what they have decides itself. */
function concernedBy(threat: Threat, run: WorkflowExecutionInfo): readonly Concerned[] {
  const parsed = memo.safeParse(run.memo);
  if (parsed.success && !mayConcern(threat, run.workflowId, parsed.data.footprint)) return [];
  return [
    {
      releaseId: run.workflowId,
      service: attributeOf(run, 'ReleaseService'),
      environment: attributeOf(run, 'ReleaseEnvironment'),
      team: attributeOf(run, 'ReleaseTeam'),
      state: phaseOf(run) === 'finishing' ? 'promoted' : 'open',
      notices: parsed.success ? parsed.data.notices : [],
    },
  ];
}

const phaseOf = (run: WorkflowExecutionInfo): string => attributeOf(run, 'ReleasePhase');
