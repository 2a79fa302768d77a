/** `plimsoll verify` as it is called, on copies of a ledger in folders: what an auditor has. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { canonicalText } from '../domain/digest.ts';
import { checkpointKeyOf, linked, recordKeyOf, refusalsChain, releaseChain } from '../domain/ledger/chain.ts';
import { checkpointText, type Head, readCheckpoint } from '../domain/ledger/checkpoint.ts';
import { dayRecordOf, type RefusedCall } from '../domain/ledger/refusals.ts';
import type { ReleaseRecord } from '../domain/record.ts';
import { callerOf } from '../test/support/builders.ts';
import { keyPair, recordsOf, signWith, storedChain, trusting } from '../test/support/chains.ts';
import { runPlimsoll } from '../test/support/plimsoll.ts';
import { mountVerify } from './command.ts';

const keys = keyPair();
const sign = signWith(keys);
let folder: string;
let keyFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-verify-'));
  keyFile = join(folder, 'key.pem');
  writeFileSync(keyFile, keys.publicKey.export({ type: 'spki', format: 'pem' }));
});

const verify = (...words: readonly string[]) => runPlimsoll([mountVerify], ['verify', ...words]);

const inCopy = (...words: readonly string[]) => verify(...words, '--from', folder, '--key', keyFile);

/** The same, asked at another time than now. */
const inCopyAt = (time: string, ...words: readonly string[]) =>
  runPlimsoll(
    [(program, host, finish) => mountVerify(program, host, finish, () => Date.parse(time))],
    ['verify', ...words, '--from', folder, '--key', keyFile],
  );

const write = (key: string, text: string): void => {
  mkdirSync(dirname(join(folder, key)), { recursive: true });
  writeFileSync(join(folder, key), text);
};

async function writeChain(release: string, count: number, sealed = true): Promise<readonly ReleaseRecord[]> {
  const records = recordsOf(release, count);
  const stored = await storedChain(release, records, sealed ? { by: sign } : undefined);
  for (const { key, text } of [...stored.records, ...stored.seals]) write(key, text);
  return records;
}

/** One refused call, as `refusals/<day>` writes it while the day goes on. */
function writeDay(day: string): void {
  const refused: RefusedCall = {
    at: `${day}T10:00:00.000Z`,
    by: callerOf('ana', 'risk'),
    call: 'POST /v1/releases',
    release: null,
    refusal: 'caller.forbidden',
    because: 'ana is not in risk',
  };
  const record = linked(dayRecordOf(day, { runId: 'run', sequence: 0, claim: true }, refused), null);
  write(recordKeyOf(refusalsChain(day), 0), canonicalText(record));
}

const headOf = (release: string, records: readonly ReleaseRecord[]): Head => {
  const last = records.at(-1) as Required<ReleaseRecord>;
  return { chain: releaseChain(release), sequence: last.sequence, head: last.hash };
};

/** Checkpoints one after the other, each with these heads. */
async function writeCheckpoints(lists: Readonly<Record<string, readonly Head[]>>): Promise<void> {
  let previous: `sha256:${string}` | null = null;
  for (const [moment, heads] of Object.entries(lists)) {
    const text: string = await checkpointText(moment, heads, previous, sign);
    write(checkpointKeyOf(moment), text);
    const read = readCheckpoint(text, moment, trusting(keys));
    previous = read.kind === 'good' ? read.checkpoint.digest : null;
  }
}

describe('one release', () => {
  test('that is whole is verified, offline', async () => {
    await writeChain('good', 12);
    const { code, out } = await inCopy('good');
    expect(out).toContain('verified    releases/good  12 records · sealed · in no checkpoint yet');
    expect(code).toBe(0);
  });

  test('that is open is not sealed, and that may be allowed', async () => {
    await writeChain('open', 3, false);
    expect(await inCopy('open')).toMatchObject({ code: 4, out: expect.stringContaining('not sealed  releases/open') });
    expect((await inCopy('open', '--allow-open')).code).toBe(0);
  });

  test('with a record that was changed is wrong, and the record is named', async () => {
    await writeChain('bad', 12);
    const key = recordKeyOf('releases/bad', 7);
    write(key, readFileSync(join(folder, key), 'utf8').replace('"n":7', '"n":8'));
    const { code, out } = await inCopy('bad');
    expect(code).toBe(1);
    expect(out).toContain('changed: record 7 was changed: it does not have its hash');
  });

  test('says the same to programs', async () => {
    await writeChain('bad', 3);
    rmSync(join(folder, recordKeyOf('releases/bad', 1)));
    const { code, out } = await inCopy('bad', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ state: 'wrong', chain: 'releases/bad', faults: [{ kind: 'missing', sequence: 1 }] });
  });

  test('is verified in the folder where one stands', async () => {
    await writeChain('good', 2);
    const before = process.cwd();
    process.chdir(folder);
    try {
      expect((await verify('good', '--from', '.', '--key', 'key.pem')).code).toBe(0);
    } finally {
      process.chdir(before);
    }
  });

  test('that is not there is wrong usage, not verified', async () => {
    expect(await inCopy('nobody')).toMatchObject({ code: 2, err: expect.stringContaining('there is nothing of this name') });
  });
});

