/** What serves, for looks at what was released: places, what is found at each, and what cannot be looked at. */
import { digestText } from '../../domain/digest.ts';
import type { ScanSummary } from '../../domain/finding.ts';
import type { NoticeTarget } from '../../domain/notice.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import type { AllPorts, PlanResult, ReleaseRef } from '../../domain/ports.ts';
import type { Intent } from '../../domain/record.ts';
import type { LaterFinding } from '../../domain/released/rescan.ts';
import { type Part, placeOf, type Serving, type Successors } from '../../domain/released/serving.ts';
import { taskQueues } from '../../workflows/messages.ts';
import { orderOf } from './builders.ts';
import { blob } from './scripted-world.ts';

const nothingToDo = { addresses: [], actions: [], counts: { create: 0, update: 0, delete: 0, replace: 0 } };

const planOf = (change: ReleasedWorld['plan']): PlanResult => ({
  ...change,
  changeDigest: digestText('change'),
  lineage: 'lineage',
  serial: 1,
  moduleLockDigest: digestText('modules'),
  variablesDigest: digestText('variables'),
  change: blob('change'),
  planJson: blob('plan'),
});

export class ReleasedWorld {
  serving: readonly Serving[] = [];
  /** By place. */
  readonly later = new Map<string, readonly LaterFinding[]>();
  /** Releases whose source is not there any more. */
  readonly gone = new Set<string>();
  /** Tools that do not read everything. */
  readonly unread = new Set<string>();
  /** Of each time that somebody asks; afterwards there are none. */
  readonly successors: Successors[] = [];
  /** What a plan would still change. */
  plan: Pick<PlanResult, 'addresses' | 'actions' | 'counts'> = nothingToDo;
  /** By release: what it was about to do last. */
  readonly intents = new Map<string, Intent>();
  /** Of each call, in order: what of which release. */
  readonly calls: string[] = [];

  /** Every tool is asked on one queue, so that one worker answers all. */
  orderOf = (releaseId: string): ReleaseOrder => orderOf({ releaseId, queues: { tools: taskQueues.control, watch: taskQueues.control } });

  activities(): Partial<AllPorts> {
    const scan =
      (name: string, tool: string) =>
      async ({ release: { releaseId } }: { readonly release: ReleaseRef }): Promise<ScanSummary> => {
        this.calls.push(`${name} ${releaseId}`);
        const status = this.unread.has(tool) ? 'incomplete' : 'pass';
        return { tool, toolVersion: '1', status, counts: {}, worst: [], report: blob(tool) };
      };
    return {
      // Pages of two.
      findServing: async ({ after = '' }) => {
        const left = this.serving.filter(({ place }) => place > after);
        return left.slice(0, 2).map((one, index) => (index === 1 && left.length > 2 ? { ...one, more: true } : one));
      },
      readLastIntent: async ({ releaseId }) => ({
        nextSequence: 9,
        order: this.orderOf(releaseId),
        intent: this.intents.get(releaseId) ?? null,
        closed: true,
        head: null,
      }),
      readJudgement: async ({ releaseId }) => ({ findings: blob(releaseId), waived: [] }),
      fetchSource: async ({ release: { releaseId } }) =>
        this.gone.has(releaseId)
          ? { kind: 'refused', because: 'the commit is gone' }
          : { kind: 'fetched', archive: blob(releaseId), authors: [] },
      checkAllowList: scan('checkAllowList', 'plimsoll'),
      scanCode: scan('scanCode', 'checkov code'),
      scanCodeWithTfsec: scan('scanCodeWithTfsec', 'tfsec'),
      scanCodeWithTflint: scan('scanCodeWithTflint', 'tflint'),
      scanManifests: scan('scanManifests', 'checkov manifests'),
      scanArtifact: scan('scanArtifact', 'modelscan'),
      renderChart: async () => ({ kind: 'rendered', manifests: blob('manifests'), chartDigest: digestText('chart') }),
      judgeRelease: async ({ order, reports, stage }) => {
        this.calls.push(`judgeRelease ${order.releaseId} ${stage} ${reports.length}`);
        return {
          kind: 'allow',
          violations: [],
          because: [],
          policyDigest: digestText('policies'),
          findings: blob('tonight'),
          findingsDigest: digestText('findings'),
          findingsCount: 0,
        };
      },
      findSuccessors: async () => this.successors.shift() ?? { open: [], ended: [] },
      planSpeculative: async ({ release: { releaseId }, requester }) => {
        this.calls.push(`planSpeculative ${releaseId} for ${requester.subject}`);
        return planOf(this.plan);
      },
      findLater: async ({ of: { place } }) => ({ found: this.later.get(place) ?? [], more: 0 }),
    };
  }
}

export function servingOf(environment: string, part: Part, name: string, notices: readonly NoticeTarget[] = []): Serving {
  const stack = part === 'infrastructure' ? name : null;
  const service = part === 'model' ? name : 'fraud-scorer';
  return {
    releaseId: `${name}-${environment}`,
    service,
    environment,
    team: 'risk',
    part,
    stack,
    place: placeOf({ environment, service, part, stack }),
    since: '2026-11-27T12:00:00.000Z',
    notices,
  };
}
