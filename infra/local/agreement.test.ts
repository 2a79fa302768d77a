/**
 * Goal: a ledger that tells another story than Temporal is found out, and one that tells the same is left alone.
 * Method: recorded histories of a release and of a recovery; the chain is what they wrote, then changed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, test } from 'vitest';
import { disagreements, type RunHistory } from '../../domain/ledger/agreement.ts';
import { linked } from '../../domain/ledger/chain.ts';
import { type ReleaseRecord, recordTypes } from '../../domain/record.ts';
import { runHistoryOf } from './agreement.ts';
import { repository } from './repository.ts';

const recorded = (name: string): RunHistory =>
  runHistoryOf(historyFromJSON(JSON.parse(readFileSync(join(repository, 'test/replay/histories', `${name}.json`), 'utf8'))));

const release = recorded('release.sealed');
const writtenBy = ({ steps }: RunHistory): readonly ReleaseRecord[] =>
  steps.flatMap(({ name, input }) => (name === 'appendRecords' ? (input as { records: readonly ReleaseRecord[] }).records : []));
const chain = writtenBy(release);

describe('a release and its chain', () => {
  test('agree', () => {
    expect(chain.length).toBeGreaterThan(20);
    expect(disagreements([release], chain)).toEqual([]);
  });

  test('do not when a record is missing that Temporal says was written', () => {
    expect(disagreements([release], chain.toSpliced(5, 1))).toEqual(['record 5 was written, says Temporal, and the ledger lacks it']);
  });

  test('do not when a record is another one', () => {
    const other = linked({ ...(chain[5] as ReleaseRecord), runId: 'else' }, null);
    expect(disagreements([release], chain.with(5, other))).toEqual([
      'record 5 is in the ledger, and no run of the release wrote it',
      'record 5 was written, says Temporal, and the ledger has another one',
    ]);
  });

  test('do not when the ledger has one more', () => {
    const more = linked({ ...(chain.at(-1) as ReleaseRecord), sequence: chain.length }, null);
    expect(disagreements([release], [...chain, more])).toEqual([
      `record ${chain.length} is in the ledger, and no run of the release wrote it`,
    ]);
  });

  test('do not when they end differently', () => {
    const outcome = { kind: 'rolled back', reason: 'else', infrastructure: 'none', model: 'put back' } as const;
    expect(disagreements([{ ...release, outcome }], chain)).toEqual(['Temporal says rolled back, and the ledger released']);
    const [open] = [chain.slice(0, -1)];
    expect(disagreements([release], open)).toContain('Temporal says released, and the ledger has no end');
  });

  test.each(['applyPlan', 'deploySlot'])('do not when %s was begun before its intent was recorded', (name) => {
    const steps = release.steps.map((step) =>
      step.name === 'appendRecords' && writtenBy({ ...release, steps: [step] }).some(({ event }) => event.type === recordTypes.intended)
        ? { ...step, completed: Number.MAX_SAFE_INTEGER }
        : step,
    );
    expect(disagreements([{ ...release, steps }], chain)).toContain(`${name} was begun before the ledger had its intent`);
  });

  test('agree when an append had no answer, and its record is there nevertheless', () => {
    const steps = release.steps.map((step) => (step.name === 'appendRecords' && step.scheduled < 20 ? { ...step, completed: null } : step));
    expect(disagreements([{ ...release, steps }], chain)).toEqual([]);
  });
});
