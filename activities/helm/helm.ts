/**
 * Helm, one release a slot: renders a chart, puts a version into a slot, parks and empties the slot. Never
 * waits for pods, never touches Services or the route. An operation whose owner may still be alive is left
 * alone (`helm.busy`); one whose owner is dead is brought to an end first.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { Blob } from '../../domain/blob.ts';
import type { ChartSource } from '../../domain/catalog.ts';
import type { Digest } from '../../domain/digest.ts';
import type { HelmPort, Refusal } from '../../domain/ports.ts';
import { failure } from '../failure.ts';
import { unpack } from '../tool/archive.ts';
import { connect } from '../tool/cluster.ts';
import { parseJson } from '../tool/output.ts';
import type { RunTool } from '../tool/run-tool.ts';
import type { BlobStore } from '../tool/store.ts';
import type { WithWorkspace } from '../tool/workspace.ts';
import { type ChartOnDisk, type HelmTarget, helmReleaseOf, lintArguments, templateArguments, upgradeArguments } from './arguments.ts';
import { findChart } from './chart.ts';
import { createHelm, type Helm, type HelmConfig } from './command.ts';
import { abandonedSeconds } from './holder.ts';
import { createLeases, type SlotRef, type WithLease } from './lease.ts';
import { newestOf, type Revision, recoveryFor } from './pending.ts';
import { sentenceOf } from './sentence.ts';
import { overlayFor, releaseLabel, shortNameOf, storedValues, valuesLabel } from './values.ts';

export interface HelmDependencies {
  readonly run: RunTool;
  readonly withWorkspace: WithWorkspace;
  readonly store: BlobStore;
  readonly config: HelmConfig;
  readonly withLease?: WithLease;
}

interface Prepared extends ChartOnDisk {
  readonly kind: 'prepared';
  readonly digest: Digest;
  /** Of everything that decides what Helm would render. */
  readonly shortName: string;
}

const upgraded = z.object({ version: z.int() });

export function createHelmActivities({
  run,
  withWorkspace,
  store,
  config,
  withLease = createLeases({ kubeconfig: config.kubeconfig }),
}: HelmDependencies): HelmPort {
  /** The chart on disk, and the overlay as the last of its values files: later files win. */
  const prepare = async (
    workspace: string,
    source: { readonly archive: Blob; readonly chart: ChartSource },
    environment: string,
    overlay: unknown,
  ): Promise<Prepared | Refusal> => {
    const folder = join(workspace, 'source');
    await mkdir(folder);
    await unpack(store, source.archive, folder);
    const chart = await findChart(folder, source.chart, environment);
    if (chart.kind === 'refused') return chart;
    const overlayFile = join(workspace, 'plimsoll.json');
    await writeFile(overlayFile, JSON.stringify(overlay), { mode: 0o600 });
    return {
      kind: 'prepared',
      folder: chart.folder,
      valuesFiles: [...chart.valuesFiles, overlayFile],
      digest: chart.digest,
      shortName: shortNameOf(chart.digest, [...chart.valuesTexts, JSON.stringify(overlay)]),
    };
  };

  /** What every change of a slot begins with: the lease, and certainty that nobody else is at work. */
  const change = <T>(
    slot: SlotRef,
    workspace: string,
    work: (helm: Helm, target: HelmTarget, history: readonly Revision[]) => Promise<T>,
  ) =>
    withLease(slot, async (held) => {
      const helm = createHelm(run, config, workspace, held.env);
      const target = {
        name: helmReleaseOf(slot.release.service, slot.slot),
        namespace: slot.cluster.namespace,
        context: connect(config.kubeconfig, slot.cluster.name).context,
      };
      const history = await helm.history(target);
      if (!held.inherited) refuseYoung(target, history);
      return work(helm, target, history);
    });

  return {
    renderChart: (input) =>
      withWorkspace(input.release.releaseId, async (workspace) => {
        const chart = await prepare(workspace, input, input.release.environment, overlayFor(input));
        if (chart.kind === 'refused') return chart;
        const helm = createHelm(run, config, workspace);
        const { namespace } = input.cluster;
        const lint = await helm.ask(lintArguments(chart, namespace));
        if (lint.exitCode !== 0) return { kind: 'refused', because: sentenceOf(lint.stdout || lint.stderr, workspace) };
        const rendered = await helm.ask(templateArguments(chart, helmReleaseOf(input.release.service, input.slot), namespace));
        if (rendered.exitCode !== 0) return { kind: 'refused', because: sentenceOf(rendered.stderr, workspace) };
        return { kind: 'rendered', manifests: await store.put(Buffer.from(rendered.stdout)), chartDigest: chart.digest };
      }),

    deploySlot: (input) =>
      withWorkspace(input.release.releaseId, async (workspace) => {
        const chart = await prepare(workspace, input, input.release.environment, overlayFor(input));
        if (chart.kind === 'refused') throw failure('helm.failed', chart.because);
        const labels = { [releaseLabel]: input.release.releaseId, [valuesLabel]: chart.shortName };
        return change(input, workspace, async (helm, target, history) => {
          const newest = await settle(helm, target, history);
          if (newest?.status === 'deployed' && includes(await helm.labels(target), labels)) return { revision: newest.revision };
          const stdout = await helm.must(upgradeArguments(target, chart, labels));
          return { revision: parseJson(upgraded, stdout, 'helm upgrade').version };
        });
      }),

    // Helm uninstalls out of every pending state, so nothing has to be recovered first.
    emptySlot: (input) =>
      withWorkspace(input.release.releaseId, (workspace) =>
        change(input, workspace, async (helm, target) => void (await helm.uninstall(target))),
      ),

    parkSlot: (input) =>
      withWorkspace(input.release.releaseId, (workspace) =>
        change(input, workspace, async (helm, target, history) => {
          const newest = await settle(helm, target, history);
          if (newest === null) return;
          const values = await helm.values(target, storedValues);
          if (values.standby === true && newest.status === 'deployed') return;
          const { archive, chart: source } = values.plimsoll;
          // The stored values are already the sum of the repository's files.
          const chart = await prepare(workspace, { archive, chart: { ...source, values: [] } }, '', { ...values, standby: true });
          if (chart.kind === 'refused') throw failure('helm.failed', chart.because);
          // The label of the release stays, since Helm merges labels: it is still that release's version.
          await helm.must(upgradeArguments(target, chart, { [valuesLabel]: chart.shortName }));
        }),
      ),
  };
}

/**
 * A pending release under a lease that nobody held before: perhaps a person's Helm is at work. Its owner cannot
 * be asked, only waited for.
 */
function refuseYoung({ name }: HelmTarget, history: readonly Revision[]): void {
  const newest = newestOf(history);
  if (newest === null || recoveryFor(history).kind === 'none') return;
  const secondsOld = (Date.now() - Date.parse(newest.updated)) / 1000;
  if (!(secondsOld > abandonedSeconds)) throw failure('helm.busy', `${name} is ${newest.status}, by somebody who holds no lease`);
}

/** Ends what a dead owner left half done. Answers the newest revision as it is afterwards. */
async function settle(helm: Helm, target: HelmTarget, history: readonly Revision[]): Promise<Revision | null> {
  const recovery = recoveryFor(history);
  if (recovery.kind === 'none') return newestOf(history);
  Context.current().log.warn('a pending Helm release is recovered', { name: target.name, status: newestOf(history)?.status, recovery });
  if (recovery.kind === 'uninstall') await helm.uninstall(target);
  else await helm.rollBack(target, recovery.to);
  return newestOf(await helm.history(target));
}

const includes = (labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>) =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);
