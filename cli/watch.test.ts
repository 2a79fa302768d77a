/** A watch of a release, as a person and as a program see it, against the real API over HTTP. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { useCli } from '../test/support/cli-calls.ts';
import { terminalOf } from '../test/support/plimsoll.ts';
import { failVerdict } from '../test/support/verdicts.ts';
import { createApi } from './client/api.ts';
import { run } from './program.ts';
import { watchRelease } from './watch.ts';

const { world, reach, started, end } = useCli();

describe('watching', () => {
  test('phases and metrics are printed as they come; --json is one line an event', async () => {
    const id = await started();
    world().releases.record(id, 'requested');
    const verdict = { ...failVerdict, canary: { requests: 4, errors: 0, p99Seconds: 0.1 } };
    world().releases.change(id, { heartbeats: [{ verdict }] });
    const env = reach();
    const [person, machine] = [terminalOf(), terminalOf()];
    const watching = [
      run(['watch', id], { env, terminal: person.terminal }),
      run(['watch', id, '--json'], { env, terminal: machine.terminal }),
    ];
    await expect.poll(() => [person.said.out.includes('new  4'), machine.said.out.includes('progress')]).toEqual([true, true]);
    end(id, 'released');
    expect(await Promise.all(watching)).toEqual([0, 0]);
    const { out } = person.said;
    expect(out).toMatch(/fetching\n[\s\S]*new  4 requests, 0 errors[\s\S]*released: because/);
    const lines = machine.said.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; id?: number });
    expect(lines.map(({ event, id: sequence }) => [event, sequence])).toEqual([
      ['dev.plimsoll.release.requested.0.1.0', 0],
      ['state', undefined],
      ['progress', undefined],
      ['dev.plimsoll.release.closed.0.1.0', 1],
      ['state', undefined],
      ['end', undefined],
      ['release', undefined],
    ]);
  });

  test('a person sees one block that is rewritten, as long as the one before it', async () => {
    const id = await started();
    const { said, terminal } = terminalOf('');
    world().releases.change(id, { heartbeats: [{ verdict: failVerdict }] });
    const watching = run(['watch', id], { env: reach(), terminal });
    await expect.poll(() => said.out.includes('1 : 3,190')).toBe(true);
    world().releases.change(id, { heartbeats: [{ verdict: { ...failVerdict, reason: 'still slower' } }] });
    await expect.poll(() => said.out.includes('still slower')).toBe(true);
    end(id, 'rolled back');
    expect(await watching).toBe(1);
    // Nine lines: back over eight of them.
    expect(said.out.split('\u001b[8A')).toHaveLength(2);
    const lines = said.out.split(/[\n\r]/).map((line) => stripVTControlCharacters(line));
    expect(lines.filter((line) => line.length >= 100)).toEqual([]);
  });

  test('a cut stream is taken up where it was cut', async () => {
    const id = await started();
    world().releases.record(id, 'requested');
    const asked: (string | undefined)[] = [];
    // An API in front of the API that cuts the first stream after its first record.
    const proxy = createServer((request, response) => {
      const stream = request.url?.endsWith('/events') === true;
      if (stream) asked.push(request.headers['last-event-id'] as string | undefined);
      if (stream && asked.length === 1) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('id: 0\nevent: dev.plimsoll.release.requested.0.1.0\ndata: {"sequence":0}\n\n', () => response.destroy());
        return;
      }
      if (stream) end(id, 'released');
      const { host: _, ...headers } = request.headers;
      void fetch(`${world().url}${request.url ?? ''}`, { headers: headers as Record<string, string> }).then(async (answer) =>
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(await answer.text()),
      );
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    onTestFinished(() => void proxy.close());
    const apiUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const { said, terminal } = terminalOf();
    const api = createApi({ apiUrl, token: reach().PLIMSOLL_TOKEN });
    expect(await watchRelease(id, { api, apiUrl, terminal, json: true, retryMs: 1 })).toBe(0);
    expect(asked).toEqual([undefined, '0']);
    expect(said.out.match(/"sequence":/g)?.length).toBeGreaterThanOrEqual(2);
    expect(said.err).toContain('trying again');
  });

  test('an API that stays away is given up after a while: 3', async () => {
    const { terminal } = terminalOf();
    const apiUrl = 'http://127.0.0.1:1';
    const api = createApi({ apiUrl, token: reach().PLIMSOLL_TOKEN });
    await expect(watchRelease('x', { api, apiUrl, terminal, json: false, retryMs: 1, patienceMs: 20 })).rejects.toMatchObject({
      exitCode: 3,
    });
  });
});
