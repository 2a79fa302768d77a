import { expect, test } from 'vitest';
import { askAgain } from './ask-again.ts';

const lost = new Error('lost');
const isLost = (error: unknown) => error === lost;
const fails = (why: Error) => async (): Promise<string> => {
  throw why;
};

test('what is lost on its way is asked once more, and no more than that', async () => {
  expect(await askAgain(isLost, fails(lost), async () => 'answer')).toBe('answer');
  await expect(askAgain(isLost, fails(lost), fails(lost))).rejects.toBe(lost);
});

test('an answer is an answer, and a "no" is one too', async () => {
  const never = fails(new Error('asked again'));
  expect(await askAgain(isLost, async () => 'answer', never)).toBe('answer');
  await expect(askAgain(isLost, fails(new Error('no')), never)).rejects.toThrow('no');
});
