/**
 * Each hour: what of a stack is not as it was released. The commit that is there is planned again with its variables, under
 * the role that only reads and without a lock, so that a look neither changes anything nor stands in a release's way; like
 * the night's scans it runs behind what releases ask for (`unhurriedRun`), one stack after the other.
 *
 * A stack that a release has in hand is left for the next look, and so is one that a release took in hand meanwhile: what
 * the plan would change then may be that release's.
 */
import { executeChild } from '@temporalio/workflow';
import type { ReleaseOrder } from '../domain/order.ts';
import { type Drift, type DriftReport, driftIn, driftKey, leftBy } from '../domain/released/drift.ts';
import { notLooked, type PlaceLook } from '../domain/released/look.ts';
import type { Serving, Successors } from '../domain/released/serving.ts';
import { lookAtReleased, orUnknown } from './released.ts';
import { ledger, lookStepsOf, releasedLedger, serving } from './steps.ts';

export const drift = (): Promise<DriftReport> =>
  lookAtReleased<Drift>({
    looksAt: ({ part }) => part === 'infrastructure',
    look: (one) =>
      executeChild(driftOfStack, { workflowId: `drift/${one.place}`, args: [one], staticSummary: `Plan ${one.releaseId} again` }),
    keyOf: driftKey,
    count: (found) => `${found} drifted`,
    line: ({ place, address, action }) => `${place}: ${action} \`${address}\``,
    chain: 'drifts',
    kind: 'driftFound',
    append: (batch) =>
      releasedLedger.recordDrift.executeWithOptions({ summary: `Record ${batch.records.length} that have drifted` }, [batch]),
    noticeOf: ({ found, ...told }) => ({ ...told, kind: 'drift', drifts: found }),
  });

/** One stack. */
export const driftOfStack = (one: Serving): Promise<PlaceLook<Drift>> => orUnknown(() => plannedAgain(one));

async function plannedAgain(one: Serving): Promise<PlaceLook<Drift>> {
  const before = await successorsOf(one, 'Does a release have it in hand?');
  const standing = await whatStands(one, before);
  if (standing.kind === 'unknown') return notLooked(standing.because);
  const { order } = standing;
  const { infrastructure, releaseId, service, environment, team, aws, queues, source } = order;
  if (infrastructure === undefined) return notLooked(`${releaseId} had no infrastructure`);
  const release = { releaseId, service, environment, team };
  const { repository, refs, commit } = source;
  const steps = lookStepsOf(queues);
  const fetched = await steps.source.fetchSource.executeWithOptions({ summary: `Fetch ${commit.slice(0, 12)}` }, [
    { release, repository, refs, commit },
  ]);
  if (fetched.kind === 'refused') return notLooked(fetched.because);
  const { stack, variables } = infrastructure;
  const plan = await steps.terraform.planSpeculative.executeWithOptions({ summary: 'terraform plan, read-only' }, [
    { release, archive: fetched.archive, stack, variables, aws, requester },
  ]);
  const after = await successorsOf(one, 'And meanwhile?');
  const [meanwhile] = [...after.open, ...after.ended].filter((id) => !before.ended.includes(id));
  if (meanwhile !== undefined) return notLooked(`${meanwhile} took it in hand meanwhile`);
  return { ...driftIn(plan, { place: one.place, release: releaseId }), unknown: null };
}

/** Nobody asks for a look: it is nobody's word that its calls in AWS carry. */
const requester = { subject: 'plimsoll', kind: 'machine' } as const;

const successorsOf = (one: Serving, summary: string): Promise<Successors> =>
  serving.findSuccessors.executeWithOptions({ summary }, [{ serving: one }]);

type Standing = { readonly kind: 'stands'; readonly order: ReleaseOrder } | { readonly kind: 'unknown'; readonly because: string };

/** The commit that is there: the released one, or that of a later release whose change stayed though the rest was taken back. */
async function whatStands({ releaseId, stack }: Serving, { open, ended }: Successors): Promise<Standing> {
  const [inHand] = open;
  if (inHand !== undefined) return { kind: 'unknown', because: `${inHand} has it in hand` };
  for (const later of ended) {
    const { order, intent } = await ledger.readLastIntent.executeWithOptions({ summary: `What did ${later} leave?` }, [
      { releaseId: later },
    ]);
    const left = leftBy(intent);
    if (left === 'unknown') return { kind: 'unknown', because: `how far ${later} got is not known: release ${stack} again` };
    if (left === 'applied' && order !== null) return { kind: 'stands', order };
  }
  const { order } = await ledger.readLastIntent.executeWithOptions({ summary: `What was ${releaseId}?` }, [{ releaseId }]);
  return order === null ? { kind: 'unknown', because: `the ledger has no order of ${releaseId}` } : { kind: 'stands', order };
}
