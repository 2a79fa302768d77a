/**
 * The lab on a real Kubernetes API: two hand-made Deployments, a route with weights, and what is then true in the
 * route's status and in the traffic. In a namespace of its own, so that a stack's own lab takes no part.
 */
import { randomBytes } from 'node:crypto';
import { AppsV1Api, CoreV1Api, CustomObjectsApi, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type Lab, startLab } from './lab.ts';

const namespace = `lab-${randomBytes(4).toString('hex')}`;
const hostname = 'fraud.example.com';
const routes = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes', namespace };
/** A pod is ready after some 100 ms; a machine that compiles meanwhile takes its time. */
const patience = { timeout: 60_000, interval: 50 };

const kubeConfig = new KubeConfig();
let core: CoreV1Api;
let apps: AppsV1Api;
let custom: CustomObjectsApi;
let lab: Lab;

beforeAll(async () => {
  const kubeconfig = process.env['KUBECONFIG'] ?? '';
  kubeConfig.loadFromFile(kubeconfig);
  core = kubeConfig.makeApiClient(CoreV1Api);
  apps = kubeConfig.makeApiClient(AppsV1Api);
  custom = kubeConfig.makeApiClient(CustomObjectsApi);
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  lab = await startLab({ kubeconfig, namespace, gatewayPort: 0, labPort: 0, rps: 0, log: pino({ level: 'silent' }) });
  await vi.waitFor(async () => {
    if (!(await ask('/readyz')).ok) throw new Error('the lab is not ready');
  }, patience);
  for (const slot of ['a', 'b'] as const) {
    await core.createNamespacedService({ namespace, body: serviceOf(slot) });
    await apps.createNamespacedDeployment({ namespace, body: deploymentOf(slot) });
  }
});

afterAll(async () => {
  await lab.stop();
  await core.deleteNamespace({ name: namespace });
});

test('a route with weights 75 and 25 is accepted, and the traffic follows it', async () => {
  await vi.waitFor(async () => expect(await targets()).toHaveLength(3), patience);

  const generation = await setWeights(75, 25);
  await vi.waitFor(async () => expect(await readConditions()).toEqual(acceptedAt(generation)), patience);

  const answers = await predictMany(1000);
  const fromB = answers.filter(({ version }) => version === 'version-b').length;
  // 1000 requests at 25 %: 14 is one standard deviation; the gateway's seed makes it the same every time.
  expect(fromB).toBeGreaterThan(200);
  expect(fromB).toBeLessThan(300);
});

test('as soon as a new weight is accepted, not one request goes the old way', async () => {
  for (const [a, b, only] of [
    [0, 100, 'version-b'],
    [100, 0, 'version-a'],
  ] as const) {
    const generation = await setWeights(a, b);
    await vi.waitFor(async () => expect(await readConditions()).toEqual(acceptedAt(generation)), { ...patience, interval: 5 });
    const answers = await predictMany(50);
    expect(new Set(answers.map(({ version }) => version))).toEqual(new Set([only]));
  }
});

test('a route to a Service that is not there says so', async () => {
  const generation = await setWeights(100, 0, 'missing');
  await vi.waitFor(
    async () =>
      expect(await readConditions()).toEqual([
        { type: 'Accepted', status: 'True', reason: 'Accepted', observedGeneration: generation },
        { type: 'ResolvedRefs', status: 'False', reason: 'BackendNotFound', observedGeneration: generation },
      ]),
    patience,
  );
  await setWeights(100, 0);
});

test('the load keeps its rate by itself, and nobody with weight means 503', async () => {
  const generation = await setWeights(0, 0);
  await vi.waitFor(async () => expect(await readConditions()).toEqual(acceptedAt(generation)), patience);
  await ask('/load', { method: 'PUT', body: JSON.stringify({ rps: 100 }) });
  await vi.waitFor(
    async () =>
      expect(await (await ask('/metrics')).text()).toMatch(/lab_gateway_requests_total\{route="fraud",backend="none",status="503"\} [1-9]/),
    patience,
  );
  await ask('/load', { method: 'PUT', body: JSON.stringify({ rps: 0 }) });
});

