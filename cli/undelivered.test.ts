import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import picocolors from 'picocolors';
import { expect, onTestFinished, test } from 'vitest';
import { runPlimsoll } from '../test/support/plimsoll.ts';
import { deadText, stateText, undeliveredTable } from './undelivered.ts';

const plain = picocolors.createColors(false);

test('a notice that nobody took is a line: since when, who, what, why not, and what to say to have it delivered', () => {
  const notice = {
    id: 'strays.run.paging.0a1b2c3d',
    target: 'paging',
    targetKind: 'webhook' as const,
    kind: 'unexplained workload',
    text: 'No release explains Pod/debug in production: it names no release',
    since: '2026-11-27T09:30:12.000Z',
    because: 'paging answered with status 503',
  };
  const [head, line] = undeliveredTable([notice], plain).split('\n');
  expect(head).toMatch(/SINCE +WHO +WHAT +WHY NOT +NOTICE/);
  expect(line).toMatch(
    /^2026-11-27 09:30 +paging +No release explains .* names no release +paging answered with status 503 +strays\.run\.paging\.0a1b2c3d$/,
  );
  expect(undeliveredTable([], plain)).toBe('every notice was taken\n');
});

test('what became of one is said with its id, and why where it waits on', () => {
  expect(stateText({ id: 'n', state: 'waiting', because: 'paging did not answer' }, plain)).toBe(
    'n was not taken: paging did not answer\n',
  );
  expect(stateText({ id: 'n', state: 'delivered', because: null }, plain)).toBe('n delivered\n');
  expect(stateText({ id: 'n', state: 'gone', because: 'it was discarded just now' }, plain)).toBe(
    'n waits no more: it was discarded just now\n',
  );
});

test('a dead letter is a line: what it is or why it is none, and whether it was told', () => {
  const since = '2026-11-27T09:30:12.000Z';
  const finding = { id: 'f00d', type: 'Execution:Runtime/NewBinaryExecuted', severity: 8 };
  const messages = [
    { messageId: 'm1', since, received: 6, finding, malformed: null, told: true },
    { messageId: 'm2', since, received: 6, finding: null, malformed: 'detail.id: Required', told: false },
  ];
  const [head, told, left, more] = deadText({ off: null, messages, more: true }, plain).split('\n');
  expect(head).toMatch(/SENT +RECEIVED +WHAT +NOW +MESSAGE/);
  expect(told).toMatch(/^2026-11-27 09:30 +6 times +Execution:Runtime\/NewBinaryExecuted, severity 8 \(f00d\) +told +m1$/);
  expect(left).toMatch(/no finding: detail\.id: Required +left +m2$/);
  expect(more).toBe('and more');
  expect(deadText({ off: 'no queue', messages: [], more: false }, plain)).toBe('nobody could look: no queue\n');
});

type Answer = readonly [status: number, body: object];
const delivered: Answer = [200, { state: 'delivered', because: null }];
const problem = (status: number, kind: string): Answer => [status, { kind, status, detail: `${kind} it is`, advice: 'look again' }];
const gone = problem(404, 'notice.unknown');

/** Asks for all that are listed, of an API that answers each of them so. */
async function redeliverAll(answers: Readonly<Record<string, Answer>>, ...more: string[]) {
  const notices = Object.keys(answers).map((id) => ({ id }));
  const api = createServer((request, response) => {
    const id = /^\/v1\/undelivered\/(.+)\/redeliver$/.exec(request.url ?? '')?.[1];
    const [status, body] = id === undefined ? [200, { notices, nextPageToken: null }] : (answers[id] ?? gone);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void api.close());
  await new Promise((resolve) => api.once('listening', resolve));
  const env = { PLIMSOLL_API_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`, PLIMSOLL_TOKEN: 'a token' };
  return await runPlimsoll([], ['redeliver', '--all', ...more], env);
}

test('one that somebody else has settled meanwhile is said to be so, and the others are delivered', async () => {
  const { code, out } = await redeliverAll({ n1: delivered, n2: gone, n3: delivered });
  expect([code, out]).toEqual([0, 'n1 delivered\nn2 waits no more: notice.unknown it is\nn3 delivered\n']);
});

test('one that was not taken does not keep the others from being delivered, and is what the exit code says', async () => {
  const { code, out } = await redeliverAll({ n1: [200, { state: 'waiting', because: 'no answer' }], n2: gone, n3: delivered }, '--json');
  expect(JSON.parse(out)).toEqual([
    { id: 'n1', state: 'waiting', because: 'no answer' },
    { id: 'n2', state: 'gone', because: 'notice.unknown it is' },
    { id: 'n3', state: 'delivered', because: null },
  ]);
  expect(code).toBe(1);
});

test('any other answer ends it, and what was delivered until then is said as one document', async () => {
  const { code, out, err } = await redeliverAll({ n1: delivered, n2: problem(503, 'temporal.unreachable'), n3: delivered }, '--json');
  expect(JSON.parse(out)).toEqual([{ id: 'n1', state: 'delivered', because: null }]);
  expect([code, JSON.parse(err)]).toEqual([3, expect.objectContaining({ kind: 'temporal.unreachable' })]);
});

test('with nothing listed it is an empty list', async () => {
  expect(await redeliverAll({}, '--json')).toMatchObject({ code: 0, out: '[]\n' });
});
