/**
 * The chart of Plimsoll itself with the real Helm: what it renders (golden files, for a person to review), what its
 * schema refuses, what Checkov and our own policies find, and that a real API server takes it, an upgrade and a way back.
 * `test/settings/settings.test.ts` reads the golden files and compares their variables with what API and worker read.
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppsV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { checkov, clusterEnv, objectsOf, refusedBy, run } from '../support/chart.ts';

const chart = 'infra/helm/plimsoll';
const madeUp = ['--values', join(chart, 'ci/values.yaml')];
const valuesOf = (name: string) => [...madeUp, '--values', join(chart, `values/${name}.yaml`)];
const selfHosted = valuesOf('self-hosted');

const template = (...args: readonly string[]) => run('helm', ['template', 'plimsoll', chart, '--namespace', 'plimsoll', ...args]);

async function render(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await template(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) as string });
  return stdout;
}

const set = (path: string, value: unknown) => ['--set-json', `${path}=${JSON.stringify(value)}`];

/** Name of the golden file → what it is rendered with; the second has all that can be asked for at once. */
const goldens: Readonly<Record<string, readonly string[]>> = {
  'self-hosted': selfHosted,
  'temporal-cloud': [
    ...valuesOf('temporal-cloud'),
    ...set('git', { secret: 'plimsoll-git', hosts: ['github.com'], sshSecret: 'plimsoll-ssh' }),
    ...set('audit', { trail: 's3://acme-audit/cloudtrail', export: 's3://acme-audit-results/events' }),
    ...set('findings', {
      queue: 'https://sqs.eu-west-1.amazonaws.com/111122223333/plimsoll-findings',
      drill: true,
      notices: [
        {
          kind: 'webhook',
          name: 'security',
          url: 'https://hooks.example.com',
          secret: { secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:plimsoll/hook' },
        },
      ],
    }),
    ...set('api.page', { secret: 'plimsoll-page', clientSecret: true }),
    ...set('api.variables', { ML_PLATFORM: 'https://github.com/acme/ml-platform' }),
    ...set('networkPolicy.ssh', [{ ipBlock: { cidr: '192.0.2.0/24' } }]),
    ...set('networkPolicy.podIdentity', true),
    ...set('catalog.waivers', 'plimsoll-waivers'),
    // An environment's own programs, with a role and nodes of their own.
    ...set('workers.production-tools', {
      kind: 'tools',
      queue: 'production-tools',
      replicas: 1,
      toolSlots: 2,
      resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2', memory: '2Gi' } },
      nodeSelector: { pool: 'releases' },
      tolerations: [{ key: 'releases', operator: 'Exists' }],
    }),
  ],
};

test.each(Object.entries(goldens))('%s: what it renders is what was reviewed', async (name, args) => {
  await expect(await render(...args)).toMatchFileSnapshot(`../golden/plimsoll/${name}.yaml`);
});

test.each(['self-hosted', 'temporal-cloud'])('it passes its own lint, strictly, for %s', async (name) => {
  expect(await run('helm', ['lint', '--strict', chart, ...valuesOf(name)])).toMatchObject({ code: 0 });
});

test('neither Checkov nor our own policies of charts find anything in what it renders', async () => {
  const rendered: Record<string, string> = {};
  for (const [name, args] of Object.entries(goldens)) rendered[name] = await render(...args);
  // The one with everything: a scan takes seconds.
  const { results, summary } = await checkov({ everything: rendered['temporal-cloud'] ?? '' });
  expect(results).toEqual({ failed_checks: [], parsing_errors: [] });
  // A scanner that read nothing also finds nothing.
  expect(summary.passed).toBeGreaterThan(450);

  const input = join(tmpdir(), `chart-input-${randomBytes(4).toString('hex')}.json`);
  await writeFile(input, JSON.stringify({ manifests: Object.values(rendered).flatMap(objectsOf) }));
  const query = '{rule: found | some rule; startswith(rule, "chart_"); found := data.plimsoll.release.deny[rule].violations}';
  const { stdout } = await run('opa', ['eval', '--data', 'infra/opa', '--input', input, '--format', 'raw', query]);
  const found = z.record(z.string(), z.array(z.unknown())).parse(JSON.parse(stdout));
  expect(Object.keys(found).length).toBeGreaterThan(5);
  expect(Object.values(found).flat()).toEqual([]);
});

test.each([
  ['an image by tag', ['--set', 'images.worker=plimsoll/worker:latest'], '/images/worker'],
  ['an address without a port', ['--set', 'temporal.address=temporal.example.com'], '/temporal/address'],
  ['a certificate without its secret', ['--set', 'temporal.identity=certificate'], "missing property 'secret'"],
  ['an authority without its secret', ['--set', 'temporal.authority=true'], "missing property 'secret'"],
  ['an identity nobody knows', ['--set', 'temporal.identity=password'], '/temporal/identity'],
  ['a worker killed while an apply may still end by itself', ['--set', 'drainSeconds=600'], '/drainSeconds'],
  ['an API that people reach in the clear', ['--set', 'api.url=http://plimsoll.example.com'], '/api/url'],
  ['nobody whose tokens are believed', set('issuers', []), '/issuers'],
  ['a setting in the place of a variable of the catalog', set('api.variables', { PLIMSOLL_OPA_URL: 'x' }), 'PLIMSOLL_OPA_URL'],
  ['a trail that lies nowhere', set('audit', { trail: 'acme-audit' }), '/audit/trail'],
  ['a queue that nobody serves', set('workers.control', null), "missing property 'control'"],
  ['a worker of an unknown kind', set('workers.gpu', { kind: 'gpu', queue: 'gpu', replicas: 1 }), '/workers/gpu'],
  ['tokens of git without their secret', set('git.hosts', ['github.com']), "missing property 'secret'"],
  ['a misspelt key', ['--set', 'replicas=3'], 'replicas'],
  ['a misspelt key further in', ['--set', 'networkPolicy.apiform={}'], '/networkPolicy'],
])('%s is refused, and the place is named', async (_, args, place) => {
  const { code, stderr } = await template(...madeUp, '--set', 'temporal.address=temporal.example.com:7233', ...args);
  expect(code).not.toBe(0);
  expect(stderr).toContain(place);
});

test("a worker of an environment's own `watch` queue watches as many releases at once as one of `watch`, unless it is told otherwise", async () => {
  const worker = {
    kind: 'watch',
    queue: 'production-watch',
    replicas: 1,
    resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } },
  };
  const slotsOf = async (more: object) => {
    const rendered = await render(...selfHosted, ...set('workers.production-watch', { ...worker, ...more }));
    const own = objectsOf(rendered).find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'plimsoll-worker-production-watch',
    );
    return /"PLIMSOLL_TOOL_SLOTS","value":"(\d+)"/.exec(JSON.stringify(own))?.[1];
  };
  expect(await Promise.all([slotsOf({}), slotsOf({ toolSlots: 9 })])).toEqual(['50', '9']);
});

