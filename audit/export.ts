/**
 * `plimsoll export`: the ledger as tables, for Athena or whatever else reads Parquet. The chains stay the evidence; this
 * copy is made from them at will, and the same chains are the same files.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { hourFilesOf } from '../domain/ledger/hours.ts';
import { day } from '../verify/day.ts';
import { exitCodes, VerifyError } from '../verify/errors.ts';
import type { Host } from '../verify/host.ts';
import { objectsAt } from '../verify/ledger.ts';
import { plural } from '../verify/report.ts';
import { awsFrom, settingsFrom } from '../verify/settings.ts';
import { parquetOf } from './parquet.ts';
import { rowsIn } from './rows.ts';

interface Options {
  readonly from?: string;
  readonly to: string;
  readonly since?: string;
}

const about = `
One file an hour, dt=<day>/hour=<hour>/events.parquet, one row a record. Nothing is proved here: that is plimsoll verify.
Without --since everything is made again. A worker with PLIMSOLL_AUDIT_EXPORT does what is new each hour.

Exit codes: 0 written; 2 wrong usage; 3 unreachable. Environment: PLIMSOLL_LEDGER_BUCKET, AWS_REGION.`;

export function mountExport(program: Command, host: Host, finish: (exitCode: number) => void): void {
  program
    .command('export')
    .description('the ledger as Parquet files, an hour each, for Athena')
    .option('--from <place>', 'the ledger: a folder with a copy, or s3://<bucket>')
    .requiredOption('--to <place>', 'where the files go: a folder, or s3://<bucket>/<prefix>')
    .option('--since <day>', 'only hours from the beginning of this day on', day)
    .addHelpText('after', about)
    .action(async (options: Options) => {
      try {
        finish(await exportRows(options, host));
      } catch (error) {
        if (!(error instanceof VerifyError)) throw error;
        host.err(`plimsoll export: ${error.message}\n`);
        finish(error.exitCode);
      }
    });
}

async function exportRows({ from, to, since }: Options, host: Host): Promise<number> {
  const place = from ?? settingsFrom(host.env).ledger;
  if (place === undefined) throw new VerifyError('no ledger: --from <folder or s3://bucket>, or PLIMSOLL_LEDGER_BUCKET');
  const write = await writerTo(to, host.env);
  const rows = await rowsIn(await objectsAt(place, host.env), since);
  const files = hourFilesOf(rows.filter(({ happened_at }) => happened_at !== null && (since === undefined || happened_at >= since)));
  for (const { path, rows: ofHour } of files) await write(path, parquetOf(ofHour));
  const count = files.reduce((sum, file) => sum + file.rows.length, 0);
  host.out(`${to}: ${plural(count, 'record')} in ${plural(files.length, 'hour')}\n`);
  return exitCodes.verified;
}

type Write = (path: string, bytes: Uint8Array) => Promise<void>;

async function writerTo(place: string, env: NodeJS.ProcessEnv): Promise<Write> {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*?))?\/?$/.exec(place) ?? [];
  if (bucket !== undefined) return await bucketWriter(bucket, prefix === '' ? '' : `${prefix}/`, env);
  if (place.startsWith('s3://')) throw new VerifyError(`${place}: s3://<bucket>/<prefix> is needed`);
  return async (path, bytes) => {
    try {
      await mkdir(dirname(join(place, path)), { recursive: true });
      await writeFile(join(place, path), bytes);
    } catch (error) {
      throw new VerifyError(`${join(place, path)} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
    }
  };
}

async function bucketWriter(bucket: string, prefix: string, env: NodeJS.ProcessEnv): Promise<Write> {
  // Only then: the client takes longer to load than a ledger of a demo takes to export.
  const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const s3 = new S3Client(awsFrom(env));
  return async (path, bytes) => {
    try {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}${path}`, Body: bytes }));
    } catch (error) {
      throw new VerifyError(`s3://${bucket} cannot be written: ${error instanceof Error ? error.name : 'unknown'}`, exitCodes.unreachable);
    }
  };
}
