/**
 * Goal: whatever somebody does to a chain is found, and the first record that is wrong is named.
 * Method: random chains, each damaged once in every way there is by somebody who has the bucket and not the key;
 * whoever only reads must be told the place and the sort of damage. Undamaged chains must pass.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyPair, recordsOf, signWith, storedChain, storedRecord, trusting } from '../../test/support/chains.ts';
import { canonicalText } from '../digest.ts';
import type { ReleaseRecord } from '../record.ts';
import { linked } from './chain.ts';
import type { FaultKind } from './fault.ts';
import type { StoredObject } from './records.ts';
import { type StoredChain, verifyChain } from './verify.ts';

const ours = keyPair();
const theirs = keyPair();
const check = trusting(ours);
const release = 'fraud-scorer-production-0123456789ab';
const name = `releases/${release}` as const;

interface Given {
  readonly records: readonly ReleaseRecord[];
  readonly stored: StoredChain;
  /** A place of the chain, and another one behind it. */
  readonly at: number;
  readonly behind: number;
}

/** Sealed chains of 3 to 30 records with any JSON in them. */
const given = fc
  .record({ data: fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: 3, maxLength: 30 }), one: fc.nat(), other: fc.nat() })
  .map(async ({ data, one, other }): Promise<Given> => {
    const records = recordsOf(release, data.length, (sequence) => ({ anything: data[sequence] }));
    const at = one % (data.length - 1);
    const behind = at + 1 + (other % (data.length - 1 - at));
    return { records, stored: await storedChain(release, records, { by: signWith(ours) }), at, behind };
  });

const replaceText = (stored: StoredChain, at: number, text: string): StoredChain => ({
  ...stored,
  records: stored.records.map((object) => (object.sequence === at ? { ...object, text } : object)),
});
const textsOf = (stored: StoredChain, texts: readonly string[]): StoredChain => ({
  ...stored,
  records: texts.map((text, sequence) => storedRecord(name, sequence, text)),
});
const touched = (object: StoredObject | undefined, change: Partial<StoredObject>): StoredObject => ({
  ...(object as StoredObject),
  ...change,
});

/** The record with something else in it, and the hash that this something has. */
function forged(record: ReleaseRecord | undefined): ReleaseRecord {
  const { hash: _, previousHash = null, ...rest } = record as ReleaseRecord;
  return linked({ ...rest, event: { ...rest.event, data: { forged: true } } }, previousHash);
}

/** All records from `at` on written anew, each in order and with the right hashes, as whoever has no key can. */
function rewrittenFrom(records: readonly ReleaseRecord[], at: number): readonly ReleaseRecord[] {
  const kept = records.slice(0, at);
  for (const { hash: _, previousHash: __, ...rest } of records.slice(at))
    kept.push(linked({ ...rest, event: { ...rest.event, data: { forged: true } } }, kept.at(-1)?.hash ?? null));
  return kept;
}

interface Damage {
  readonly what: string;
  readonly done: (chain: Given) => StoredChain | Promise<StoredChain>;
  readonly kind: FaultKind;
  readonly at: (chain: Given) => number;
}

const last = ({ records }: Given) => records.length - 1;