test('without what only an installation knows, nothing is rendered', async () => {
  const { code, stderr } = await run('helm', ['template', 'plimsoll', chart]);
  expect(code).not.toBe(0);
  for (const missing of ['images', 'ledger', 'issuers', 'policies']) expect(stderr).toContain(missing);
});

describe('on a real API server', () => {
  const namespace = `plimsoll-${randomBytes(4).toString('hex')}`;
  const kubeConfig = new KubeConfig();
  const helm = (...args: readonly string[]) => run('helm', [...args, '--namespace', namespace], clusterEnv());
  /** Pods take turns: each more is a second. */
  const onePodEach = ['api', 'workers.releases', 'workers.control', 'workers.watch', 'workers.tools']
    .map((at) => `${at}.replicas=1`)
    .join(',');
  const upgrade = (...args: readonly string[]) =>
    helm('upgrade', '--install', 'plimsoll', chart, '--reset-values', ...args, '--set', onePodEach);

  beforeAll(async () => {
    kubeConfig.loadFromFile(clusterEnv().KUBECONFIG);
    // As docs/install.md says: a pod that the strictest of Kubernetes' own standards forbids does not come to be.
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await kubeConfig.makeApiClient(CoreV1Api).createNamespace({ body: { metadata: { name: namespace, labels } } });
  });
  afterAll(async () => {
    await kubeConfig.makeApiClient(CoreV1Api).deleteNamespace({ name: namespace });
  });

  test.each(Object.entries(goldens))('%s: it knows every field, and would take every object', async (_, args) => {
    expect(await refusedBy(kubeConfig, namespace, await render(...args))).toEqual([]);
  });

  test('a field that it does not know is said', async () => {
    const misspelt = (await render(...selfHosted)).replaceAll('readOnlyRootFilesystem', 'readOnlyRootFileSystem');
    expect(await refusedBy(kubeConfig, namespace, misspelt)).toContainEqual(expect.stringContaining('readOnlyRootFileSystem'));
  });

  test('it is installed, becomes another one, and goes back', async () => {
    const apps = kubeConfig.makeApiClient(AppsV1Api);
    /** What the Deployments of this namespace want, and whether they have it. */
    const workers = async () =>
      (await apps.listNamespacedDeployment({ namespace })).items.map(({ metadata, spec, status }) => [
        metadata?.name,
        spec?.replicas === status?.readyReplicas && spec?.replicas === status?.updatedReplicas,
      ]);
    const ready = (names: readonly string[]) => names.map((name) => [`plimsoll-${name}`, true]);
    const standard = ['api', 'worker-control', 'worker-releases', 'worker-tools', 'worker-watch'];
    const patience = { timeout: 60_000, interval: 200 };

    const taken = await upgrade(...selfHosted);
    expect(taken).toMatchObject({ code: 0 });
    // What the server does not know it would drop, and say so.
    expect(taken.stderr).not.toContain('unknown field');
    await vi.waitFor(async () => expect(await workers()).toEqual(ready(standard)), patience);
    const anywhere = set('workers.production-tools.nodeSelector', {});
    expect(await upgrade(...(goldens['temporal-cloud'] ?? []), ...anywhere)).toMatchObject({ code: 0 });
    await vi.waitFor(async () => expect(await workers()).toEqual(ready([...standard, 'worker-production-tools'].toSorted())), patience);
    expect(await helm('rollback', 'plimsoll', '1')).toMatchObject({ code: 0 });
    await vi.waitFor(async () => expect(await workers()).toEqual(ready(standard)), patience);
  });
});
