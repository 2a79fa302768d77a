/** The published schema takes what releases write: every record of recorded histories, and of a day. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, test } from 'vitest';
import { linked } from '../../../domain/ledger/chain.ts';
import { dayRecordOf } from '../../../domain/ledger/refusals.ts';
import { callerOf } from '../../../test/support/builders.ts';
import { runHistoryOf } from '../agreement.ts';
import { repository } from '../repository.ts';
import { recordSchema } from './record.ts';

const recordsIn = (history: string): readonly unknown[] =>
  runHistoryOf(
    historyFromJSON(JSON.parse(readFileSync(join(repository, 'test/replay/histories', `${history}.json`), 'utf8'))),
  ).steps.flatMap(({ name, input }) => (name === 'appendRecords' ? (input as { records: readonly unknown[] }).records : []));

describe('the schema of a record', () => {
  test.each(['release.sealed', 'recover.sealed'])('takes every record of %s', (history) => {
    const records = recordsIn(history);
    expect(records.length).toBeGreaterThan(1);
    expect(records.flatMap((record) => recordSchema.safeParse(record).error?.issues ?? [])).toEqual([]);
  });

  test('takes a refused call', () => {
    const by = callerOf('mallory', 'risk');
    const call = {
      at: '2026-11-24T10:00:00.000Z',
      by,
      call: 'POST /v1/releases',
      release: null,
      refusal: 'caller.forbidden',
      because: 'no',
    } as const;
    const record = linked(dayRecordOf('2026-11-24', { runId: 'run', sequence: 0, claim: true }, call), null);
    expect(recordSchema.safeParse(JSON.parse(JSON.stringify(record))).error?.issues ?? []).toEqual([]);
  });

  test.each([
    ['no hash', { hash: undefined }],
    ['another type', { event: { type: 'com.example' } }],
    ['more than it should have', { more: true }],
  ])('refuses one with %s', (_, change) => {
    const [first] = recordsIn('release.sealed') as readonly Record<string, unknown>[];
    const event = { ...(first?.['event'] as object), ...('event' in change ? change.event : {}) };
    expect(recordSchema.safeParse({ ...first, ...change, event }).success).toBe(false);
  });
});
