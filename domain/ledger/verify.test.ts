import { describe, expect, test } from 'vitest';
import { keyPair, recordsOf, signWith, storedChain, trusting } from '../../test/support/chains.ts';
import type { ReleaseRecord } from '../record.ts';
import { linked } from './chain.ts';
import { verifyChain } from './verify.ts';

const ours = keyPair();
const check = trusting(ours);
const release = 'fraud-scorer-production-0123456789ab';

describe('an open release', () => {
  test('is intact and not sealed', async () => {
    expect(verifyChain(await storedChain(release, recordsOf(release, 3)), check)).toMatchObject({ intact: true, sealed: false });
  });

  test('without a record yet has no head', () => {
    const nothing = { name: `releases/${release}`, records: [], seals: [] } as const;
    expect(verifyChain(nothing, check)).toMatchObject({ intact: true, sealed: false, head: null, records: 0 });
  });
});

describe('a recovery', () => {
  test('takes a chain on, also one that was sealed, and seals it again', async () => {
    const before = recordsOf(release, 3);
    const whole = recordsOf(release, 2, undefined, before);
    const stored = await storedChain(release, whole, { by: signWith(ours), at: [2, 4] });
    expect(verifyChain(stored, check)).toMatchObject({ intact: true, sealed: true, records: 5 });
  });
});

describe('a key that was replaced', () => {
  test('still vouches for what it has sealed, as long as it is trusted', async () => {
    const newer = keyPair();
    const stored = await storedChain(release, recordsOf(release, 2), { by: signWith(ours) });
    expect(verifyChain(stored, trusting(newer, ours))).toMatchObject({ intact: true, sealed: true });
    const [fault] = verifyChain(stored, trusting(newer)).faults;
    expect(fault?.what).toContain('a key that is not trusted');
  });
});

describe('a checkpoint', () => {
  const records = recordsOf(release, 4);
  const witness = { by: '2026-11-24', sequence: 1, head: records[1]?.hash as `sha256:${string}` };

  test('is named where it vouches for a part of the chain', async () => {
    expect(verifyChain(await storedChain(release, records), check, [witness])).toMatchObject({ intact: true, witnesses: ['2026-11-24'] });
  });

  test('finds an open chain that was cut off', async () => {
    const { faults } = verifyChain(await storedChain(release, records.slice(0, 1)), check, [witness]);
    expect(faults).toEqual([{ kind: 'truncated', sequence: 1, what: '2026-11-24 signs for record 1, and the chain ends with record 0' }]);
  });

  test('finds an open chain that was replaced, or is gone', async () => {
    const others = recordsOf(release, 4, () => 'else');
    expect(verifyChain(await storedChain(release, others), check, [witness]).faults[0]).toMatchObject({ kind: 'replaced', sequence: 1 });
    expect(verifyChain(await storedChain(release, []), check, [witness]).faults[0]).toMatchObject({ kind: 'truncated', sequence: 0 });
  });
});

test('a clock that was set back is a note, and no fault', async () => {
  const [first] = recordsOf(release, 1);
  const { hash: _, previousHash: __, ...rest } = recordsOf(release, 2)[1] as ReleaseRecord;
  const early = linked({ ...rest, event: { ...rest.event, time: '2026-11-24T09:59:00.000Z' } }, first?.hash ?? null);
  const { intact, notes } = verifyChain(await storedChain(release, [first as ReleaseRecord, early]), check);
  expect(intact).toBe(true);
  expect(notes).toEqual([expect.stringContaining('a clock was set back')]);
});

test('something that is no record is named', async () => {
  const stored = await storedChain(release, recordsOf(release, 1));
  const key = `releases/${release}/notes.txt`;
  const [fault] = verifyChain({ ...stored, records: [...stored.records, { key, sequence: null, text: '' }] }, check).faults;
  expect(fault).toEqual({ kind: 'stranger', sequence: null, what: `${key} is neither a record nor a seal` });
});
