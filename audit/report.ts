/**
 * `plimsoll report`: what an auditor asks about a period, by control, with what to do to check it. It proves the ledger
 * first and asks its own copy of it: nobody has to have exported anything, and nothing of the answer is on anybody's word.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { checkCheckpoints, witnessesIn } from '../domain/ledger/checkpoint.ts';
import type { FaultKind } from '../domain/ledger/fault.ts';
import { hourFilesOf } from '../domain/ledger/hours.ts';
import { readableIn } from '../domain/ledger/records.ts';
import { type EventRow, rowsOf } from '../domain/ledger/rows.ts';
import { type ChainVerdict, verifyChain } from '../domain/ledger/verify.ts';
import { day } from '../verify/day.ts';
import { withDecisions } from '../verify/decisions.ts';
import { exitCodes, VerifyError } from '../verify/errors.ts';
import type { Host } from '../verify/host.ts';
import { collect, ledgerOf } from '../verify/ledger.ts';
import { plural, summaryText } from '../verify/report.ts';
import { chainsIn, readChain } from '../verify/source.ts';
import { type Asked, askAll, controls, resultOf, type Values } from './asked.ts';
import { csvOf } from './csv.ts';
import { parquetOf } from './parquet.ts';
import { reportPage } from './report-page.ts';

interface Options {
  readonly from: string;
  readonly to: string;
  readonly ledger?: string;
  readonly checkpoints?: string;
  readonly key?: readonly string[];
  readonly environment: string;
  readonly cloudtrail?: string;
  readonly account?: string;
  readonly eksAudit?: string;
  readonly namespace?: string;
  readonly accessLogs?: string;
  readonly models?: string;
  readonly answerWithin: string;
  readonly out: string;
}

const about = `
Writes index.html, and an annex as CSV for each question. Logs are folders with a copy of what AWS delivered, as
aws s3 sync makes them. A question whose log was not given is not asked, and the report says so.

Exit codes: 0 the ledger verified and no exception; 1 something is wrong with the ledger, or there are exceptions;
2 wrong usage; 3 unreachable. Environment: that of plimsoll verify.`;

export function mountReport(program: Command, host: Host, finish: (exitCode: number) => void, now: () => number = Date.now): void {
  program
    .command('report')
    .description('a compliance report about the changes of an environment')
    .requiredOption('--from <day>', 'its first day, in UTC', day)
    .requiredOption('--to <day>', 'its last day', day)
    .option('--environment <name>', 'whose changes', 'production')
    .option('--out <folder>', 'where it is written', 'plimsoll-report')
    .option('--ledger <place>', 'the ledger: a folder with a copy, or s3://<bucket>')
    .option('--checkpoints <place>', 'the checkpoints, when they lie elsewhere: a folder, or s3://<bucket>')
    .option('--key <file>', 'public key that is trusted; again for older ones', collect)
    .option('--cloudtrail <folder>', 'what CloudTrail delivered')
    .option('--account <id>', 'the account whose CloudTrail is asked')
    .option('--eks-audit <folder>', 'audit events of the cluster, JSON, one a line')
    .option('--namespace <name>', "the models' namespace in the cluster")
    .option('--access-logs <folder>', 'access logs of buckets')
    .option('--models <place>', 'who read what is asked of: s3://<bucket>/<prefix>')
    .option('--answer-within <seconds>', 'a release that a finding stopped has to be back within', '60')
    .addHelpText('after', about)
    .action(async (options: Options) => {
      try {
        finish(await report(options, host, now()));
      } catch (error) {
        if (!(error instanceof VerifyError)) throw error;
        host.err(`plimsoll report: ${error.message}\n`);
        finish(error.exitCode);
      }
    });
}

async function report(options: Options, host: Host, nowMs: number): Promise<number> {
  const { from, to, environment, out } = options;
  if (from > to) throw new VerifyError(`--from ${from} is after --to ${to}`);
  const values = valuesOf(options);
  const { verdicts, rows, faults, checkpoints } = await provedLedger(options, host);
  const asked = await answersFrom(rows, options, values);
  const damaged = faults.length + verdicts.filter(isDamaged).length;
  await writeReport(out, asked, reportPage({ from, to, environment, verdicts, faults, damaged, controls, asked }));
  host.out(summaryText(verdicts, checkpoints, nowMs));
  for (const control of controls) host.out(controlLine(control.id, resultOf(control, asked, damaged)));
  host.out(`${join(out, 'index.html')}\n`);
  const isWrong = faults.length > 0 || verdicts.some(({ intact }) => !intact);
  const hasExceptions = controls.some((control) => resultOf(control, asked, damaged).exceptions > 0);
  return isWrong || hasExceptions ? exitCodes.wrong : exitCodes.verified;
}

/** These say that people did wrong, and not that somebody changed what is written: there are questions about that. */
const faultsOfPeople: ReadonlySet<FaultKind> = new Set(['without consent', 'unproven decision']);
const isDamaged = ({ faults }: ChainVerdict): boolean => faults.some(({ kind }) => !faultsOfPeople.has(kind));

