import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReadTrail } from '../../domain/strays/account.ts';
import { listedMax, straysMax } from '../../domain/strays/look.ts';
import type { Explanation, Place, RunningPod } from '../../domain/strays/stray.ts';
import type { TrailWrite } from '../../domain/strays/write.ts';
import { createStraysActivities } from './strays.ts';

let catalog: string;
beforeEach(() => {
  catalog = mkdtempSync(join(tmpdir(), 'strays-'));
  mkdirSync(join(catalog, 'environments'));
});
afterEach(() => rmSync(catalog, { recursive: true }));

const account = 'aws: { account: "111122223333" }\n';
const write = (name: string, text = `name: ${name}\n${account}cluster: { name: ml, namespace: ${name} }\n`) =>
  writeFileSync(join(catalog, 'environments', `${name}.yaml`), text);

const pod = (workload: string, release: string | null = null): RunningPod => ({
  workload,
  release,
  service: null,
  images: [],
  since: '2026-11-27T12:00:00Z',
});

const lookAt = (podsIn: (place: Place) => readonly RunningPod[], explain: (id: string) => Explanation | null = () => null) =>
  createStraysActivities({
    catalog,
    podsIn: async (place) => podsIn(place),
    readTrail: null,
    explain: async (id) => explain(id),
    tell: [],
  }).findStrays();

test('every environment is looked at where its pods are, and each release is explained once', async () => {
  write('production', `name: production\n${account}cluster: { name: ml, namespace: models }\nexpectedWorkloads: [DaemonSet/log-agent]\n`);
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
  write('broken', `name: broken\n${account}`);
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
  const environments = ['a', 'b', 'c', 'd'];
  for (const name of environments) write(name);
  const { looks } = await lookAt(() => Array.from({ length: straysMax + 5 }, (_, index) => pod(`Pod/pod-${index}`)));
  expect(looks.map(({ strays, more }) => [strays.length, more])).toEqual([
    ...environments.slice(1).map(() => [straysMax, 5]),
    [0, straysMax + 5],
  ]);
  expect(looks.flatMap(({ strays }) => strays)).toHaveLength(listedMax);
});

describe('what was written to an account', () => {
  const id = 'fraud-scorer-production-0123456789ab';
  const written = (change: Partial<TrailWrite> = {}): TrailWrite => ({
    eventId: 'e1',
    at: '2026-11-27T12:00:00Z',
    account: '111122223333',
    source: 's3.amazonaws.com',
    name: 'PutBucketPolicy',
    principal: `arn:aws:sts::111122223333:assumed-role/apply/${id}`,
    role: 'arn:aws:iam::111122223333:role/apply',
    session: id,
    person: 'ana',
    resources: [],
    ...change,
  });
  const byUser = (name: string) => written({ principal: `arn:aws:iam::111122223333:user/${name}`, role: null, session: null });
  const writing = { account: '111122223333', from: '2026-11-27T11:00:00Z', until: null };
  const explanation: Explanation = {
    service: 'fraud-scorer',
    place: { cluster: 'ml', namespace: 'models' },
    image: null,
    ended: null,
    writing,
  };

  const readAt = (readTrail: ReadTrail, explain: (release: string) => Promise<Explanation | null> = async () => explanation) =>
    createStraysActivities({ catalog, podsIn: async () => [], readTrail, explain, tell: [] }).findStrays({
      accounts: [{ account: '111122223333', readUntil: '2026-11-27T11:00:00Z' }],
    });

  test('is read once for all environments in it, from where the last look ended, and is what neither a release nor the catalog explains', async () => {
    write('staging');
    write(
      'production',
      `name: production\n${account}cluster: { name: ml, namespace: models }\nexpectedPrincipals: ["arn:aws:iam::111122223333:user/worker"]\n`,
    );
    const asked: string[] = [];
    const marks: unknown[] = [];
    async function* files() {
      yield [written(), byUser('worker')];
      yield [written(), byUser('eve'), byUser('eve')];
    }
    const read: ReadTrail = async (...mark) => {
      marks.push(mark);
      return { files: files(), readUntil: '2026-11-27T12:25:00Z', gap: '7 files wait' };
    };
    const { accounts } = await readAt(read, async (release) => {
      asked.push(release);
      return explanation;
    });
    expect([marks, asked]).toEqual([[['111122223333', '2026-11-27T11:00:00Z']], [id]]);
    expect(accounts).toMatchObject([
      {
        account: '111122223333',
        environments: ['production', 'staging'],
        readUntil: '2026-11-27T12:25:00Z',
        writes: [{ principal: 'arn:aws:iam::111122223333:user/eve', times: 2 }],
        unknown: '7 files wait',
      },
    ]);
  });

  test('is nothing that half a look has found: the next one reads all of it again', async () => {
    write('production');
    async function* files() {
      yield [byUser('eve')];
      throw new Error('s3://audit/one could not be read whole');
    }
    const { accounts } = await readAt(async () => ({ files: files(), readUntil: '2026-11-27T12:25:00Z', gap: null }));
    expect(accounts).toMatchObject([{ readUntil: null, writes: [], unknown: 's3://audit/one could not be read whole' }]);
  });

  test('is not known where the ledger cannot say whose release it was', async () => {
    write('production');
    async function* files() {
      yield [written()];
    }
    const read: ReadTrail = async () => ({ files: files(), readUntil: '2026-11-27T12:25:00Z', gap: null });
    expect((await readAt(read, () => Promise.reject(new Error('S3 is down')))).accounts).toMatchObject([
      { unknown: 'S3 is down', writes: [] },
    ]);
  });

  test('is not known where nobody is told of a trail', async () => {
    write('production');
    expect((await lookAt(() => [])).accounts).toMatchObject([
      { account: '111122223333', unknown: 'nobody looks at what is written there: PLIMSOLL_AUDIT_TRAIL is not set' },
    ]);
  });
});
