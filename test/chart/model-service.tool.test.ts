/**
 * The chart model-service with the real Helm: what it renders (golden files, for a person to review), what its
 * schema refuses, what Checkov finds, what its init container does, and that a real API server takes it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppsV1Api, AutoscalingV2Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { checkov, clusterEnv, objectsOf, refusedBy, run } from '../support/chart.ts';

const chart = 'infra/helm/model-service';
const plimsollValues = join(chart, 'ci/values.yaml');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chart-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const template = (...args: readonly string[]) =>
  run('helm', ['template', 'fraud-scorer-a', chart, '--namespace', 'models', '--values', plimsollValues, ...args]);

async function render(...args: readonly string[]): Promise<string> {
  const answer = await template(...args);
  expect(answer).toMatchObject({ code: 0 });
  return answer.stdout;
}

const deploymentSchema = z.object({
  spec: z.object({
    replicas: z.number().optional(),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()), annotations: z.record(z.string(), z.string()) }),
      spec: z.object({ initContainers: z.array(z.object({ args: z.array(z.string()) })) }),
    }),
  }),
});
const deploymentIn = (manifests: string) => deploymentSchema.parse(objectsOf(manifests).find(({ kind }) => kind === 'Deployment'));

/** Name of the golden file → what is laid over Plimsoll's own values. */
const goldens: Readonly<Record<string, readonly string[]>> = {
  fixed: [],
  autoscaled: [
    '--set',
    'autoscaling.enabled=true,serviceAccount.annotations.eks\\.amazonaws\\.com/role-arn=arn:aws:iam::111122223333:role/fraud',
  ],
  parked: ['--set', 'autoscaling.enabled=true,standby=true'],
  local: ['--set-json', 'lab={"latency":{"medianMs":40,"tailShare":0.02,"tailMs":600},"errorPercent":0.5,"coldStartSeconds":5}'],
};

test.each(Object.entries(goldens))('%s: what it renders is what was reviewed', async (name, args) => {
  await expect(await render(...args)).toMatchFileSnapshot(`../golden/chart/${name}.yaml`);
});

test('it passes its own lint, strictly', async () => {
  expect(await run('helm', ['lint', '--strict', chart, '--values', plimsollValues])).toMatchObject({ code: 0 });
});

test('Checkov finds nothing in anything it renders', async () => {
  const rendered = Object.entries(goldens).map(async ([name, args]) => [name, await render(...args)] as const);
  const { results, summary } = await checkov(Object.fromEntries(await Promise.all(rendered)));
  expect(results).toEqual({ failed_checks: [], parsing_errors: [] });
  // A scanner that read nothing also finds nothing.
  expect(summary.passed).toBeGreaterThan(300);
});

describe('what it makes', () => {
  test('no Service and no route: Plimsoll owns both', async () => {
    const kinds = objectsOf(await render('--set', 'autoscaling.enabled=true')).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['Deployment', 'HorizontalPodAutoscaler', 'NetworkPolicy', 'PodDisruptionBudget', 'ServiceAccount']);
  });

  test('pods say which service, slot, release and version they are', async () => {
    expect(deploymentIn(await render()).spec.template.metadata.labels).toMatchObject({
      'plimsoll.dev/service': 'fraud-scorer',
      'plimsoll.dev/slot': 'a',
      'plimsoll.dev/release': 'fraud-scorer-production-0123456789ab',
      'plimsoll.dev/version': '2026.11.3',
    });
  });

  test('a version that looks like a number stays a text', async () => {
    const labels = deploymentIn(await render('--set-string', 'version=2026.10')).spec.template.metadata.labels;
    expect(labels['plimsoll.dev/version']).toBe('2026.10');
  });

  test('the number of pods is named, left to the autoscaler, or 0', async () => {
    expect(deploymentIn(await render('--set', 'replicas=3')).spec.replicas).toBe(3);
    expect(deploymentIn(await render('--set', 'autoscaling.enabled=true')).spec.replicas).toBeUndefined();
    const parked = await render('--set', 'autoscaling.enabled=true,standby=true');
    expect(deploymentIn(parked).spec.replicas).toBe(0);
    expect(objectsOf(parked).some(({ kind }) => kind === 'HorizontalPodAutoscaler')).toBe(false);
  });

  test('nothing of the lab is left when nothing of it is set', async () => {
    expect(await render()).not.toContain('lab.plimsoll.dev');
  });

  test.each([
    ['lab.mode=normal', undefined],
    ['lab.mode=never-ready', 'never-ready'],
    ['lab.mode=crash', 'crash'],
    ['lab.mode=slow', 'slow'],
    ['lab.coldStartSeconds=5', 'slow'],
    ['lab.coldStartSeconds=0', undefined],
    ['lab.mode=crash,lab.coldStartSeconds=5', 'crash'],
  ])('%s makes pods of mode %s', async (set, mode) => {
    expect(deploymentIn(await render('--set', set)).spec.template.metadata.labels['lab.plimsoll.dev/mode']).toBe(mode);
  });
});

const digest = `sha256:${'4'.repeat(64)}`;

test.each([
  ['an image by tag', 'image=example.com/fraud:latest', '/image'],
  ['an image by tag and digest', `image=example.com/fraud:7@${digest}x`, '/image'],
  ['a fetcher by tag', 'fetcher.image=amazon/aws-cli:2.37.0', '/fetcher/image'],
  ['a digest that is too short', 'artifact.digest=sha256:abc', '/artifact/digest'],
  ['an artifact that is not in S3', 'artifact.uri=https://example.com/model.skops', '/artifact/uri'],
  ['a third slot', 'slot=c', '/slot'],
  ['a misspelt key', 'replica=3', 'replica'],
  ['a misspelt key further in', 'lab.latency.median=3', '/lab/latency'],
  ['no service', 'service=', '/service'],
  ['a release that no label can hold', `release=${'r'.repeat(64)}`, '/release'],
  ['a privileged port', 'port=80', '/port'],
  ['an unknown way to start', 'lab.mode=sometimes', '/lab/mode'],
  ['more errors than requests', 'lab.errorPercent=101', '/lab/errorPercent'],
])('%s is refused, and the place is named', async (_, set, place) => {
  const { code, stderr } = await template('--set', set);
  expect(code).not.toBe(0);
  expect(stderr).toContain(place);
});