const damages: readonly Damage[] = [
  {
    what: 'a value that is changed',
    done: ({ stored, records, at }) => {
      const record = records[at] as ReleaseRecord;
      return replaceText(stored, at, canonicalText({ ...record, event: { ...record.event, data: { forged: true } } }));
    },
    kind: 'changed',
    at: ({ at }) => at,
  },
  {
    what: 'a value that is changed together with its hash',
    done: ({ stored, records, at }) => replaceText(stored, at, canonicalText(forged(records[at]))),
    kind: 'broken link',
    at: ({ at }) => at,
  },
  {
    what: 'a last value that is changed together with its hash',
    done: ({ stored, records }) => replaceText(stored, records.length - 1, canonicalText(forged(records.at(-1)))),
    kind: 'replaced',
    at: last,
  },
  {
    what: 'white space',
    done: ({ stored, records, at }) => replaceText(stored, at, `${canonicalText(records[at])}\n`),
    kind: 'not canonical',
    at: ({ at }) => at,
  },
  {
    what: 'a number beyond all numbers',
    done: ({ stored, records, at }) => replaceText(stored, at, canonicalText(records[at]).replace('"claim":', '"beyond":1e999,"claim":')),
    kind: 'not canonical',
    at: ({ at }) => at,
  },
  {
    what: 'bytes that are no record',
    done: ({ stored, at }) => replaceText(stored, at, '{"a":1}'),
    kind: 'unreadable',
    at: ({ at }) => at,
  },
  {
    what: 'a record that is dropped',
    done: ({ stored, at }) => ({ ...stored, records: stored.records.filter(({ sequence }) => sequence !== at) }),
    kind: 'missing',
    at: ({ at }) => at,
  },
  {
    what: 'a record that is dropped, and the others moved up',
    done: ({ stored, records, at }) => textsOf(stored, records.filter(({ sequence }) => sequence !== at).map(canonicalText)),
    kind: 'misplaced',
    at: ({ at }) => at,
  },
  {
    what: 'a record that is put in',
    done: ({ stored, records, at }) => {
      const after = Math.max(0, at - 1);
      const { hash: _, previousHash: __, ...rest } = records[after] as ReleaseRecord;
      const putIn = linked({ ...rest, sequence: after + 1, claim: false }, records[after]?.hash ?? null);
      return textsOf(stored, records.map(canonicalText).toSpliced(after + 1, 0, canonicalText(putIn)));
    },
    // What was put in is made well; the next record is the first that is not at its place.
    kind: 'misplaced',
    at: ({ at }) => Math.max(0, at - 1) + 2,
  },
  {
    what: 'two records that change places',
    done: ({ stored, records, at, behind }) => {
      const texts = records.map(canonicalText);
      return textsOf(stored, texts.with(at, texts[behind] ?? '').with(behind, texts[at] ?? ''));
    },
    kind: 'misplaced',
    at: ({ at }) => at,
  },
  {
    what: 'a record that is there twice',
    done: ({ stored, records, at }) => textsOf(stored, records.map(canonicalText).toSpliced(at + 1, 0, canonicalText(records[at]))),
    kind: 'misplaced',
    at: ({ at }) => at + 1,
  },
  {
    what: 'a record of another release',
    done: ({ stored, records, at }) => {
      const { event } = records[at] as ReleaseRecord;
      return replaceText(stored, at, canonicalText({ ...records[at], event: { ...event, subject: 'another' } }));
    },
    kind: 'foreign',
    at: ({ at }) => at,
  },
  {
    what: 'an end that is cut off',
    done: ({ stored, behind }) => ({ ...stored, records: stored.records.slice(0, behind) }),
    kind: 'truncated',
    at: ({ behind }) => behind,
  },
  {
    what: 'a whole chain in place of another',
    done: ({ stored, records, at }) => textsOf(stored, rewrittenFrom(records, at).map(canonicalText)),
    kind: 'replaced',
    at: last,
  },
  {
    what: 'a whole chain in place of another, sealed by another key',
    done: async ({ records, at }) => await storedChain(release, rewrittenFrom(records, at), { by: signWith(theirs) }),
    kind: 'bad seal',
    at: last,
  },
  {
    what: 'a run that goes on without taking the record on',
    done: async ({ records, behind }) => {
      const { hash: _, previousHash: __, ...rest } = records[behind] as ReleaseRecord;
      const before = records.slice(0, behind);
      const foreign = linked({ ...rest, runId: 'another', claim: false }, before.at(-1)?.hash ?? null);
      return await storedChain(release, [...before, foreign], { by: signWith(ours) });
    },
    kind: 'unclaimed writer',
    at: ({ behind }) => behind,
  },
  {
    what: 'a forged newer version over a place',
    done: ({ stored, at }) => ({ ...stored, records: stored.records.with(at, touched(stored.records[at], { laterVersions: 1 })) }),
    kind: 'later version',
    at: ({ at }) => at,
  },
  {
    what: 'a delete marker over a place',
    done: ({ stored, at }) => ({ ...stored, records: stored.records.with(at, touched(stored.records[at], { deleted: true })) }),
    kind: 'deleted marker',
    at: ({ at }) => at,
  },
  {
    what: 'a record behind the seal',
    done: async ({ records, at }) => await storedChain(release, records, { by: signWith(ours), at: [at] }),
    kind: 'after the seal',
    at: ({ at }) => at + 1,
  },
  {
    what: 'a seal of another chain',
    done: async ({ stored, records }) => {
      const other = await storedChain('another', recordsOf('another', records.length), { by: signWith(ours) });
      return { ...stored, seals: other.seals };
    },
    kind: 'bad seal',
    at: last,
  },
  {
    what: 'a seal that is changed',
    done: ({ stored }) => ({
      ...stored,
      seals: [touched(stored.seals[0], { text: stored.seals[0]?.text.replace('"sig":"', '"sig":"A') ?? '' })],
    }),
    kind: 'bad seal',
    at: last,
  },
  {
    what: 'records without hashes',
    done: ({ stored, records, at }) => {
      const { hash: _, previousHash: __, ...rest } = records[at] as ReleaseRecord;
      return replaceText(stored, at, canonicalText(rest));
    },
    kind: 'unchained',
    at: ({ at }) => at,
  },
];

