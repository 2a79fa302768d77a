/**
 * Each night: what has become a finding since it was released. What serves is scanned again, by tonight's scanners and
 * policies, and compared with what its release was judged by.
 *
 * A release never waits for the night's scan for long. One scan runs at a time, whatever there is to scan, so that no more
 * than one slot for tools is ever taken by it; and what stands in a queue for a slot stands behind every release there
 * (`unhurriedRun`). At most a release waits for the one scan that runs, where that was the last free slot.
 */
import { executeChild } from '@temporalio/workflow';
import type { Blob } from '../domain/blob.ts';
import type { ScanSummary } from '../domain/finding.ts';
import type { ReleaseOrder } from '../domain/order.ts';
import type { ReleaseRef } from '../domain/ports.ts';
import { notLooked, type PlaceLook } from '../domain/released/look.ts';
import { type Judgement, type LaterFinding, laterFindingKey, type RescanReport } from '../domain/released/rescan.ts';
import type { Serving } from '../domain/released/serving.ts';
import { chartValues } from '../domain/values.ts';
import { now } from './outbox.ts';
import { lookAtReleased, orUnknown } from './released.ts';
import { ledger, lookStepsOf, releasedLedger, rescanning } from './steps.ts';

export const rescan = (): Promise<RescanReport> =>
  lookAtReleased<LaterFinding>({
    looksAt: () => true,
    look: (one) =>
      executeChild(rescanRelease, { workflowId: `rescan/${one.place}`, args: [one], staticSummary: `Scan ${one.releaseId} again` }),
    keyOf: laterFindingKey,
    count: (found) => `${found} findings since release`,
    line: ({ place, severity, rule, address, message }) => `${place}, ${severity ?? 'denied'}: ${rule} at \`${address}\`: ${message}`,
    chain: 'rescans',
    kind: 'findingSince',
    append: (batch) =>
      releasedLedger.recordRescan.executeWithOptions({ summary: `Record ${batch.records.length} findings since release` }, [batch]),
    noticeOf: ({ found, ...told }) => ({ ...told, kind: 'finding since release', findings: found }),
  });

/** One part of one release. */
export const rescanRelease = (one: Serving): Promise<PlaceLook<LaterFinding>> => orUnknown(() => scannedAgain(one));

async function scannedAgain(one: Serving): Promise<PlaceLook<LaterFinding>> {
  const { releaseId } = one;
  const { order } = await ledger.readLastIntent.executeWithOptions({ summary: `What was ${releaseId}?` }, [{ releaseId }]);
  if (order === null) return notLooked(`the ledger has no order of ${releaseId}`);
  // What went back was judged by nobody but the release that brought it first.
  const judged = order.rollback?.to ?? releaseId;
  const judgement = await rescanning.readJudgement.executeWithOptions({ summary: 'By what was it judged?' }, [{ releaseId: judged }]);
  if (judgement === null) return notLooked(`the record of ${judged} does not say what was found: release it again`);
  const { service, environment, team } = order;
  const scanned = await scan(one, order, { releaseId, service, environment, team });
  return scanned.kind === 'refused' ? notLooked(scanned.because) : await compare(one, order, scanned, judgement);
}

interface Scanned {
  readonly kind: 'scanned';
  readonly scans: readonly ScanSummary[];
  /** What the chart rendered to. */
  readonly manifests?: Blob | undefined;
}
type Answer = Scanned | { readonly kind: 'refused'; readonly because: string };

async function scan({ part }: Serving, order: ReleaseOrder, release: ReleaseRef): Promise<Answer> {
  const { repository, refs, commit } = order.source;
  const source = await lookStepsOf(order.queues).source.fetchSource.executeWithOptions({ summary: `Fetch ${commit.slice(0, 12)}` }, [
    { release, repository, refs, commit },
  ]);
  if (source.kind === 'refused') return source;
  return part === 'infrastructure' ? await scanCode(order, release, source.archive) : await scanModel(order, release, source.archive);
}

async function scanCode({ infrastructure, gates, queues }: ReleaseOrder, release: ReleaseRef, archive: Blob): Promise<Answer> {
  if (infrastructure === undefined) return { kind: 'refused', because: `${release.releaseId} had no infrastructure` };
  const { scan: scanner, terraform } = lookStepsOf(queues);
  const root = { release, archive, stack: infrastructure.stack };
  return {
    kind: 'scanned',
    scans: [
      await terraform.checkAllowList.executeWithOptions({ summary: 'Providers, modules, provisioners' }, [{ ...root, gates }]),
      await scanner.scanCode.executeWithOptions({ summary: 'Checkov on the code' }, [root]),
      await scanner.scanCodeWithTfsec.executeWithOptions({ summary: 'tfsec on the code' }, [root]),
      await scanner.scanCodeWithTflint.executeWithOptions({ summary: 'tflint on the code' }, [root]),
    ],
  };
}

async function scanModel(order: ReleaseOrder, release: ReleaseRef, archive: Blob): Promise<Answer> {
  const { model, cluster, queues } = order;
  if (model === undefined) return { kind: 'refused', because: `${release.releaseId} had no model` };
  const { scan: scanner, chart } = lookStepsOf(queues);
  // No scanner judges the version id of the artifact; which bytes it has, its scan checks.
  const values = chartValues(order, 'a', archive, null);
  const rendered = await chart.renderChart.executeWithOptions({ summary: 'Render the chart' }, [
    { release, archive, chart: model.chart, cluster, values, slot: 'a' },
  ]);
  if (rendered.kind === 'refused') return rendered;
  const { manifests } = rendered;
  const { artifact, digest, version } = model;
  return {
    kind: 'scanned',
    manifests,
    scans: [
      await scanner.scanManifests.executeWithOptions({ summary: 'Checkov on the rendered chart' }, [{ release, manifests }]),
      await scanner.scanArtifact.executeWithOptions({ summary: `Scan the model ${version}` }, [{ release, artifact, digest }]),
    ],
  };
}

/** The gate merges what scanners say, and says what our own rules would deny; whether it would let it pass again is nobody's question. */
async function compare(
  { part, place, releaseId }: Serving,
  order: ReleaseOrder,
  { scans, manifests }: Scanned,
  judgement: Judgement,
): Promise<PlaceLook<LaterFinding>> {
  const ofPart = part === 'model' ? { ...order, infrastructure: undefined } : { ...order, model: undefined };
  const gate = await lookStepsOf(order.queues).policy.judgeRelease.executeWithOptions({ summary: 'Ask the policies of today' }, [
    { order: ofPart, stage: 'code', reports: scans.map(({ report }) => report), change: null, manifests, firstRelease: false, at: now() },
  ]);
  const malformed = gate.violations.find(({ code }) => code === 'input.malformed');
  if (malformed !== undefined) return notLooked(malformed.message);
  if (gate.findings === undefined) return notLooked('the worker that asked the policies kept no findings');
  const { findings, violations } = gate;
  const later = await rescanning.findLater.executeWithOptions({ summary: `What is new since ${releaseId}?` }, [
    { of: { place, release: releaseId }, findings, violations, judgement },
  ]);
  const unread = scans
    .filter(({ status }) => status === 'error' || status === 'incomplete')
    .map(({ tool, status }) => `${tool}: ${status}`);
  return { ...later, unknown: unread.length === 0 ? null : `not everything was read: ${unread.join(', ')}` };
}
