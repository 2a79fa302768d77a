/**
 * Goal: what an installation sets is what API and worker read, to the letter. Method: the variables of the rendered
 * chart against the schemas of both processes, and then each container's environment given to the process's own reader.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { applyGraceSeconds } from '../../activities/terraform/apply.ts';
import { environment as apiEnvironment, readConfig as readApi } from '../../api/config.ts';
import { readConfig as readWorker, shutdownGraceSeconds, environment as workerEnvironment } from '../../worker/config.ts';
import { taskQueues } from '../../workflows/messages.ts';
import { read } from '../hygiene/repository.ts';
import { stagesIn, variablesOf } from '../images/dockerfile.ts';
import { type Charted, chartedIn, documentsIn } from './charted.ts';

const goldens = ['self-hosted', 'temporal-cloud'];
const containers = goldens.flatMap((golden) =>
  chartedIn(golden).map((charted) => ({ ...charted, title: `${golden}: ${charted.name}`, golden })),
);

const known: Readonly<Record<string, readonly string[]>> = {
  api: Object.keys(apiEnvironment.shape),
  worker: Object.keys(workerEnvironment.shape),
};
/** Where things are in the image of the worker: no chart knows. */
const imageOfWorker = variablesOf(stagesIn('infra/docker/Dockerfile').find(({ name }) => name === 'worker'));
const ofTheImage = Object.keys(imageOfWorker).filter((name) => name.startsWith('PLIMSOLL_'));
/** `${NAME}` of the catalog, which is no setting. */
const ofTheCatalog = ['ML_PLATFORM'];

/** Settings that an installation has no use for, and why. */
const unset: Readonly<Record<string, string>> = {
  AWS_ENDPOINT_URL: 'a stand-in for AWS',
  PLIMSOLL_ALLOW_LOCAL_REPOSITORIES: 'repositories of one machine',
  PLIMSOLL_ISSUERS: 'issuers come as a file',
  PLIMSOLL_ISSUER_URL: 'issuers come as a file',
  PLIMSOLL_AUDIENCE: 'of PLIMSOLL_ISSUER_URL',
  PLIMSOLL_SESSION_KEY: 'comes as a file',
  PLIMSOLL_PAGE_CLIENT_SECRET: 'comes as a file',
};

describe('the chart sets', () => {
  test('an API and a worker for each queue', () => {
    const queues = containers.filter(({ golden }) => golden === 'self-hosted').map(({ env }) => env['PLIMSOLL_QUEUES'] ?? 'api');
    expect(queues.toSorted()).toEqual(['api', ...Object.values(taskQueues)].toSorted());
  });

  test.each(containers)('$title: no variable that its program does not read', ({ program, env }) => {
    expect(Object.keys(env).filter((name) => !known[program]?.includes(name) && !ofTheCatalog.includes(name))).toEqual([]);
  });

  test.each(['api', 'worker'])('every setting of the %s that an installation has a use for', (program) => {
    const set = new Set(containers.filter((one) => one.program === program).flatMap(({ env }) => Object.keys(env)));
    const missing = (known[program] ?? []).filter((name) => !set.has(name) && !ofTheImage.includes(name) && !(name in unset));
    expect(missing).toEqual([]);
  });

  test('and no setting is said to be of no use that is set after all, or that nobody reads', () => {
    const set = new Set(containers.flatMap(({ env }) => Object.keys(env)));
    expect(Object.keys(unset).filter((name) => set.has(name) || !Object.values(known).flat().includes(name))).toEqual([]);
  });

  test.each(containers)('$title: every file below a volume', ({ env, mounts }) => {
    const files = Object.entries(env).filter(([name, value]) => value.startsWith('/') && !ofTheImage.includes(name));
    expect(files.length).toBeGreaterThan(2);
    const lost = files.filter(([, path]) => !mounts.some((mount) => `${path}/`.startsWith(`${mount}/`) || mount.startsWith(`${path}/`)));
    // A worker of workflows is told of a kubeconfig, as every worker is, and given none.
    const without = env['PLIMSOLL_QUEUES'] === taskQueues.releases ? ['KUBECONFIG'] : [];
    expect(lost.map(([name]) => name)).toEqual(without);
  });
});

describe('and each program reads it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-settings-'));
  const fileOf = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const configMap = z.object({ kind: z.literal('ConfigMap'), data: z.object({ 'issuers.yaml': z.string() }) });
  const issuersIn = (golden: string) =>
    documentsIn(golden).flatMap((document) => configMap.safeParse(document).data?.data['issuers.yaml'] ?? [])[0] ?? '';
  const secrets = {
    PLIMSOLL_SESSION_KEY_FILE: fileOf('session-key', Buffer.alloc(32).toString('base64')),
    PLIMSOLL_PAGE_CLIENT_SECRET_FILE: fileOf('client-secret', 'hush'),
  };
  /** What a cluster would have mounted, where the variable asks for it. */
  const mounted = ({ env, golden }: Charted & { readonly golden: string }) => {
    const files = { ...secrets, PLIMSOLL_ISSUERS_FILE: fileOf(`${golden}.yaml`, issuersIn(golden)) };
    return { ...env, ...Object.fromEntries(Object.entries(files).filter(([name]) => name in env)) };
  };

  test.each(containers.filter(({ program }) => program === 'api'))('$title', (container) => {
    const config = readApi(mounted(container));
    expect(config).toMatchObject({ port: 8080, publicUrl: 'https://plimsoll.example.com' });
    // The kubelet asks from outside the pod.
    expect(config.host).not.toMatch(/^127\./);
    expect(config.issuers.map(({ kind }) => kind)).toEqual(['human', 'machine']);
    expect(config.temporal.tls).not.toBeNull();
  });

  test.each(containers.filter(({ program }) => program === 'worker'))('$title', ({ env }) => {
    const config = readWorker({ ...imageOfWorker, ...env });
    expect(config.queues).toHaveLength(1);
    expect(config.metricsAddress).toMatch(/^(?!127\.).+:9464$/);
    expect(config.temporal.tls).not.toBeNull();
  });

  test('findings are told and repositories fetched as the values said', () => {
    const ofQueue = (queue: string) => {
      const env = containers.find((one) => one.golden === 'temporal-cloud' && one.env['PLIMSOLL_QUEUES'] === queue)?.env;
      return readWorker({ ...imageOfWorker, ...env });
    };
    expect(ofQueue('control')).toMatchObject({ findings: { drill: true }, security: [{ name: 'security' }] });
    expect(ofQueue('production-tools').git).toMatchObject({
      credentials: [{ host: 'github.com', tokenFile: '/etc/plimsoll/git/github.com' }],
      ssh: { keyFile: '/etc/plimsoll/ssh/ssh-privatekey' },
    });
  });
});

describe('a worker that stops is given the time that it takes', () => {
  /** What ends only then has to say so to Temporal. */
  const lastWordSeconds = 60;
  const drainSeconds = shutdownGraceSeconds + applyGraceSeconds + lastWordSeconds;

  test.each(containers.filter(({ program }) => program === 'worker'))('$title', ({ graceSeconds }) => {
    expect(graceSeconds).toBeGreaterThanOrEqual(drainSeconds);
  });

  test('and the chart takes no less', () => {
    const schema = z
      .object({ properties: z.object({ drainSeconds: z.object({ minimum: z.number() }) }) })
      .parse(JSON.parse(read('infra/helm/plimsoll/values.schema.json')));
    expect(schema.properties.drainSeconds.minimum).toBe(drainSeconds);
  });
});
