import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { digestText } from '../../domain/digest.ts';
import { releaseChain } from '../../domain/ledger/chain.ts';
import { type RecordKind, recordOf } from '../../domain/record.ts';
import { createJudgementActivities } from './judgement.ts';

/** A bucket with the record of one release. */
function judgementAfter(...records: readonly (readonly [RecordKind, object])[]) {
  const objects = new Map(
    records.map(([kind, data], sequence) => [
      `${releaseChain('fraud-1')}/${String(sequence).padStart(10, '0')}.json`,
      JSON.stringify(recordOf('fraud-1', { runId: 'run', sequence, claim: false }, kind, '2026-11-27T12:00:00Z', data as never)),
    ]),
  );
  const send = async (command: unknown) =>
    command instanceof GetObjectCommand
      ? { Body: { transformToString: async () => objects.get(command.input.Key ?? '') } }
      : { Contents: [...objects.keys()].map((Key) => ({ Key })) };
  const { readJudgement } = createJudgementActivities({ s3: { send } as unknown as S3Client, bucket: 'ledger' });
  return readJudgement({ releaseId: 'fraud-1' });
}

const findings = (name: string) => ({ digest: digestText(name), bytes: 2 });

test('the last judgement of a release says what was found, and what of it was waived', async () => {
  const waivers = [{ name: 'reports', fingerprint: digestText('waived') }];
  const found = await judgementAfter(
    ['judged', { kind: 'allow', findings: findings('first') }],
    ['judged', { kind: 'allow', findings: findings('second'), waivers }],
    ['closed', {}],
  );
  expect(found).toEqual({ findings: findings('second'), waived: [digestText('waived')] });
});

test('there is none where nobody judged, or kept what was found', async () => {
  expect(await judgementAfter()).toBeNull();
  expect(await judgementAfter(['fetched', {}])).toBeNull();
  expect(await judgementAfter(['judged', { kind: 'allow' }])).toBeNull();
});
