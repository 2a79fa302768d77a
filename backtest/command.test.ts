/** `plimsoll backtest` as it is called: files, a release of the real API, a Prometheus that is a function of time. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startApi } from '../test/support/api-world.ts';
import { runPlimsoll } from '../test/support/plimsoll.ts';
import { recordedCsv, recordedFromSeconds, type Traffic } from '../test/support/recordings.ts';
import { failVerdict } from '../test/support/verdicts.ts';
import { mountBacktest } from './command.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-backtest-'));
});

const backtest = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runPlimsoll([mountBacktest], ['backtest', ...words], { PLIMSOLL_API_URL: 'http://127.0.0.1:1', ...env });

const write = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};
const recording = (name: string, traffic: Traffic = {}) => write(name, recordedCsv({ seconds: 900, ...traffic }));
const tenTimes = { errorShare: { stable: 0.001, canary: 0.01 } };
const lines = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('recordings in files', () => {
  test('are judged without a server, one line a file, beside the rules of other tools', async () => {
    const files = [recording('good.csv'), recording('bad.csv', tenTimes)];
    const { code, out, err } = await backtest([...files, '--json']);
    expect([code, err]).toEqual([1, '']);
    const [good, bad] = lines(out);
    expect(good).toMatchObject({ file: files[0], verdict: 'not enough', instant: recordedFromSeconds + 900, seconds: 900 });
    expect(bad).toMatchObject({ file: files[1], verdict: 'fail', metric: 'errors', rollbackAt: 125, calibration: { from: 'history' } });
    expect(bad?.['instant']).toBe(recordedFromSeconds + Number(bad?.['seconds']));
    expect(Number(bad?.['evidence'])).toBeGreaterThan(125);
    const peers = bad?.['peers'] as readonly { readonly rule: string; readonly source: string }[];
    expect(peers.map(({ rule }) => rule.split(/[ ,]/)[0])).toEqual(['Flagger', 'Argo', 'Kayenta', 'Kayenta']);
    expect(peers.every(({ source }) => /docs\//.test(source))).toBe(true);
  });

  test('nothing bad among them is 0; one is read with everything about it, many with a summary', async () => {
    const one = await backtest([recording('good.csv', { perSecond: 1_000 })]);
    expect([one.code, one.out]).toEqual([
      0,
      expect.stringContaining('calibrated on the live version in the same recording, which is hindsight'),
    ]);
    expect(one.out).toMatch(/Plimsoll +promoted +\d/);
    const many = await backtest([recording('a.csv'), recording('b.csv', tenTimes)]);
    expect(many.out).toMatch(/2 recordings +rolled back +promoted +undecided/);
    expect(many.out).toMatch(/Plimsoll +1 +0 +1 +\d+ s/);
  });

  test('that cannot be used are named with line and field, the others are judged, and it is 2', async () => {
    const broken = write('broken.csv', recordedCsv({ seconds: 10 }).replace(/(\n\d+,)stable/, '$1staple'));
    const { code, out, err } = await backtest([broken, join(folder, 'none.csv'), recording('bad.csv', tenTimes), '--json']);
    expect(code).toBe(2);
    expect(err).toContain(`${broken}:2: version = "staple": stable or canary`);
    expect(err).toContain('none.csv');
    expect(lines(out).map((line) => line['error'] ?? line['verdict'])).toEqual([
      expect.stringContaining('staple'),
      expect.stringContaining('no such file'),
      'fail',
    ]);
  });

  test('come through a pipe, too', () => {
    const words = ['cli/main.ts', 'backtest', '-', '--json'];
    const { status, stdout } = spawnSync(process.execPath, words, { cwd: repository, input: recordedCsv(tenTimes), encoding: 'utf8' });
    expect([status, lines(stdout)[0]]).toMatchObject([1, { file: '-', verdict: 'fail' }]);
  });

  test.each([
    ['without a new version', { canaryFromSeconds: 10_000 }, 'there is no line of the version canary'],
    ['of one instant', { seconds: 0 }, 'counters say something from two on'],
  ])('%s say nothing', async (_, traffic, because) => {
    expect(await backtest([recording('x.csv', traffic)])).toMatchObject({ code: 2, err: expect.stringContaining(because) });
  });

  test('without latency put nobody’s p99 before its rule', async () => {
    const plain = recordedCsv({ seconds: 900 })
      .split('\n')
      .map((line) => line.replace(/^((?:[^,]*,){5})(?:[^,]*,){3}/, '$1'))
      .join('\n');
    const { out } = await backtest([write('errors.csv', plain), '--json']);
    expect(plain).toMatch(/^instant,version,pod,requests,errors,le_\+Inf\n/);
    expect(JSON.stringify(lines(out)[0]?.['peers'])).not.toMatch(/no values found|p99: Nodata/);
  });
});

describe('settings', () => {
  const secondsOf = async (...words: readonly string[]) => {
    const { code, out, err } = await backtest([recording('bad.csv', tenTimes), '--json', ...words]);
    expect([code, err]).toEqual([1, '']);
    return Number(lines(out)[0]?.['seconds']);
  };

  test('others decide otherwise: less risk and more dispersion take longer, all the weight on errors less', async () => {
    const usual = await secondsOf();
    expect(await secondsOf('--alpha', '0.0001')).toBeGreaterThan(usual);
    expect(await secondsOf('--kappa', '3')).toBeGreaterThan(usual);
    expect(await secondsOf('--weights', 'errors=1')).toBeLessThanOrEqual(usual);
  });

  test('come from objectives or from a service of the catalog; what is said on the command line wins', async () => {
    const objectives = write('objectives.yaml', 'risk: { rollback: 0.0001 }\n');
    const service = write('service.yaml', 'name: x\nchart: {}\nobjectives: { risk: { rollback: 0.0001 } }\n');
    const careful = await secondsOf('--alpha', '0.0001');
    expect(await secondsOf('--objectives', objectives)).toBe(careful);
    expect(await secondsOf('--objectives', service)).toBe(careful);
    expect(await secondsOf('--objectives', objectives, '--alpha', '0.01')).toBe(await secondsOf());
  });

  test.each([
    [['--alpha', '2'], 'risk.rollback = 2: at most 0.5'],
    [['--alpha', 'x'], 'a number above 0 is needed'],
    [['--kappa', '0.5'], 'dispersion = 0.5: auto, or at least 1'],
    [['--weights', 'errors=0.5'], 'shares that sum to 1: these sum to 0.5'],
    [['--weights', 'half'], 'such as errors=0.7,latency=0.3'],
    [['--objectives', 'no-such.yaml'], 'no-such.yaml'],
    [['--colour', 'red'], 'unknown option'],
  ])('%j is refused with what is allowed', async (words, because) => {
    expect(await backtest([recording('good.csv'), ...words])).toMatchObject({ code: 2, err: expect.stringContaining(because) });
  });

  test('a file of objectives is checked as the catalog is', async () => {
    const wrong = write('wrong.yaml', 'errors: { marginRatio: 1.05 }\ncolour: red\n');
    expect((await backtest([recording('x.csv'), '--objectives', wrong])).err).toMatch(/wrong\.yaml: .*colour = "red": no such field/);
    expect((await backtest([recording('x.csv'), '--objectives', write('list.yaml', '- 1\n')])).err).toContain(
      'objectives as in the catalog',
    );
  });

  test('a history is measured instead of the recording, which may be too short for it', async () => {
    const [short, history] = [
      recording('short.csv', { seconds: 60, ...tenTimes }),
      recording('history.csv', { seconds: 1_800, canaryFromSeconds: 9_999 }),
    ];
    const [line] = lines((await backtest([short, '--history', history, '--json'])).out);
    expect(line?.['calibration']).toMatchObject({ source: 'the history that was given', polls: 360 });
  });

  test('nothing to judge, and help, say how it is done', async () => {
    expect(await backtest([])).toMatchObject({ code: 2, err: expect.stringContaining('CSV files, --release or --prometheus') });
    expect(await backtest(['--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('instant,version,pod,requests,errors,le_0.005,…,le_+Inf'),
    });
  });
});

describe('a release', () => {
  test('is judged by what was counted for it; an API that is away is 3', async () => {
    const world = await startApi();
    onTestFinished(() => world.close());
    const { releaseBody } = await import('../test/support/api-world.ts');
    const started = await world.call('POST', '/v1/releases', { body: releaseBody });
    const { id } = (await started.json()) as { readonly id: string };
    const counts = world.keep(recordedCsv({ seconds: 900, ...tenTimes }));
    world.releases.record(id, 'verdict', { weightPercent: 10, decision: 'roll back', verdict: failVerdict, counts: [counts] } as never);
    const env = { PLIMSOLL_API_URL: world.url, PLIMSOLL_TOKEN: await world.issuer.token() };
    const { code, out } = await backtest(['--release', id, '--json'], env);
    expect([code, lines(out)[0]]).toMatchObject([1, { file: id, verdict: 'fail', metric: 'errors' }]);
    expect((await backtest(['--release', id])).code).toBe(3);
  });
});

describe('a range of Prometheus', () => {
  /** Counters by arithmetic: slot b fails ten times as often. Asked for `query_range` alone. */
  async function prometheus(answer?: { readonly status: number; readonly body: string }): Promise<string> {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://x');
      const [start = 0, end = 0, step = 1] = ['start', 'end', 'step'].map((name) => Number(url.searchParams.get(name)));
      const query = url.searchParams.get('query') ?? '';
      if (url.pathname !== '/api/v1/query_range') response.writeHead(404).end();
      else if (answer !== undefined) response.writeHead(answer.status).end(answer.body);
      else response.end(JSON.stringify(matrix(query, start, end, step)));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  function matrix(query: string, start: number, end: number, step: number) {
    const instants = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
    const result = (['a', 'b'] as const).flatMap((slot) => {
      if (!new RegExp(`slot=~"[^"]*${slot}`).test(query) || !query.includes('service="fraud-scorer"')) return [];
      const from = slot === 'a' ? recordedFromSeconds - 7_200 : recordedFromSeconds;
      const series = (name: string, labels: object, share: number) => ({
        metric: { __name__: name, service: 'fraud-scorer', slot, pod: `${slot}-0`, ...labels },
        values: instants.filter((at) => at >= from).map((at) => [at, String(Math.floor((at - from) * (slot === 'a' ? 90 : 10) * share))]),
      });
      const failed = slot === 'a' ? 0.001 : 0.01;
      return [
        series('model_requests_total', { status: '200' }, 1 - failed),
        series('model_requests_total', { status: '503' }, failed),
        series('model_request_duration_seconds_bucket', { le: '0.25' }, 0.98),
        series('model_request_duration_seconds_bucket', { le: '+Inf' }, 1),
      ].filter(({ values }) => values.length > 0);
    });
    return { status: 'success', data: { resultType: 'matrix', result } };
  }

  const range = (url: string, ...more: readonly string[]) => [
    '--prometheus',
    url,
    ...'--service fraud-scorer --from 2026-11-24T10:00:00Z --to'.split(' '),
    String(recordedFromSeconds + 900),
    ...more,
  ];

  test('is judged as a watch would have read it, calibrated on the hour before', async () => {
    const { code, out, err } = await backtest(range(await prometheus(), '--candidate', 'b', '--json'));
    expect([code, err]).toEqual([1, '']);
    expect(lines(out)[0]).toMatchObject({
      file: 'fraud-scorer from 2026-11-24T10:00:00.000Z',
      verdict: 'fail',
      metric: 'errors',
      calibration: { source: expect.stringContaining('before the new one came') },
    });
  });

  test.each([
    ['a slot that had nothing', ['--candidate', 'b', '--service', 'nobody'], 2, 'no series of service=nobody, slot=b'],
    ['no slot', [], 2, '--candidate: needed'],
    ['a slot that there is not', ['--candidate', 'c'], 2, 'a or b'],
    ['a time that ends before it begins', ['--candidate', 'b', '--to', '5'], 2, '--to: a time after --from'],
    ['a time that is none', ['--candidate', 'b', '--to', 'noon'], 2, 'Unix seconds'],
  ])('%s is named', async (_, more, code, because) => {
    expect(await backtest(range(await prometheus(), ...more))).toMatchObject({ code, err: expect.stringContaining(because) });
  });

  test.each([
    ['refuses', { status: 422, body: '{"status":"error"}' }],
    ['is no Prometheus', { status: 200, body: '<html>' }],
  ])('a server that %s is 3', async (_, answer) => {
    expect((await backtest(range(await prometheus(answer), '--candidate', 'b'))).code).toBe(3);
    expect((await backtest(range('http://127.0.0.1:1', '--candidate', 'b'))).code).toBe(3);
  });
});
