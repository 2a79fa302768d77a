/** Goal: a row says what its record says, and no record, whatever is in it, keeps the others from being rows. */
import { assert, constantFrom, jsonValue, property } from 'fast-check';
import { expect, test } from 'vitest';
import { recordsOfEvents, recordsOfRelease, type Simulated } from '../../test/support/simulated-release.ts';
import { releaseChain } from './chain.ts';
import { eventColumns, rowsOf } from './rows.ts';

const release: Simulated = {
  id: 'fraud-scorer-production-000000000001',
  at: '2026-11-23T10:00:00.000Z',
  authors: ['4711+olga@users.noreply.github.com'],
  approvals: [{ by: 'sam', authenticatedSecondsAgo: 60 }],
  waivers: [{ name: 'mutable-tags', owner: 'Rita', rule: 'CKV_AWS_51', until: '2026-12-01T23:59:59.999Z' }],
};
const rows = rowsOf(releaseChain(release.id), recordsOfRelease(release));
const rowOf = (kind: string) => rows.find((row) => row.kind === kind);

test('every record is one row with every column', () => {
  expect(rows.map(({ sequence }) => sequence)).toEqual(recordsOfRelease(release).map(({ sequence }) => sequence));
  expect(new Set(rows.map((row) => Object.keys(row).length))).toEqual(new Set([Object.keys(eventColumns).length]));
});

test('a yes says who said it, how they had shown who they are, and to what', () => {
  expect(rowOf('decided')).toMatchObject({
    happened_at: '2026-11-23T10:01:00.000Z',
    release_id: release.id,
    service: 'fraud-scorer',
    environment: 'production',
    requester: 'ana',
    mfa_within_minutes: 15,
    who: 'sam',
    who_kind: 'human',
    mfa: true,
    authenticated_at: '2026-11-23T10:00:00.000Z',
    action: 'approve',
    why: 'read it',
    statement_digest: rowOf('approvalAsked')?.statement_digest,
  });
});

test('whose yes does not count is known from the record that says it, and not before', () => {
  expect(rowOf('requested')?.interested).toEqual(['ana']);
  expect(rowOf('fetched')?.interested).toEqual(['4711+olga@users.noreply.github.com', 'ana', 'olga']);
  expect(rowOf('decided')?.interested).toEqual(['4711+olga@users.noreply.github.com', 'ana', 'olga', 'rita']);
});

test('waivers are those of the record that names them', () => {
  expect(rowOf('judged')?.waivers?.map((waiver) => JSON.parse(waiver) as unknown)).toEqual(release.waivers);
  expect(rowOf('decided')?.waivers).toBeNull();
});

test('a finding and its incidents name the finding, and the release that it is an incident of', () => {
  const id = '1ab92989eaf0e742df4a014d5171d8eb';
  const records = recordsOfEvents(id, release.at, [
    { kind: 'findingReceived', after: 0, data: { id, severity: 8, type: 'Impact:S3/AnomalousBehavior', title: 'Unusual', evidence: null } },
    {
      kind: 'incidentOpened',
      after: 1,
      data: { releaseId: release.id, service: 'fraud-scorer', environment: 'production', team: 'risk', reached: 'incident' },
    },
  ]);
  expect(rowsOf(`findings/${id}`, records)).toMatchObject([
    { finding: id, severity: 8, release_id: null, chain_kind: 'findings' },
    { finding: id, release_id: release.id, outcome: 'incident', service: 'fraud-scorer' },
  ]);
});

test('a stray that was written names who wrote, by both names, and one that runs names where', () => {
  const moment = '2026-11-23T120000Z';
  const write = { kind: 'unexplained write', principal: 'arn:aws:iam::111122223333:user/eve', person: 'eve', name: 'PutBucketPolicy' };
  const records = recordsOfEvents(moment, release.at, [
    { kind: 'strayFound', after: 0, data: { ...write, resources: ['arn:aws:s3:::models'], because: 'no release' } },
    { kind: 'strayFound', after: 0, data: { kind: 'no release', workload: 'Pod/debug', environment: 'production', because: 'none' } },
  ]);
  expect(rowsOf(`strays/${moment}`, records)).toMatchObject([
    {
      who: 'eve, arn:aws:iam::111122223333:user/eve',
      action: 'PutBucketPolicy',
      object: 'arn:aws:s3:::models',
      outcome: 'unexplained write',
    },
    { who: null, object: 'Pod/debug', environment: 'production', outcome: 'no release', why: 'none' },
  ]);
});

test('data of any form is a row; what it does not say is null', () => {
  const [first] = recordsOfRelease(release);
  assert(
    property(jsonValue(), constantFrom(...rows.map(({ event_type }) => event_type ?? '')), (data, type) => {
      const record = { ...(first as NonNullable<typeof first>), event: { type, subject: release.id, time: 'yesterday', data } };
      const [row] = rowsOf(releaseChain(release.id), [record]);
      expect(row).toMatchObject({ event_type: type, happened_at: null });
    }),
  );
});
