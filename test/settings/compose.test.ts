/**
 * Goal: docker-compose.yml names what is there, and sets what API and worker read. Method: each service's environment
 * given to its process's own reader. No engine runs it here; `compose.tool.test.ts` holds it against the schema of Compose.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { applyGraceSeconds } from '../../activities/terraform/apply.ts';
import { loadCatalog } from '../../api/catalog/load.ts';
import { environment as apiEnvironment, readConfig as readApi } from '../../api/config.ts';
import { attributeTypes } from '../../infra/local/stack/pieces.ts';
import { tools } from '../../infra/local/tools/manifest.ts';
import { readConfig as readWorker, shutdownGraceSeconds, environment as workerEnvironment } from '../../worker/config.ts';
import { taskQueues } from '../../workflows/messages.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { read, repository } from '../hygiene/repository.ts';
import { stagesIn, variablesOf } from '../images/dockerfile.ts';

const raw: unknown = parse(read('docker-compose.yml'), { merge: true });
const service = z.looseObject({
  image: z.string(),
  build: z.object({ dockerfile: z.string(), target: z.string() }).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  network_mode: z.string().optional(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  read_only: z.boolean().default(false),
  stop_grace_period: z.string().optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).default([]),
});
const { services } = z.object({ services: z.record(z.string(), service) }).parse(raw);
const all = Object.entries(services).map(([name, one]) => ({ name, ...one }));
const workers = all.filter(({ name }) => name.startsWith('worker-'));
const api = service.parse(services['api']);
const imageOfWorker = variablesOf(stagesIn('infra/docker/Dockerfile').find(({ name }) => name === 'worker'));
/** How AWS's SDK knows whoever asks; no setting of ours. */
const ofTheSdk = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_EC2_METADATA_DISABLED'];

describe('what it names', () => {
  test('it mounts, builds and starts only what is there', () => {
    const mounted = all.flatMap(({ volumes }) =>
      volumes.map((volume) => volume.split(':')[0] ?? '').filter((path) => path.startsWith('./')),
    );
    expect(mounted.length).toBeGreaterThan(5);
    // The demo makes its own.
    const gone = mounted.filter((path) => path !== './.plimsoll/demo' && !existsSync(join(repository, path)));
    expect(gone).toEqual([]);
    const stages = stagesIn('infra/docker/Dockerfile').map(({ name }) => name);
    const targets = all.flatMap(({ build }) => (build === undefined ? [] : [build.target]));
    expect(targets.filter((target) => !stages.includes(target))).toEqual([]);
    const started = all.flatMap(({ entrypoint = [] }) => entrypoint.filter((word) => word.startsWith('dist/')));
    expect(started.length).toBe(2);
    for (const file of started) expect(existsSync(join(repository, file.replace(/^dist\/(.*)\.js$/, '$1.ts')))).toBe(true);
  });

  test.each(['opa', 'moto', 'prometheus'])('%s is the version that is tested here', (name) => {
    const version = tools.find((tool) => tool.name === name)?.version ?? 'none';
    expect(all.map(({ image }) => image).filter((image) => image.includes(`/${name}:`))).toEqual([expect.stringContaining(version)]);
  });

  test('every image has an exact tag', () => {
    expect(all.filter(({ image, build }) => build === undefined && !/:v?\d+\.\d+/.test(image)).map(({ image }) => image)).toEqual([]);
  });

  test('from outside only this machine gets in', () => {
    expect(all.flatMap(({ ports }) => ports).filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  test('whatever is ours shares one network, and writes to volumes alone', () => {
    const ours = all.filter(({ build, entrypoint }) => build !== undefined || entrypoint?.[1]?.includes('stand_in'));
    expect(ours.length).toBeGreaterThan(6);
    for (const { network_mode, read_only } of ours) expect([network_mode, read_only]).toEqual(['service:pod', true]);
  });
});

describe('what it sets', () => {
  test('is read by the API, and names everything that the catalog calls by a variable', () => {
    const config = readApi(api.environment);
    expect(config).toMatchObject({ port: 8080, temporal: { address: 'temporal:7233', tls: null } });
    expect(loadCatalog(join(repository, 'catalog'), api.environment).environments.size).toBeGreaterThan(1);
    const used =
      read('catalog/environments/production.yaml') + read('catalog/services/fraud-scorer.yaml') + read('catalog/environments/staging.yaml');
    const strangers = Object.keys(api.environment).filter(
      (name) => !(name in apiEnvironment.shape) && !ofTheSdk.includes(name) && !used.includes(`\${${name}}`),
    );
    expect(strangers).toEqual([]);
  });

  test.each(workers)('is read by $name', ({ environment, stop_grace_period: grace = '' }) => {
    const config = readWorker({ ...imageOfWorker, ...environment });
    expect(config.temporal.address).toBe('temporal:7233');
    const known = [...Object.keys(workerEnvironment.shape), ...ofTheSdk];
    expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
    expect(Number(/^(\d+)m$/.exec(grace)?.[1]) * 60).toBeGreaterThan(shutdownGraceSeconds + applyGraceSeconds);
  });

  test('is a worker for each queue, with metrics that Prometheus finds', () => {
    const configs = workers.map(({ environment }) => readWorker({ ...imageOfWorker, ...environment }));
    expect(configs.flatMap(({ queues }) => queues).toSorted()).toEqual(Object.values(taskQueues).toSorted());
    const scraped = read('infra/docker/prometheus.yaml');
    for (const { metricsAddress } of configs) expect(scraped).toContain(`"${metricsAddress}"`);
    expect(new Set(configs.map(({ metricsAddress }) => metricsAddress)).size).toBe(configs.length);
  });

  test('is every attribute that releases are listed by', () => {
    const [script = ''] = services['attributes']?.command ?? [];
    const made = [...script.matchAll(/--name (\w+) --type (\w+)/g)].map(([, name, type]) => `${name} ${type}`);
    const wanted = Object.values(searchAttributes).map(({ name, type }) => `${name} ${attributeTypes[type]}`);
    expect(made.toSorted()).toEqual(wanted.toSorted());
  });
});
