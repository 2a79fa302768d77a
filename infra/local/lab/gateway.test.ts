/** The data plane on 127.0.0.1: gateway, model servers, load and control together, without a cluster. */
import { request } from 'node:http';
import { Registry } from 'prom-client';
import { afterEach, expect, test, vi } from 'vitest';
import { type ControlOptions, startControl } from './control.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { drain, listen } from './http.ts';
import { type Load, startLoad } from './load.ts';
import { type ModelServer, startModelServer } from './model-server.ts';
import { randomFrom } from './random.ts';
import type { Backend } from './routing.ts';
import { createSilence } from './silence.ts';

const behaviour = { medianMs: 2, sigma: 0, tailShare: 0, tailMs: 50, errorPercent: 0 };
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function model(version: string, change = {}, isSilent = () => false): Promise<ModelServer> {
  const server = await startModelServer({ pod: version, version, behaviour: { ...behaviour, ...change }, isSilent });
  cleanups.push(() => server.close());
  return server;
}

async function gatewayTo(...backends: readonly Backend[]): Promise<Gateway> {
  const gateway = await startGateway({ port: 0, random: randomFrom('test') });
  cleanups.push(() => gateway.close());
  gateway.use(new Map([['fraud.example.com', { route: 'fraud', backends }]]));
  return gateway;
}

const backendOf = (name: string, weight: number, ...ports: readonly number[]): Backend => ({
  name,
  weight,
  targets: ports.map((port) => ({ pod: name, port, labels: {} })),
});

function call(port: number, path: string, { method = 'GET', host = 'fraud.example.com', body = '' } = {}) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers: { host } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.once('error', reject);
    asked.end(body);
  });
}
const predict = (port: number) => call(port, '/predict', { method: 'POST', body: '{}' });
const count = (text: string, series: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')[1] ?? Number.NaN,
  );

test('a model server answers with its version, counts the request and measures the time it really took', async () => {
  const { port } = await model('7', { medianMs: 30 });
  const { status, text } = await predict(port);
  expect(status).toBe(200);
  expect(JSON.parse(text)).toEqual({ version: '7', prediction: expect.any(Number) });

  const metrics = (await call(port, '/metrics')).text;
  expect(count(metrics, 'model_requests_total{status="200"}')).toBe(1);
  expect(count(metrics, 'model_requests_total{status="500"}')).toBe(0);
  expect(count(metrics, 'model_request_duration_seconds_bucket{le="0.025"}')).toBe(0);
  expect(count(metrics, 'model_request_duration_seconds_bucket{le="+Inf"}')).toBe(1);
  expect(count(metrics, 'model_request_duration_seconds_sum')).toBeGreaterThanOrEqual(0.029);
});

test('a model that fails says 500 and counts it', async () => {
  const { port } = await model('bad', { errorPercent: 100 });
  expect((await predict(port)).status).toBe(500);
  expect(count((await call(port, '/metrics')).text, 'model_requests_total{status="500"}')).toBe(1);
});

test('a silenced model still answers, but tells Prometheus nothing', async () => {
  const silence = createSilence();
  const { port } = await model('7', {}, () => silence.isSilent());
  silence.on(60);
  expect((await call(port, '/metrics')).status).toBe(503);
  expect((await predict(port)).status).toBe(200);
  silence.off();
  expect((await call(port, '/metrics')).status).toBe(200);
});

test('one service can be silent alone; what all are, each is', () => {
  const silence = createSilence();
  silence.on(60, 'fraud-scorer');
  expect([silence.isSilent('fraud-scorer'), silence.isSilent('churn-scorer'), silence.isSilent()]).toEqual([true, false, false]);
  silence.on(60);
  silence.off('fraud-scorer');
  expect([silence.isSilent('fraud-scorer'), silence.isSilent('churn-scorer')]).toEqual([true, true]);
  silence.off();
  expect(silence.isSilent('fraud-scorer')).toBe(false);
});

