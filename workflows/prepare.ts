/** Phases 1 and 2: what would be released, and everything that can be said of it before any cloud credential exists. */

import { invariant } from '../domain/assert.ts';
import type { Blob } from '../domain/blob.ts';
import type { ScanSummary } from '../domain/finding.ts';
import type { ModelOrder } from '../domain/order.ts';
import { chartValues } from '../domain/values.ts';
import type { Ending } from './facts.ts';
import { isPatched } from './patches.ts';
import type { ReleaseRun } from './release-run.ts';

/** The commit has to be reachable from an allowed ref, and the artifact has to be the one that was asked for. */
export async function fetchSource(run: ReleaseRun): Promise<Ending | undefined> {
  const { order, ref, steps } = run;
  const { repository, refs, commit } = order.source;
  const { model } = order;
  const fetched = await run.interruptible(() =>
    Promise.all([
      steps.source.fetchSource.executeWithOptions({ summary: `Fetch ${commit.slice(0, 12)}` }, [
        { release: ref, repository, refs, commit },
      ]),
      model &&
        steps.source.checkArtifact.executeWithOptions({ summary: `Check the digest of ${model.version}` }, [
          { release: ref, artifact: model.artifact, digest: model.digest },
        ]),
    ]),
  );
  if (fetched.kind === 'interrupted') return run.abortion;
  const [source, artifact] = fetched.value;
  if (source.kind === 'refused') return { kind: 'blocked', reason: source.because };
  if (artifact?.kind === 'refused') return { kind: 'blocked', reason: artifact.because };
  run.facts.archive = source.archive;
  run.facts.authors = source.authors;
  run.facts.versionId = artifact?.versionId ?? null;
  run.record('fetched', { commit, archive: source.archive, authors: source.authors, artifact: artifact ?? null });
  return undefined;
}

/** Every scan at once: together they take as long as the slowest. */
export async function check(run: ReleaseRun): Promise<Ending | undefined> {
  const stopped = await run.proceed('checking');
  if (stopped !== undefined) return stopped;
  const { archive } = run.facts;
  invariant(archive !== undefined, 'checking follows fetching');
  const checked = await run.interruptible(async () =>
    (await Promise.all([checkInfrastructure(run, archive), checkModel(run, archive)])).flat(),
  );
  if (checked.kind === 'interrupted') return run.abortion;
  const scans = checked.value.filter((result): result is ScanSummary => !isEnding(result));
  run.facts.reports = scans.map(({ report }) => report);
  run.showScans(scans);
  return checked.value.find(isEnding);
}

const isEnding = (result: ScanSummary | Ending): result is Ending => 'kind' in result;

async function checkInfrastructure({ order, ref, steps }: ReleaseRun, archive: Blob): Promise<(ScanSummary | Ending)[]> {
  if (order.infrastructure === undefined) return [];
  const { stack, variables } = order.infrastructure;
  const root = { release: ref, archive, stack };
  return await Promise.all([
    steps.terraform.checkFormat.executeWithOptions({ summary: 'terraform fmt' }, [root]),
    steps.terraform.validateRoot.executeWithOptions({ summary: 'terraform validate' }, [{ ...root, variables, gates: order.gates }]),
    steps.terraform.checkAllowList.executeWithOptions({ summary: 'Providers, modules, provisioners' }, [{ ...root, gates: order.gates }]),
    steps.scan.scanCode.executeWithOptions({ summary: 'Checkov on the code' }, [root]),
    steps.scan.scanCodeWithTfsec.executeWithOptions({ summary: 'tfsec on the code' }, [root]),
    ...(isPatched('tflint looks at the code')
      ? [steps.scan.scanCodeWithTflint.executeWithOptions({ summary: 'tflint on the code' }, [root])]
      : []),
  ]);
}

async function checkModel(run: ReleaseRun, archive: Blob): Promise<(ScanSummary | Ending)[]> {
  const { model } = run.order;
  if (model === undefined) return [];
  const { artifact, digest, version } = model;
  return await Promise.all([
    run.steps.scan.scanArtifact.executeWithOptions({ summary: `Scan the model ${version}` }, [{ release: run.ref, artifact, digest }]),
    checkChart(run, archive, model),
  ]);
}

async function checkChart({ order, ref, steps, facts }: ReleaseRun, archive: Blob, { chart }: ModelOrder): Promise<ScanSummary | Ending> {
  // Which slot it will be is not known before the lane; both render alike but for the name.
  const values = chartValues(order, 'a', archive, facts.versionId ?? null);
  const rendered = await steps.chart.renderChart.executeWithOptions({ summary: 'Render the chart' }, [
    { release: ref, archive, chart, cluster: order.cluster, values, slot: 'a' },
  ]);
  if (rendered.kind === 'refused') return { kind: 'blocked', reason: rendered.because };
  facts.chartDigest = rendered.chartDigest;
  facts.manifests = rendered.manifests;
  return await steps.scan.scanManifests.executeWithOptions({ summary: 'Checkov on the rendered chart' }, [
    { release: ref, manifests: rendered.manifests },
  ]);
}
