/** A week (week.ts) in files as they lie in buckets, and the engine over them. */
import { join } from 'node:path';
import { Engine } from '../../audit/engine.ts';
import { parquetOf } from '../../audit/parquet.ts';
import { canonicalText } from '../../domain/digest.ts';
import { recordKeyOf, releaseChain } from '../../domain/ledger/chain.ts';
import { hourFilesOf } from '../../domain/ledger/hours.ts';
import type { EventRow } from '../../domain/ledger/rows.ts';
import { deliveredBy } from './cloudtrail.ts';
import { writeObjects } from './plimsoll.ts';
import { recordsOfRelease } from './simulated-release.ts';
import { firstDay, lastDay, rowsOfWeek, type Week } from './week.ts';

/** What AWS and the cluster delivered: below `cloudtrail`, `eks` and `access`. */
export function writeLogs(folder: string, { cloudTrail, clusterAudit, accessLog }: Week): void {
  writeObjects(join(folder, 'cloudtrail'), deliveredBy(cloudTrail));
  const lines = clusterAudit.map((event) => `${JSON.stringify(event)}\n`).join('');
  writeObjects(join(folder, 'eks'), new Map([['2026/11/26/10/delivered-1', lines]]));
  writeObjects(join(folder, 'access'), new Map([['acme-models/2026-11-26-10-00-00-EXAMPLE', accessLog.join('')]]));
}

/** Those, what was exported of the week's ledger, and the records of its first release, with everything to ask them. */
export async function engineOver(folder: string, week: Week, rows: readonly EventRow[] = rowsOfWeek(week)): Promise<Engine> {
  const place = (table: string) => join(folder, table);
  writeLogs(folder, week);
  writeObjects(place('events'), new Map(hourFilesOf(rows).map(({ path, rows: ofHour }) => [path, parquetOf(ofHour)])));
  const [release] = week.releases;
  const records = release === undefined ? [] : recordsOfRelease(release);
  const keyOf = (sequence: number) => recordKeyOf(releaseChain(release?.id ?? ''), sequence);
  writeObjects(place('ledger'), new Map(records.map((record) => [keyOf(record.sequence), canonicalText(record)])));
  return await Engine.over({
    ledger_events: place('events'),
    ledger: join(place('ledger'), 'releases'),
    cloudtrail: place('cloudtrail'),
    eks_audit: place('eks'),
    access_logs: place('access'),
  });
}

/** As a report about that week would fill the questions in. */
export const valuesFor = ({ releases: [first] }: Week) => ({
  'first day': firstDay,
  'last day': lastDay,
  'look back to': '2026-10-23',
  'look ahead to': '2026-12-29',
  'first day of CloudTrail': '2026/11/23',
  'last day of CloudTrail': '2026/11/29',
  environment: 'production',
  account: '123456789012',
  minutes: 15,
  seconds: 2,
  bucket: 'acme-models',
  prefix: 'fraud/',
  namespace: 'models',
  release: first?.id ?? '',
  subject: 'mallory',
});
