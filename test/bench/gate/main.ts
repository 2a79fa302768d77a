/**
 * `npm run bench:gate`: what the gate costs.
 *
 * 1. All scanners at once, as a release runs them before any credential exists, against the slowest of them alone: on
 *    the example's Terraform root, its model and our chart as it renders.
 * 2. One decision of OPA about a plan of a thousand resources, as a worker asks it: read from a store, sent, answered.
 *
 * Both are of real programs on this machine: other work on it makes both slower, and the ratio worse.
 */
import { createReadStream } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { S3Client } from '@aws-sdk/client-s3';
import { MockActivityEnvironment } from '@temporalio/testing';
import { create } from 'tar';
import { createScanActivities } from '../../../activities/scan/scan.ts';
import { runTool } from '../../../activities/tool/run-tool.ts';
import { createWorkspaces } from '../../../activities/tool/workspace.ts';
import { digestBytes } from '../../../domain/digest.ts';
import type { ScanSummary } from '../../../domain/finding.ts';
import { toolsPath } from '../../../infra/local/tools/paths.ts';
import { orderOf } from '../../support/builders.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { decisionSeconds, findings, resources } from './decision.ts';

/** Scanners take half a minute a round; three rounds tell a habit from an accident. */
const rounds = 3;
const targets = { scanRatio: 1.1, decisionSeconds: 0.25 };

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const seconds = (value: number) => `${value.toFixed(2)} s`;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

type Scanner = () => Promise<ScanSummary>;

async function scannersIn(folder: string): Promise<Readonly<Record<string, Scanner>>> {
  const store = createMemoryStore();
  const source = join(folder, 'source');
  await cp('examples/ml-platform', source, { recursive: true });
  await cp('infra/terraform/modules', join(source, 'infra/terraform/modules'), { recursive: true });
  const archive = await store.put(await buffer(create({ cwd: source }, ['.'])));
  const manifests = await store.put(await readFile('test/golden/chart/fixed.yaml'));
  const model = 'examples/ml-platform/models/fraud-scorer/2026.11.1/model.safetensors';
  // Stands in for the bucket: what is measured is the scan, not a download.
  const s3 = { send: async () => ({ Body: createReadStream(model) }) } as unknown as S3Client;
  const scan = createScanActivities({
    run: runTool,
    withWorkspace: createWorkspaces(join(folder, 'work')),
    store,
    s3,
    config: { path: toolsPath() },
  });
  const release = { releaseId: 'bench', service: 'fraud-scorer', environment: 'staging', team: 'risk' };
  const { infrastructure } = orderOf();
  if (infrastructure === undefined) throw new Error('the order has infrastructure');
  const root = { release, archive, stack: { ...infrastructure.stack, root: 'infra/terraform/environments/staging' } };
  const within =
    (step: () => Promise<ScanSummary>): Scanner =>
    () =>
      new MockActivityEnvironment().run(step);
  const artifact = { release, artifact: `s3://models/${model}`, digest: digestBytes(await readFile(model)) };
  return {
    'checkov code': within(() => scan.scanCode(root)),
    tfsec: within(() => scan.scanCodeWithTfsec(root)),
    tflint: within(() => scan.scanCodeWithTflint(root)),
    'checkov manifests': within(() => scan.scanManifests({ release, manifests })),
    modelscan: within(() => scan.scanArtifact(artifact)),
  };
}

async function measureScanners(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-gate-'));
  try {
    const scanners = await scannersIn(folder);
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const alone: [string, number][] = [];
      for (const [name, scan] of Object.entries(scanners)) alone.push([name, await timed(scan)]);
      const together = await timed(() => Promise.all(Object.values(scanners).map((scan) => scan())));
      const [slowest, longest] = alone.toSorted(([, a], [, b]) => b - a)[0] ?? ['', Number.NaN];
      ratios.push(together / longest);
      const each = alone.map(([name, taken]) => `${name} ${seconds(taken)}`).join(', ');
      console.log(`together ${seconds(together)}; alone: ${each}; ${(together / longest).toFixed(2)} × ${slowest}`);
    }
    report(
      'all scanners together',
      `${median(ratios).toFixed(2)} × the slowest alone`,
      median(ratios) <= targets.scanRatio,
      `${targets.scanRatio} ×`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureDecision(): Promise<void> {
  const taken = await decisionSeconds();
  const middle = median(taken);
  const what = `a decision about ${resources} resources and ${findings} findings`;
  report(
    what,
    `${Math.round(middle * 1000)} ms, median of ${taken.length}`,
    middle <= targets.decisionSeconds,
    `${targets.decisionSeconds * 1000} ms`,
  );
}

function report(what: string, measured: string, reached: boolean, target: string): void {
  console.log(`${what}: ${measured} (goal: at most ${target}${reached ? '' : ', not reached'})`);
}

await measureDecision();
await measureScanners();
