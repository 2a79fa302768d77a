import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listedMax, straysMax } from '../../domain/strays/look.ts';
import type { Explanation, Place, RunningPod } from '../../domain/strays/stray.ts';
import { createStraysActivities } from './strays.ts';

let catalog: string;
beforeEach(() => {
  catalog = mkdtempSync(join(tmpdir(), 'strays-'));
  mkdirSync(join(catalog, 'environments'));
});
afterEach(() => rmSync(catalog, { recursive: true }));

const write = (name: string, text = `name: ${name}\ncluster: { name: ml, namespace: ${name} }\n`) =>
  writeFileSync(join(catalog, 'environments', `${name}.yaml`), text);

const pod = (workload: string, release: string | null = null): RunningPod => ({
  workload,
  release,
  service: null,
  images: [],
  since: '2026-11-27T12:00:00Z',
});

const lookAt = (podsIn: (place: Place) => readonly RunningPod[], explain: (id: string) => Explanation | null = () => null) =>
  createStraysActivities({ catalog, podsIn: async (place) => podsIn(place), explain: async (id) => explain(id), tell: [] }).findStrays();

test('every environment is looked at where its pods are, and each release is explained once', async () => {
  write('production', 'name: production\ncluster: { name: ml, namespace: models }\nexpectedWorkloads: [DaemonSet/log-agent]\n');
  write('staging');
  const places: Place[] = [];
  const asked: string[] = [];
  const { looks } = await lookAt(
    (place) => {
      places.push(place);
      return place.namespace === 'models' ? [pod('DaemonSet/log-agent'), pod('Pod/one', 'made-up'), pod('Pod/two', 'made-up')] : [];
    },
    (id) => {
      asked.push(id);
      return null;
    },
  );
  expect(places).toEqual([
    { cluster: 'ml', namespace: 'models' },
    { cluster: 'ml', namespace: 'staging' },
  ]);
  expect(asked).toEqual(['made-up']);
  expect(looks).toMatchObject([
    { environment: 'production', namespace: 'models', strays: [{ workload: 'Pod/one' }, { workload: 'Pod/two' }], unknown: null },
    { environment: 'staging', strays: [], unknown: null },
  ]);
});

test('an environment that cannot be looked at says why, and keeps no other from being', async () => {
  write('broken', 'name: broken\n');
  write('down');
  write('production');
  const { looks } = await lookAt(({ namespace }) => {
    if (namespace === 'down') throw new Error('the cluster answered 503');
    return [pod('Pod/debug')];
  });
  expect(looks).toMatchObject([
    { environment: 'broken', strays: [], unknown: expect.stringContaining('its file cannot be read: cluster') as string },
    { environment: 'down', strays: [], unknown: 'the cluster answered 503' },
    { environment: 'production', strays: [{ workload: 'Pod/debug' }], unknown: null },
  ]);
});

test('more than a message holds is counted, and not listed', async () => {
  const environments = ['a', 'b', 'c', 'd', 'e'];
  for (const name of environments) write(name);
  const { looks } = await lookAt(() => Array.from({ length: straysMax + 5 }, (_, index) => pod(`Pod/pod-${index}`)));
  expect(looks.map(({ strays, more }) => [strays.length, more])).toEqual([
    ...environments.slice(1).map(() => [straysMax, 5]),
    [0, straysMax + 5],
  ]);
  expect(looks.flatMap(({ strays }) => strays)).toHaveLength(listedMax);
});
