/** What is attested of a chain, and that nobody else can attest it. */
import { describe, expect, test } from 'vitest';
import { keyPair, signWith, trusting } from '../../test/support/chains.ts';
import { canonicalText, digestText, hexOf } from '../digest.ts';
import { type RecordKind, type ReleaseRecord, recordOf } from '../record.ts';
import { attestationsOf, attestationType, checkAttestations } from './attestation.ts';
import { linked } from './chain.ts';
import { envelopeOf, signedBytes, signedBytesMax } from './dsse.ts';
import type { CheckedRecord } from './records.ts';

const chain = 'releases/one';
const digests = { statement: digestText('statement'), change: digestText('change'), model: digestText('model') };
const statement = { release: 'one', commit: 'c', changeDigest: digests.change, modelDigest: digests.model, imageDigest: null };
const by = (subject: string) => ({ subject, kind: 'human', groups: ['sre'], mfa: true, authenticatedAt: 1 });

function chainOf(...data: readonly (readonly [RecordKind, object])[]): readonly CheckedRecord[] {
  const records: ReleaseRecord[] = [];
  for (const [sequence, [kind, content]] of data.entries()) {
    const plain = recordOf('one', { runId: 'run', sequence, claim: sequence === 0 }, kind, '2026-11-24T10:00:00Z', content as never);
    records.push(linked(plain, records.at(-1)?.hash ?? null));
  }
  return records as unknown as readonly CheckedRecord[];
}

const asked = ['approvalAsked', { statement, statementDigest: digests.statement }] as const;
const decided = (subject: string, decision = 'approve', statementDigest = digests.statement) =>
  ['decided', { decision, by: by(subject), reason: 'read it', statementDigest }] as const;
const deployed = ['deployed', { image: `acme/fraud@${digests.model}`, digest: digests.model, version: '1' }] as const;
const closed = (kind: string) => ['closed', { kind, reason: 'r', infrastructure: 'none', model: 'released' }] as const;
const attested = (records: readonly CheckedRecord[]) =>
  attestationsOf(chain, records).map(({ kind, text }) => ({
    kind,
    ...(JSON.parse(text) as { subject: unknown; predicate: Record<string, unknown> }),
  }));

describe('an approval', () => {
  test('is of everything that the newest statement covers, by everybody who said yes to exactly that', () => {
    const records = chainOf(asked, decided('old', 'approve', digestText('older')), decided('sam'), decided('kim'), closed('blocked'));
    const [approval, ...rest] = attested(records);
    expect(rest).toEqual([]);
    expect(approval?.kind).toBe('approval');
    expect(approval?.subject).toEqual([
      { name: `${chain}/statementDigest`, digest: { sha256: hexOf(digests.statement) } },
      { name: `${chain}/changeDigest`, digest: { sha256: hexOf(digests.change) } },
      { name: `${chain}/modelDigest`, digest: { sha256: hexOf(digests.model) } },
    ]);
    expect(approval?.predicate).toMatchObject({
      approvers: [
        { by: { subject: 'sam' }, sequence: 2 },
        { by: { subject: 'kim' }, sequence: 3 },
      ],
      record: { sequence: 3, hash: records[3]?.hash },
    });
  });

  test('is not there when nobody was asked, or nobody said yes', () => {
    expect(attested(chainOf(closed('blocked')))).toEqual([]);
    expect(attested(chainOf(asked, decided('sam', 'reject'), closed('rejected')))).toEqual([]);
  });

  test('of a crowd is no longer than what can be signed', () => {
    const crowd = Array.from({ length: 60 }, (_, index) => decided(`somebody-with-a-long-name-${index}@example.com`));
    const [{ text } = { text: '' }] = attestationsOf(chain, chainOf(asked, ...crowd));
    expect(signedBytes(attestationType, text).length).toBeLessThanOrEqual(signedBytesMax);
    expect(JSON.parse(text)).toMatchObject({
      predicate: { predicateDigest: expect.stringMatching(/^sha256:/) as string, record: { sequence: 60 } },
    });
  });
});

describe('a deployment', () => {
  test('is of what was released, and rests on the end of the record', () => {
    const records = chainOf(deployed, closed('released'));
    const [deployment] = attested(records);
    expect(deployment).toMatchObject({
      kind: 'deployment',
      subject: [{ name: `${chain}/modelDigest` }, { name: `${chain}/imageDigest` }],
      predicate: { version: '1', outcome: { kind: 'released' }, record: { sequence: 1, hash: records[1]?.hash } },
    });
  });

  test('is not there for what was rolled back', () => {
    expect(attested(chainOf(deployed, closed('rolled back')))).toEqual([]);
  });
});

describe('an attestation', () => {
  const ours = keyPair();
  const records = chainOf(deployed, closed('released'));
  const stored = async (text: string, keys = ours) => [
    {
      key: `attestations/${chain}/deployment.json`,
      sequence: null,
      text: canonicalText(await envelopeOf(attestationType, text, signWith(keys))),
    },
  ];
  const [{ text: good } = { text: '' }] = attestationsOf(chain, records);

  test('of the chain, by a key that is trusted, is good', async () => {
    expect(checkAttestations(await stored(good), records, trusting(ours))).toEqual([]);
  });

  test('of another chain, or by another key, is named', async () => {
    const others = chainOf(['deployed', {}], closed('released'));
    expect(checkAttestations(await stored(good), others, trusting(ours))[0]?.what).toContain('a record that is not in the chain');
    expect(checkAttestations(await stored(good, keyPair()), records, trusting(ours))[0]?.what).toContain('a key that is not trusted');
  });
});
