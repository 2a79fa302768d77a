import { expect, test } from 'vitest';
import { CliError, exitCodes } from './errors.ts';
import { patiently } from './patience.ts';

const unreachable = new CliError(exitCodes.unreachable, 'nobody answers');
const refused = new CliError(exitCodes.refused, 'no');

function answers(...them: readonly (CliError | 'yes')[]) {
  const asked: string[] = [];
  const ask = async () => {
    const answer = them[asked.length] ?? 'yes';
    asked.push(String(answer));
    if (answer !== 'yes') throw answer;
    return answer;
  };
  return { asked, ask };
}

const patience = (patienceMs: number, noted: string[] = []) => ({
  apiUrl: 'http://127.0.0.1:9',
  patienceMs,
  retryMs: 1,
  note: (text: string) => void noted.push(text),
});

test('what nobody answers is asked again, and said once', async () => {
  const { ask, asked } = answers(unreachable, unreachable, 'yes');
  const noted: string[] = [];
  expect(await patiently(ask, patience(60_000, noted))).toBe('yes');
  expect([asked.length, noted]).toEqual([3, ['http://127.0.0.1:9 does not answer: trying again']]);
});

test('a refusal is an answer', async () => {
  const { ask, asked } = answers(refused);
  await expect(patiently(ask, patience(60_000))).rejects.toBe(refused);
  expect(asked).toHaveLength(1);
});

test('patience ends', async () => {
  const { ask, asked } = answers(unreachable);
  await expect(patiently(ask, patience(0))).rejects.toBe(unreachable);
  expect(asked).toHaveLength(1);
});