describe('a key', () => {
  test('is needed, and comes from whoever verifies', async () => {
    await writeChain('good', 2);
    expect(await verify('good', '--from', folder)).toMatchObject({ code: 2, err: expect.stringContaining('no key to trust') });
  });

  test('that is another one proves nothing', async () => {
    await writeChain('good', 2);
    const other = join(folder, 'other.pem');
    writeFileSync(other, keyPair().publicKey.export({ type: 'spki', format: 'pem' }));
    const { code, out } = await verify('good', '--from', folder, '--key', other);
    expect([code, out]).toEqual([1, expect.stringContaining('a key that is not trusted')]);
    expect((await verify('good', '--from', folder, '--key', other, '--key', keyFile)).code).toBe(0);
  });

  test('is taken as KMS prints it, too', async () => {
    await writeChain('good', 2);
    writeFileSync(keyFile, keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'));
    expect((await inCopy('good')).code).toBe(0);
  });

  test.each([
    ['a private key', () => keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 'the public one alone'],
    ['no key', () => 'hello', 'a public key P-256 is needed'],
  ])('that is %s is refused', async (_, text, why) => {
    writeFileSync(keyFile, text());
    expect(await inCopy('good')).toMatchObject({ code: 2, err: expect.stringContaining(why) });
  });
});

describe('everything', () => {
  test('is every chain, also one of which only a checkpoint or a seal is left', async () => {
    const gone = await writeChain('gone', 2);
    await writeChain('only-sealed', 2);
    const good = await writeChain('good', 2);
    await writeCheckpoints({ '2026-11-24T235500Z': [headOf('gone', gone), headOf('good', good)] });
    for (const place of ['releases/gone', 'seals/releases/gone', 'releases/only-sealed']) rmSync(join(folder, place), { recursive: true });
    const { code, out } = await inCopy('--all');
    expect(code).toBe(1);
    expect(out).toMatch(/wrong +releases\/gone .*\n +truncated: the checkpoint of 2026-11-24T235500Z signs for record 1/);
    expect(out).toMatch(/wrong +releases\/only-sealed /);
    expect(out).toContain('good  2 records · sealed · in the checkpoint of 2026-11-24T235500Z');
    expect(out).toContain('3 chains with 2 records, 1 checkpoint: 1 verified, 0 not sealed, 2 wrong');
  });

  test('of a day is what its checkpoint names', async () => {
    const one = await writeChain('one', 2);
    await writeChain('later', 2);
    await writeCheckpoints({ '2026-11-24T235500Z': [headOf('one', one)] });
    const { code, out } = await inCopy('--day', '2026-11-24');
    expect([code, out]).toEqual([0, expect.not.stringContaining('later')]);
    expect((await inCopy('--day', '2026-11-25')).code).toBe(2);
    expect((await inCopy('--day', 'yesterday')).code).toBe(2);
  });

  describe('with the chain of a day', () => {
    beforeEach(async () => {
      await writeChain('good', 2);
      writeDay('2026-11-24');
    });

    test.each(['2026-11-24T00:00:00Z', '2026-11-24T17:45:00Z', '2026-11-25T00:15:59Z'])(
      'that is not sealed at %s is open, and no reason to fail: nobody could have sealed it',
      async (time) => {
        const { code, out } = await inCopyAt(time, '--all');
        expect(out).toContain('open        refusals/2026-11-24  1 record · sealed when its day is over · in no checkpoint yet');
        expect([code, out]).toEqual([
          0,
          expect.stringContaining('2 chains with 3 records, 0 checkpoints: 1 verified, 1 open, 0 not sealed'),
        ]);
        expect((await inCopyAt(time, '--all', '--json')).out).toContain('{"state":"open","chain":"refusals/2026-11-24"');
        expect((await inCopyAt(time, '--day', '2026-11-24')).code).toBe(0);
      },
    );

    test.each(['2026-11-23T23:59:59Z', '2026-11-25T00:16:00Z', '2026-12-24T00:00:00Z'])(
      'that is not sealed at %s is not sealed, unless that is allowed',
      async (time) => {
        const { code, out } = await inCopyAt(time, '--all');
        expect([code, out]).toEqual([4, expect.stringContaining('not sealed  refusals/2026-11-24  1 record · not sealed')]);
        expect((await inCopyAt(time, '--all', '--allow-open')).code).toBe(0);
      },
    );

    test('that goes on excuses neither a release that is open nor a record that was changed', async () => {
      const time = '2026-11-24T17:45:00Z';
      await writeChain('open', 2, false);
      expect(await inCopyAt(time, '--all')).toMatchObject({ code: 4, out: expect.stringContaining('1 verified, 1 open, 1 not sealed') });
      const key = recordKeyOf('refusals/2026-11-24', 0);
      write(key, readFileSync(join(folder, key), 'utf8').replace('caller.forbidden', 'release.taken'));
      expect((await inCopyAt(time, '--all')).code).toBe(1);
    });
  });

  test('of nothing said is asked for', async () => {
    expect((await inCopy()).code).toBe(2);
    expect((await inCopy('one', '--all')).code).toBe(2);
    expect(await verify('--all', '--from', join(folder, 'nowhere'), '--key', keyFile)).toMatchObject({ code: 2 });
    expect(await verify('--all', '--from', 's3://', '--key', keyFile)).toMatchObject({ code: 2 });
  });
});

describe('checkpoints', () => {
  test('that were changed, left out or written by another key are named', async () => {
    const head = headOf('good', await writeChain('good', 4));
    await writeCheckpoints({ '2026-11-23T235500Z': [head], '2026-11-24T235500Z': [head], '2026-11-25T235500Z': [head] });
    const whole = join(folder, 'whole');
    cpSync(join(folder, 'checkpoints'), whole, { recursive: true });

    write(
      checkpointKeyOf('2026-11-24T235500Z'),
      readFileSync(join(whole, '2026-11-24T235500Z.json'), 'utf8').replace('"sequence":3', '"sequence":2'),
    );
    expect((await inCopy('good')).out).toContain('its list is not the one that was signed');

    rmSync(join(folder, checkpointKeyOf('2026-11-24T235500Z')));
    const { code, out } = await inCopy('good');
    expect([code, out]).toEqual([
      1,
      expect.stringContaining('2026-11-25T235500Z.json follows another checkpoint than the one that is there'),
    ]);

    write(checkpointKeyOf('2026-11-24T235500Z'), await checkpointText('2026-11-24T235500Z', [head], null, signWith(keyPair())));
    expect((await inCopy('good')).out).toContain('a key that is not trusted');

    write(checkpointKeyOf('2026-11-24T235500Z'), readFileSync(join(whole, '2026-11-23T235500Z.json'), 'utf8'));
    expect((await inCopy('good')).out).toContain('it is of 2026-11-23T235500Z');
  });

  test('may lie elsewhere, where the writer of chains cannot change them', async () => {
    const head = headOf('good', await writeChain('good', 4));
    await writeCheckpoints({ '2026-11-24T235500Z': [head] });
    const elsewhere = join(folder, 'elsewhere');
    cpSync(join(folder, 'checkpoints'), join(elsewhere, 'checkpoints'), { recursive: true });
    rmSync(join(folder, 'checkpoints'), { recursive: true });
    expect((await inCopy('good', '--checkpoints', elsewhere)).out).toContain('in the checkpoint of 2026-11-24T235500Z');
  });
});

test('a stored record is the canonical text of the record: what is checked is what was written', async () => {
  const records = await writeChain('good', 1);
  expect(readFileSync(join(folder, recordKeyOf('releases/good', 0)), 'utf8')).toBe(canonicalText(records[0]));
});
