import picocolors from 'picocolors';
import { expect, test } from 'vitest';
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