test('pods that go take their servers and their targets with them', async () => {
  await apps.deleteNamespacedDeployment({ namespace, name: 'fraud-a' });
  await vi.waitFor(async () => expect(new Set((await targets()).map(({ labels }) => labels.slot))).toEqual(new Set(['b'])), patience);
});

const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${lab.labPort}${path}`, init);

const targetsSchema = z.array(z.object({ targets: z.array(z.string()), labels: z.object({ slot: z.string(), version: z.string() }) }));
const targets = async () => targetsSchema.parse(await (await ask('/targets')).json());

const answerSchema = z.object({ version: z.string(), prediction: z.number() });

/** Twenty at a time: the pods' 5 ms would otherwise take their time a thousand times. */
async function predictMany(count: number): Promise<z.infer<typeof answerSchema>[]> {
  const answers: z.infer<typeof answerSchema>[] = [];
  const atATime = 20;
  const client = async () => {
    for (let asked = 0; asked < count / atATime; asked += 1) answers.push(answerSchema.parse(await predict()));
  };
  await Promise.all(Array.from({ length: atATime }, client));
  return answers;
}

/** By node:http: fetch does not let a caller say the host. */
async function predict(): Promise<unknown> {
  const { request } = await import('node:http');
  return await new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port: lab.gatewayPort, method: 'POST', path: '/predict', headers: { host: hostname } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('end', () => resolve(JSON.parse(text)));
      },
    );
    asked.once('error', reject);
    asked.end('{}');
  });
}

const generationSchema = z.object({ metadata: z.object({ generation: z.number() }) });

async function setWeights(a: number, b: number, serviceOfB = 'fraud-b'): Promise<number> {
  const body = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'fraud', namespace },
    spec: {
      parentRefs: [{ name: 'models' }],
      hostnames: [hostname],
      rules: [
        {
          backendRefs: [
            { name: 'fraud-a', port: 8080, weight: a },
            { name: serviceOfB, port: 8080, weight: b },
          ],
        },
      ],
    },
  };
  const applied: unknown = await custom.patchNamespacedCustomObject(
    { ...routes, name: 'fraud', body, fieldManager: 'test', force: true },
    setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
  );
  return generationSchema.parse(applied).metadata.generation;
}

const conditionSchema = z.object({ type: z.string(), status: z.string(), reason: z.string(), observedGeneration: z.number() });
const statusSchema = z.object({
  status: z.object({
    parents: z.array(z.object({ controllerName: z.literal('lab.plimsoll.dev/gateway'), conditions: z.array(conditionSchema) })),
  }),
});

async function readConditions(): Promise<z.infer<typeof conditionSchema>[]> {
  const read = statusSchema.parse(await custom.getNamespacedCustomObject({ ...routes, name: 'fraud' }));
  return read.status.parents[0]?.conditions ?? [];
}

const acceptedAt = (observedGeneration: number) => [
  { type: 'Accepted', status: 'True', reason: 'Accepted', observedGeneration },
  { type: 'ResolvedRefs', status: 'True', reason: 'ResolvedRefs', observedGeneration },
];

const selectorOf = (slot: string) => ({ 'plimsoll.dev/service': 'fraud', 'plimsoll.dev/slot': slot });

const serviceOf = (slot: string) => ({
  metadata: { name: `fraud-${slot}` },
  spec: { selector: selectorOf(slot), ports: [{ port: 8080 }] },
});

const deploymentOf = (slot: 'a' | 'b') => ({
  metadata: { name: `fraud-${slot}` },
  spec: {
    replicas: slot === 'a' ? 2 : 1,
    selector: { matchLabels: selectorOf(slot) },
    template: {
      metadata: {
        labels: { ...selectorOf(slot), 'plimsoll.dev/version': `version-${slot}`, 'plimsoll.dev/release': `release-${slot}` },
        annotations: { 'lab.plimsoll.dev/median-ms': '5' },
      },
      spec: { containers: [{ name: 'model', image: 'example.com/fraud' }] },
    },
  },
});
