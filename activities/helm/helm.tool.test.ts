/** The real Helm on a real Kubernetes API, with the chart that the demo uses. What is killed: killed.tool.test.ts. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useHelm } from '../../test/support/helm-world.ts';

const world = useHelm();

describe('rendering a chart', () => {
  test('answers the manifests and the digest of the chart, the same twice', async () => {
    const archive = await world.archiveOf({ 'models/production.yaml': 'replicas: 3\n' });
    const input = { ...world.chartRef(archive, { values: ['models/{environment}.yaml'] }), slot: 'a' as const };
    const [first, second] = [await world.act((helm) => helm.renderChart(input)), await world.act((helm) => helm.renderChart(input))];
    expect(first).toEqual(second);
    if (first.kind !== 'rendered') throw new Error(first.because);
    const manifests = (await world.store.get(first.manifests)).toString();
    expect(manifests).toContain('kind: Deployment');
    expect(manifests).toContain('replicas: 3');
    expect(manifests).toContain(`name: ${world.service}-a`);
  });

  test.each([
    ['a value that the schema refuses', { 'bad.yaml': 'replicas: many\n' }, ['bad.yaml'], /replicas.*got string, want integer/i],
    ['a values file that is not there', {}, ['models/{environment}.yaml'], /values file models\/production\.yaml is not in the repository/],
    ['a values file outside the repository', {}, ['../plimsoll.json'], /values file \.\.\/plimsoll\.json is not in the repository/],
    ['a template that does not parse', { 'chart/templates/broken.yaml': '{{ if }}' }, [], /broken\.yaml/],
    ['a chart that is not there', {}, [], /no chart at elsewhere/, 'elsewhere'],
  ] as const)(
    'refuses %s in a sentence without paths of the worker',
    async (_title, files, values, because, chartPath: string = 'chart') => {
      const archive = await world.archiveOf(files);
      const answer = await world.act((helm) => helm.renderChart({ ...world.chartRef(archive, { values, path: chartPath }), slot: 'a' }));
      expect(answer).toEqual({ kind: 'refused', because: expect.stringMatching(because) });
      expect(JSON.stringify(answer)).not.toContain(world.root);
      expect(JSON.stringify(answer).length).toBeLessThan(700);
    },
  );
});

describe('the life of a slot', () => {
  test('installs, does nothing the second time, upgrades, parks, comes back, empties twice', async () => {
    const archive = await world.archiveOf({});
    const first = world.inSlot(archive);
    expect(await world.act((helm) => helm.deploySlot(first))).toEqual({ revision: 1 });
    expect(await world.act((helm) => helm.deploySlot(first))).toEqual({ revision: 1 });
    expect(await world.deployment()).toMatchObject({ replicas: 2, version: '1.0.0', release: world.releaseId(1) });

    const second = world.inSlot(archive, { release: 2, version: '2.0.0' });
    expect(await world.act((helm) => helm.deploySlot(second))).toEqual({ revision: 2 });
    expect(await world.deployment()).toMatchObject({ replicas: 2, version: '2.0.0', release: world.releaseId(2) });

    await world.act((helm) => helm.parkSlot(world.slotRef(3)));
    await world.act((helm) => helm.parkSlot(world.slotRef(3)));
    expect(await world.deployment()).toMatchObject({ replicas: 0, version: '2.0.0', release: world.releaseId(2) });
    expect(await world.newest()).toMatchObject({ revision: 3, status: 'deployed' });

    // The same order as before the parking: its pods must come back, although release and version are the same.
    expect(await world.act((helm) => helm.deploySlot(second))).toEqual({ revision: 4 });
    expect(await world.deployment()).toMatchObject({ replicas: 2, version: '2.0.0' });

    await world.act((helm) => helm.emptySlot(world.slotRef(3)));
    await world.act((helm) => helm.emptySlot(world.slotRef(3)));
    expect(await world.newest()).toBeNull();
    expect(await world.deployment()).toBeNull();
    expect(await world.lease()).toBeNull();
  });

  test('parking or emptying a slot that nobody ever used is harmless', async () => {
    await world.act((helm) => helm.parkSlot(world.slotRef(1)));
    await world.act((helm) => helm.emptySlot(world.slotRef(1)));
    expect(await world.newest()).toBeNull();
  });

  test('a chart that the cluster refuses is a failure by name, and the slot can still be emptied and used', async () => {
    const broken = await world.archiveOf({
      'chart/templates/odd.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: Not_A_Name }\nspec: { ports: [{ port: 1 }] }\n',
    });
    await expect(world.act((helm) => helm.deploySlot(world.inSlot(broken)))).rejects.toMatchObject({ type: 'helm.failed' });
    const good = await world.archiveOf({});
    expect(await world.act((helm) => helm.deploySlot(world.inSlot(good)))).toMatchObject({ revision: 2 });
  });
});

/** On a busy machine one may be over before the other begins: then they were not at once. */
const timesMax = 20;

test('two operations on one slot at once: one works, the other is told that it is busy', async () => {
  const archive = await world.archiveOf({});
  const inSlot = (release: number) => world.act((helm) => helm.deploySlot(world.inSlot(archive, { release })));
  for (let times = 0; times < timesMax; times += 1) {
    const answers = await Promise.allSettled([inSlot(1), inSlot(2)]);
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.length, 'one works').toBeLessThan(2);
    for (const { reason } of refused) expect(reason).toMatchObject({ type: 'helm.busy' });
    if (refused.length === 1) return;
  }
  expect.fail(`they were never at work at once in ${timesMax} tries`);
});

test('a cluster that does not answer is unreachable, not a failure of the chart', async () => {
  const away = join(world.root, 'away.kubeconfig');
  await writeFile(away, JSON.stringify(kubeconfigFor('https://127.0.0.1:9')));
  const lonely = world.activities(away);
  await expect(world.act(() => lonely.emptySlot(world.slotRef(1)))).rejects.toMatchObject({ type: 'kubernetes.unreachable' });
});

const kubeconfigFor = (server: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'away', cluster: { server, 'insecure-skip-tls-verify': true } }],
  users: [{ name: 'away', user: { token: 'none' } }],
  contexts: [{ name: world.cluster.name, context: { cluster: 'away', user: 'away' } }],
  'current-context': world.cluster.name,
});