test('without what only Plimsoll knows, nothing is rendered', async () => {
  const { code, stderr } = await run('helm', ['template', 'fraud-scorer-a', chart]);
  expect(code).not.toBe(0);
  for (const missing of ['image', 'artifact', 'release']) expect(stderr).toContain(missing);
});

describe('the init container', () => {
  const model = 'weights';
  const right = `sha256:${createHash('sha256').update(model).digest('hex')}`;

  /** Runs the rendered script with a stand-in for the AWS CLI that writes its arguments down. */
  async function fetchArtifact(environment: Readonly<Record<string, string>>) {
    const [script] = deploymentIn(await render()).spec.template.spec.initContainers[0]?.args ?? [];
    const bin = await mkdtemp(join(folder, 'bin-'));
    await writeFile(join(bin, 'aws'), `#!/bin/sh\necho "$@" > ${bin}/asked\nfor last; do :; done\nprintf ${model} > "$last"\n`);
    await chmod(join(bin, 'aws'), 0o755);
    const modelPath = join(bin, 'model.skops');
    const answer = await run('/bin/sh', ['-c', script ?? ''], { PATH: `${bin}:/usr/bin:/bin`, MODEL_PATH: modelPath, ...environment });
    const text = (path: string) => readFile(path, 'utf8').catch(() => null);
    return {
      ...answer,
      model: await text(modelPath),
      part: await text(`${modelPath}.part`),
      asked: (await text(join(bin, 'asked')))?.split(' '),
    };
  }
  const artifact = { ARTIFACT_URI: 's3://acme-models/fraud/7/model.skops', ARTIFACT_DIGEST: right, ARTIFACT_VERSION_ID: 'v.1' };

  test('fetches exactly one version of exactly one object', async () => {
    const { code, model, asked } = await fetchArtifact(artifact);
    expect(code).toBe(0);
    expect(model).toBe('weights');
    expect(asked?.slice(0, 8)).toEqual([
      's3api',
      'get-object',
      '--bucket',
      'acme-models',
      '--key',
      'fraud/7/model.skops',
      '--version-id',
      'v.1',
    ]);
  });

  test('refuses to start when the digest differs, and leaves nothing to serve', async () => {
    const { code, stderr, model, part } = await fetchArtifact({ ...artifact, ARTIFACT_DIGEST: digest });
    expect(code).not.toBe(0);
    expect(stderr).toContain(`the artifact's digest is ${right}, approved was ${digest}`);
    expect([model, part]).toEqual([null, null]);
  });

  test('does without a version id where the bucket has none: the digest decides', async () => {
    const { code, asked } = await fetchArtifact({ ...artifact, ARTIFACT_VERSION_ID: '' });
    expect(code).toBe(0);
    expect(asked).not.toContain('--version-id');
  });

  test('refuses an address that is not S3', async () => {
    expect((await fetchArtifact({ ...artifact, ARTIFACT_URI: 'file:///etc/passwd' })).code).not.toBe(0);
  });
});

describe('on a real API server', () => {
  const namespace = `chart-${randomBytes(4).toString('hex')}`;
  const upgrade = (...args: readonly string[]) =>
    run(
      'helm',
      [
        'upgrade',
        '--install',
        'fraud-scorer-a',
        chart,
        '--namespace',
        namespace,
        '--create-namespace',
        '--reset-values',
        '--values',
        plimsollValues,
        ...args,
      ],
      clusterEnv(),
    );
  const kubeConfig = new KubeConfig();

  beforeAll(() => {
    kubeConfig.loadFromFile(clusterEnv().KUBECONFIG);
  });
  afterAll(async () => {
    await kubeConfig.makeApiClient(CoreV1Api).deleteNamespace({ name: namespace });
  });

  test.each(Object.entries(goldens))('%s: it knows every field, and would take every object', async (_, args) => {
    // A namespace that nothing of this name is in: what is there already would say how it may be changed.
    expect(await refusedBy(kubeConfig, 'default', await render(...args))).toEqual([]);
  });

  test('pods become ready, are parked with their autoscaler, and come back', async () => {
    const apps = kubeConfig.makeApiClient(AppsV1Api);
    const autoscalers = kubeConfig.makeApiClient(AutoscalingV2Api);
    const readyPods = async () => (await apps.readNamespacedDeployment({ namespace, name: 'fraud-scorer-a' })).status?.readyReplicas ?? 0;
    const patience = { timeout: 90_000, interval: 200 };

    for (const step of [
      { args: ['--set', 'autoscaling.enabled=true'], pods: 2, autoscalers: 1 },
      { args: ['--set', 'autoscaling.enabled=true,standby=true', '--force-conflicts'], pods: 0, autoscalers: 0 },
      { args: ['--set', 'replicas=1'], pods: 1, autoscalers: 0 },
    ]) {
      expect(await upgrade(...step.args)).toMatchObject({ code: 0 });
      await vi.waitFor(async () => expect(await readyPods()).toBe(step.pods), patience);
      expect((await autoscalers.listNamespacedHorizontalPodAutoscaler({ namespace })).items).toHaveLength(step.autoscalers);
    }
  });
});
