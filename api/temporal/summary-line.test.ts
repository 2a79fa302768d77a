import { defaultPayloadConverter } from '@temporalio/common';
import { expect, test } from 'vitest';
import { summaryLine } from './summary-line.ts';

/** Of `limit.userMetadataSummarySize`; around data and metadata there are a few bytes of protobuf. */
const temporalTakes = 400 - 20;

const bytesOf = (text: string) => {
  const { data, metadata } = defaultPayloadConverter.toPayload(text);
  return [data, ...Object.entries(metadata ?? {}).flat()].reduce((sum, part) => sum + Buffer.byteLength(part ?? ''), 0);
};

test('a line that fits is left as it is', () => {
  expect(summaryLine('')).toBe('');
  expect(summaryLine('production is stopped by sam: errors everywhere 😀')).toBe('production is stopped by sam: errors everywhere 😀');
});

test.each(['a', 'ü', 'я', '漢', '😀', '"'])(
  'of %s over and over there is as much as Temporal takes, and no character halved',
  (character) => {
    const summary = summaryLine(`x${character.repeat(500)}`);
    expect(summary).toMatch(new RegExp(`^x(${character})+$`, 'u'));
    expect(bytesOf(summary)).toBeLessThan(temporalTakes);
    expect(bytesOf(summary)).toBeGreaterThan(300);
  },
);
