import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { stateText, undeliveredTable } from './undelivered.ts';

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