describe('a damaged chain', () => {
  test.each(damages)('with $what: $kind', async ({ done, kind, at }) => {
    await fc.assert(
      fc.asyncProperty(given, async (coming) => {
        const chain = await coming;
        const { intact, faults } = verifyChain(await done(chain), check);
        expect(intact).toBe(false);
        expect(faults[0]).toMatchObject({ kind, sequence: at(chain) });
      }),
      { numRuns: 30 },
    );
  });

  test('with one bit changed anywhere is never intact', async () => {
    await fc.assert(
      fc.asyncProperty(given, fc.nat(), fc.nat(7), async (coming, place, bit) => {
        const { stored, at } = await coming;
        const bytes = Buffer.from(stored.records[at]?.text ?? '');
        const index = place % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
        const { faults } = verifyChain(replaceText(stored, at, bytes.toString('utf8')), check);
        expect(faults[0]?.sequence).toBe(at);
      }),
    );
  });
});

describe('an undamaged chain', () => {
  test('is intact and sealed, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(given, async (coming) => {
        const { stored, records } = await coming;
        expect(verifyChain(stored, check)).toEqual({
          chain: name,
          intact: true,
          sealed: true,
          records: records.length,
          head: records.at(-1)?.hash,
          faults: [],
          notes: [],
          witnesses: [],
        });
      }),
    );
  });

  test('is intact also where the clock jumps: each step back is a note, and no fault', async () => {
    const instants = fc.array(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), {
      minLength: 2,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(instants, async (dates) => {
        const times = dates.map((date) => date.toISOString());
        const records: ReleaseRecord[] = [];
        for (const [sequence, { hash: _, previousHash: __, ...rest }] of recordsOf(release, times.length).entries())
          records.push(linked({ ...rest, event: { ...rest.event, time: times[sequence] ?? '' } }, records.at(-1)?.hash ?? null));
        const { intact, faults, notes } = verifyChain(await storedChain(release, records, { by: signWith(ours) }), check);
        expect([intact, faults]).toEqual([true, []]);
        expect(notes).toHaveLength(times.filter((time, index) => time < (times[index - 1] ?? '')).length);
      }),
      { numRuns: 30 },
    );
  });
});
