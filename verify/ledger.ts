/** Which ledger, with which checkpoints, and whom it is believed: the same options for every command of this folder. */
import type { Command } from 'commander';
import type { CheckSignature } from '../domain/ledger/dsse.ts';
import type { StoredObject } from '../domain/ledger/records.ts';
import { VerifyError } from './errors.ts';
import { folderObjects } from './folder.ts';
import { trustedKeys } from './keys.ts';
import { awsFrom, settingsFrom } from './settings.ts';
import { type Objects, readCheckpoints } from './source.ts';

export interface LedgerOptions {
  readonly from?: string;
  readonly checkpoints?: string;
  readonly key?: readonly string[];
  readonly allowOpen?: boolean;
  readonly json?: boolean;
}

export const withLedgerOptions = (command: Command): Command =>
  command
    .option('--from <place>', 'the ledger: a folder with a copy, or s3://<bucket>')
    .option('--checkpoints <place>', 'the checkpoints, when they lie elsewhere: a folder, or s3://<bucket>')
    .option('--key <file>', 'public key that is trusted; again for older ones', collect)
    .option('--allow-open', 'a chain without a seal is no reason to fail')
    .option('--json', 'for programs: JSON, one line a chain');

/** An option that may be given again. */
export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

export interface Ledger {
  readonly objects: Objects;
  readonly checkpoints: readonly StoredObject[];
  readonly check: CheckSignature;
}

export async function ledgerOf(options: LedgerOptions, env: NodeJS.ProcessEnv): Promise<Ledger> {
  const settings = settingsFrom(env);
  const place = options.from ?? settings.ledger;
  if (place === undefined) throw new VerifyError('no ledger: --from <folder or s3://bucket>, or PLIMSOLL_LEDGER_BUCKET');
  // A copy that is given has its own checkpoints beside it, and is not mixed with a bucket that happens to be known.
  const otherPlace = options.checkpoints ?? (options.from === undefined ? settings.checkpoints : undefined) ?? place;
  const check = await trustedKeys(options.key ?? settings.keys);
  const objects = await objectsAt(place, env);
  const checkpoints = await readCheckpoints(otherPlace === place ? objects : await objectsAt(otherPlace, env));
  return { objects, checkpoints, check };
}

export async function objectsAt(place: string, env: NodeJS.ProcessEnv): Promise<Objects> {
  const bucket = /^s3:\/\/([a-z0-9][a-z0-9.-]+)\/?$/.exec(place)?.[1];
  if (bucket === undefined) {
    if (place.startsWith('s3://')) throw new VerifyError(`${place}: s3://<bucket> is needed, the whole of it`);
    return await folderObjects(place);
  }
  // Only then: the client takes longer to load than a whole release takes to verify.
  const { bucketObjects } = await import('./bucket.ts');
  return bucketObjects(bucket, awsFrom(env));
}