test('silence for some seconds ends by itself', () => {
  let now = 0;
  const silence = createSilence(() => now);
  silence.on(10);
  now = 9_999;
  expect(silence.isSilent()).toBe(true);
  now = 10_000;
  expect(silence.isSilent()).toBe(false);
});

test('the gateway passes requests on by weight and counts them by backend', async () => {
  const [a, b] = [await model('a'), await model('b')];
  const gateway = await gatewayTo(backendOf('fraud-a', 75, a.port), backendOf('fraud-b', 25, b.port));
  const answers = await Promise.all(Array.from({ length: 200 }, () => predict(gateway.port)));
  const fromB = answers.filter(({ text }) => text.includes('"version":"b"')).length;
  // 200 at 25 %: 6 is one standard deviation.
  expect(fromB).toBeGreaterThan(26);
  expect(fromB).toBeLessThan(74);
  const metrics = await gateway.registry.metrics();
  expect(count(metrics, 'lab_gateway_requests_total{route="fraud",backend="fraud-b",status="200"}')).toBe(fromB);
});

test('a new table counts from the very next request on', async () => {
  const [a, b] = [await model('a'), await model('b')];
  const gateway = await gatewayTo(backendOf('fraud-a', 100, a.port), backendOf('fraud-b', 0, b.port));
  expect((await predict(gateway.port)).text).toContain('"version":"a"');
  gateway.use(new Map([['fraud.example.com', { route: 'fraud', backends: [backendOf('fraud-b', 100, b.port)] }]]));
  expect((await predict(gateway.port)).text).toContain('"version":"b"');
});

test.each<[string, number, readonly Backend[]]>([
  ['nobody has weight', 503, [backendOf('fraud-a', 0, 1)]],
  ['no pod is ready', 503, [backendOf('fraud-a', 100)]],
  // Port 1 is nobody's: the connection is refused.
  ['the pod does not answer', 502, [backendOf('fraud-a', 100, 1)]],
])('when %s the client gets %i', async (_, status, backends) => {
  const gateway = await gatewayTo(...backends);
  expect((await predict(gateway.port)).status).toBe(status);
});

test('a hostname that no route has is not found', async () => {
  const gateway = await gatewayTo();
  expect((await call(gateway.port, '/', { host: 'other.example.com' })).status).toBe(404);
});

test('a model server that closes still answers what is on its way and what it has begun', async () => {
  const server = await startModelServer({ pod: 'p', version: '7', behaviour: { ...behaviour, medianMs: 500 }, isSilent: () => false });
  const gateway = await gatewayTo(backendOf('fraud-a', 100, server.port));
  const answer = predict(gateway.port);
  await server.close();
  expect((await answer).status).toBe(200);
  // Nobody listens any more.
  expect((await predict(gateway.port)).status).toBe(502);
});

function loadTo(gatewayPort: number, rps: number, hostnames = ['fraud.example.com']): { load: Load; registry: Registry } {
  const registry = new Registry();
  const load = startLoad({ gatewayPort, rps, hostnames: () => hostnames, registry });
  cleanups.push(() => load.stop());
  return { load, registry };
}

test('the load goes on when nobody answers, up to a bound, and counts what it drops', async () => {
  let received = 0;
  const { port, server } = await listen(() => {
    received += 1;
  }, 0);
  cleanups.push(() => drain(server, 0));
  const { registry } = loadTo(port, 500);
  await vi.waitFor(async () =>
    expect(count(await registry.metrics(), 'lab_load_dropped_total{hostname="fraud.example.com"}')).toBeGreaterThan(0),
  );
  expect(received).toBeLessThanOrEqual(200);
});

