import { expect, test } from 'vitest';
import { askingAgain } from './again.ts';

/** An API that answers these, one after the other, and then 200; and what it was asked. */
function apiThatAnswers(...statuses: readonly number[]) {
  const asked: string[] = [];
  const ask = async (input: Parameters<typeof fetch>[0]) => {
    const { method, headers } = input as Request;
    asked.push(`${method} ${headers.get('authorization')}`);
    return new Response(null, { status: statuses[asked.length - 1] ?? 200 });
  };
  const noted: string[] = [];
  return { asked, noted, ask: askingAgain(ask, (text) => void noted.push(text), 0) };
}

const address = 'http://127.0.0.1/v1/releases';
const headers = { authorization: 'Bearer one' };

test('a question that cannot be answered just now is asked again, by the same caller, who is told once', async () => {
  const { asked, noted, ask } = apiThatAnswers(503, 503);
  expect((await ask(address, { headers })).status).toBe(200);
  expect(asked).toEqual(['GET Bearer one', 'GET Bearer one', 'GET Bearer one']);
  expect(noted).toEqual(['the API cannot answer just now: asking again']);
});

test('the third 503 is the answer', async () => {
  const { asked, ask } = apiThatAnswers(503, 503, 503);
  expect((await ask(address)).status).toBe(503);
  expect(asked).toHaveLength(3);
});

test.each([401, 403, 404, 409, 500])('%i is an answer', async (status) => {
  const { asked, noted, ask } = apiThatAnswers(status);
  expect((await ask(address)).status).toBe(status);
  expect([asked.length, noted]).toEqual([1, []]);
});

test('what does something is not said twice', async () => {
  const { asked, ask } = apiThatAnswers(503);
  expect((await ask(address, { method: 'POST', body: '{}' })).status).toBe(503);
  expect(asked).toHaveLength(1);
});