function controlLine(id: string, { exceptions, notAsked }: ReturnType<typeof resultOf>): string {
  const lack = notAsked.length === 0 ? '' : `; not asked: ${notAsked.join(', ')}`;
  return `${id.padEnd(22)} ${exceptions === 0 ? 'no exception' : plural(exceptions, 'exception')}${lack}\n`;
}

/* ------------------------------------------------------------- what is asked */

/** A release waits for people and lanes, so what belongs to a change of the period may lie before or after it. */
const lookDays = 31;

function daysFrom(start: string, days: number): string {
  return new Date(Date.parse(start) + days * 24 * 3_600_000).toISOString().slice(0, '2026-11-24'.length);
}

function valuesOf({ from, to, environment, account, namespace, models, answerWithin }: Options): Values {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*))?$/.exec(models ?? '') ?? [];
  if (models !== undefined && bucket === undefined) throw new VerifyError(`--models ${models}: s3://<bucket>/<prefix> is needed`);
  if (account !== undefined && !/^\d{12}$/.test(account)) throw new VerifyError(`--account ${account}: twelve digits are needed`);
  const seconds = Number(answerWithin);
  if (!Number.isInteger(seconds) || seconds < 0)
    throw new VerifyError(`--answer-within ${answerWithin}: whole seconds are needed, 0 or more`);
  return {
    'first day': from,
    'last day': to,
    'look back to': daysFrom(from, -lookDays),
    'look ahead to': daysFrom(to, lookDays),
    'first day of CloudTrail': from.replaceAll('-', '/'),
    'last day of CloudTrail': to.replaceAll('-', '/'),
    environment,
    // What an environment asks for itself counts first.
    minutes: 15,
    seconds,
    ...(account === undefined ? {} : { account }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(bucket === undefined ? {} : { bucket, prefix }),
  };
}

async function answersFrom(
  rows: readonly EventRow[],
  { cloudtrail, eksAudit, accessLogs }: Options,
  values: Values,
): Promise<ReadonlyMap<string, Asked>> {
  // Only then: DuckDB is seventy megabytes, which no other command needs.
  const { Engine } = await import('./engine.ts');
  const scratch = await mkdtemp(join(tmpdir(), 'plimsoll-report-'));
  try {
    for (const { path, rows: ofHour } of hourFilesOf(rows)) await write(join(scratch, path), parquetOf(ofHour));
    const engine = await Engine.over({ ledger_events: scratch, cloudtrail, eks_audit: eksAudit, access_logs: accessLogs }).catch(
      (error: Error) => {
        throw new VerifyError(`the logs cannot be read: ${error.message.split('\n')[0]}`);
      },
    );
    try {
      return await askAll(engine, values);
    } finally {
      engine.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/* ------------------------------------------------------------- what is proved */

async function provedLedger({ ledger: place, checkpoints, key }: Options, host: Host) {
  const options = { ...(place && { from: place }), ...(checkpoints && { checkpoints }), ...(key && { key }) };
  const ledger = await ledgerOf(options, host.env);
  const { good, faults } = checkCheckpoints(ledger.checkpoints, ledger.check, { fromStart: true });
  const witnesses = witnessesIn(good);
  const verdicts: ChainVerdict[] = [];
  const rows: EventRow[] = [];
  const names = new Set([...(await chainsIn(ledger.objects)), ...good.flatMap(({ list }) => list.map(({ chain }) => chain))]);
  for (const name of [...names].toSorted()) {
    const stored = await readChain(ledger.objects, name);
    verdicts.push(await withDecisions(verifyChain(stored, ledger.check, witnesses.get(name)), stored.records));
    for (const one of rowsOf(name, readableIn(stored.records.map(({ text }) => text)))) rows.push(one);
  }
  if (rows.length === 0) throw new VerifyError('the ledger has no record: there is nothing to report about');
  return { verdicts, rows, faults: faults.map(({ what }) => what), checkpoints: good.length };
}

/* ----------------------------------------------------------- what is written */

async function writeReport(out: string, asked: ReadonlyMap<string, Asked>, html: string): Promise<void> {
  await write(join(out, 'index.html'), html);
  for (const [name, one] of asked) if (one.kind === 'answered') await write(join(out, `${name}.csv`), csvOf(one.answer));
}

async function write(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  } catch (error) {
    throw new VerifyError(`${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}