test('the load is no faster than it was told, and silent at 0', async () => {
  const arrivals: number[] = [];
  const { port, server } = await listen((_, response) => {
    arrivals.push(performance.now());
    response.end();
  }, 0);
  cleanups.push(() => drain(server, 0));
  const begun = performance.now();
  const { load } = loadTo(port, 100);
  await vi.waitFor(() => expect(arrivals.length).toBeGreaterThan(50), { timeout: 100_000 });
  load.setRps(0);
  // From before the first one, which a busy machine may be late with. 50 requests at 100 a second are half a second; one
  // tick may come early.
  const seconds = ((arrivals[50] ?? 0) - begun) / 1000;
  expect(seconds).toBeGreaterThan(0.45);
  expect(load.rps()).toBe(0);
});

test('a hostname with a rate of its own leaves the others theirs', async () => {
  const arrivals = new Map<string | undefined, number>();
  const { port, server } = await listen(({ headers }, response) => {
    arrivals.set(headers.host, (arrivals.get(headers.host) ?? 0) + 1);
    response.end();
  }, 0);
  cleanups.push(() => drain(server, 0));
  const { load } = loadTo(port, 0, ['quiet.example.com', 'busy.example.com']);
  load.setOwnRps('quiet.example.com', 10);
  load.setOwnRps('busy.example.com', 100);
  await vi.waitFor(() => expect(arrivals.get('busy.example.com') ?? 0).toBeGreaterThan(50), { timeout: 100_000 });
  const quiet = arrivals.get('quiet.example.com') ?? 0;
  expect(quiet).toBeGreaterThan(0);
  expect(quiet).toBeLessThan(20);
  expect([load.rps(), load.rps('quiet.example.com')]).toEqual([0, 10]);
  load.setOwnRps('quiet.example.com', null);
  expect(load.rps('quiet.example.com')).toBe(0);
});

async function control(change: Partial<ControlOptions> = {}) {
  const { load, registry } = loadTo(1, 0);
  const silence = createSilence();
  const door = await startControl({ port: 0, missing: () => [], targets: () => [], registry, silence, load, ...change });
  cleanups.push(() => door.close());
  return { port: door.port, silence, load };
}

test('the lab is ready when nothing is missing, and says what is', async () => {
  const ready = await control();
  expect((await call(ready.port, '/readyz')).status).toBe(200);
  const waiting = await control({ missing: () => ['routes'] });
  expect(await call(waiting.port, '/readyz')).toEqual({ status: 503, text: '{"missing":["routes"]}' });
});

test('silence and load can be ordered', async () => {
  const { port, silence, load } = await control();
  expect((await call(port, '/silence', { method: 'POST', body: '{"seconds":5}' })).text).toBe('{"silent":true}');
  expect((await call(port, '/silence', { method: 'POST', body: '{"state":"off"}' })).text).toBe('{"silent":false}');
  await call(port, '/silence', { method: 'POST', body: '{"state":"on","service":"fraud-scorer"}' });
  expect([silence.isSilent('fraud-scorer'), silence.isSilent()]).toEqual([true, false]);
  await call(port, '/silence', { method: 'POST', body: '{"state":"on"}' });
  expect(silence.isSilent()).toBe(true);
  expect((await call(port, '/load', { method: 'PUT', body: '{"rps":12}' })).text).toBe('{"rps":12}');
  expect(load.rps()).toBe(12);
});

test.each([
  ['POST', '/silence', '{"seconds":-1}'],
  ['POST', '/silence', '{"state":"maybe"}'],
  ['POST', '/silence', '{"state":"on","service":""}'],
  ['POST', '/silence', 'not JSON'],
  ['PUT', '/load', '{"rps":100000}'],
  ['PUT', '/load', '{"rps":10,"host":"example.com"}'],
  ['PUT', '/load', `{${' '.repeat(5000)}"rps":1}`],
])('%s %s %s is refused and changes nothing', async (method, path, body) => {
  const { port, silence, load } = await control();
  expect((await call(port, path, { method, body })).status).toBe(400);
  expect(silence.isSilent()).toBe(false);
  expect(load.rps()).toBe(0);
});

test('anything else is not found', async () => {
  const { port } = await control();
  expect((await call(port, '/shutdown', { method: 'POST' })).status).toBe(404);
});
