/**
 * `plimsoll verify`: whether a ledger is complete, in order, untouched and sealed. Needs the ledger, or a copy of it,
 * and the public key; no server, and nobody's word. The first record that is wrong is named.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { type ChainName, refusalsChain, releaseChain } from '../domain/ledger/chain.ts';
import { type Checkpoint, checkCheckpoints, dayOf, witnessesIn } from '../domain/ledger/checkpoint.ts';
import type { CheckSignature } from '../domain/ledger/dsse.ts';
import type { Fault } from '../domain/ledger/fault.ts';
import { type ChainVerdict, verifyChain } from '../domain/ledger/verify.ts';
import { exitCodes, VerifyError } from './errors.ts';
import { folderObjects } from './folder.ts';
import { trustedKeys } from './keys.ts';
import { chainText, faultText, stateOf, summaryText } from './report.ts';
import { awsFrom, settingsFrom } from './settings.ts';
import { chainsIn, type Objects, readChain, readCheckpoints } from './source.ts';

/** What the program that mounts this gives. */
export interface Host {
  readonly env: NodeJS.ProcessEnv;
  out(text: string): void;
  err(text: string): void;
}

interface Options {
  readonly all?: boolean;
  readonly day?: string;
  readonly from?: string;
  readonly checkpoints?: string;
  readonly key?: readonly string[];
  readonly allowOpen?: boolean;
  readonly json?: boolean;
}

const exits = `
A copy is a folder with the bucket's keys as paths: aws s3 sync s3://<bucket> ./copy. A bucket is read with all its
versions, so that what was written over or deleted is found; a copy does not have them.

Exit codes: 0 verified; 1 something is wrong, and the first wrong record is named; 2 wrong usage; 3 unreachable;
4 nothing is wrong, and a chain is not sealed: its release is open, or its end was cut off (--allow-open: 0).
Environment: PLIMSOLL_LEDGER_BUCKET, PLIMSOLL_CHECKPOINT_BUCKET, PLIMSOLL_LEDGER_PUBLIC_KEY, AWS_REGION.`;

export function mountVerify(program: Command, host: Host, finish: (exitCode: number) => void): void {
  program
    .command('verify')
    .argument('[releases...]', 'ids of releases')
    .description('prove that records are complete, in order, untouched and sealed')
    .option('--all', 'every chain there is, and every one that a seal or a checkpoint names')
    .option('--day <date>', 'what the checkpoint of a day names, and the calls that were refused on it', day)
    .option('--from <place>', 'the ledger: a folder with a copy, or s3://<bucket>')
    .option('--checkpoints <place>', 'the checkpoints, when they lie elsewhere: a folder, or s3://<bucket>')
    .option('--key <file>', 'public key that is trusted; again for older ones', collect)
    .option('--allow-open', 'a chain without a seal is no reason to fail')
    .option('--json', 'for programs: one line a chain')
    .addHelpText('after', exits)
    .action(async (releases: readonly string[], options: Options) => {
      try {
        finish(await verify(releases, options, host));
      } catch (error) {
        if (!(error instanceof VerifyError)) throw error;
        host.err(`plimsoll verify: ${error.message}\n`);
        finish(error.exitCode);
      }
    });
}

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

function day(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError('a day such as 2026-11-24 is needed');
}

/* --------------------------------------------------------------- the run */

async function verify(releases: readonly string[], options: Options, host: Host): Promise<number> {
  const ways = [releases.length > 0, options.all === true, options.day !== undefined].filter(Boolean);
  if (ways.length !== 1) throw new VerifyError('say what: ids of releases, --all, or --day <date>');
  const ledger = await ledgerOf(options, host.env);
  const { good, faults } = checkCheckpoints(ledger.checkpoints, ledger.check);
  const witnesses = witnessesIn(good);
  const names = await wanted(releases, options, ledger.objects, good);
  for (const fault of faults) host.out(options.json === true ? `${JSON.stringify(fault)}\n` : faultText(fault));
  const verdicts: ChainVerdict[] = [];
  for (const name of names) {
    const stored = await readChain(ledger.objects, name);
    if (stored.records.length + stored.seals.length === 0 && !witnesses.has(name))
      throw new VerifyError(`${name}: there is nothing of this name`);
    const verdict = verifyChain(stored, ledger.check, witnesses.get(name));
    verdicts.push(verdict);
    host.out(options.json === true ? `${JSON.stringify({ state: stateOf(verdict), ...verdict })}\n` : chainText(verdict));
  }
  if (options.json !== true) host.out(summaryText(verdicts, good.length));
  return exitCodeOf(verdicts, faults, options);
}

function exitCodeOf(verdicts: readonly ChainVerdict[], faults: readonly Fault[], { allowOpen = false }: Options): number {
  if (faults.length > 0 || verdicts.some(({ intact }) => !intact)) return exitCodes.wrong;
  return allowOpen || verdicts.every(({ sealed }) => sealed) ? exitCodes.verified : exitCodes.unsealed;
}

async function wanted(
  releases: readonly string[],
  { day: wantedDay }: Options,
  objects: Objects,
  checkpoints: readonly Checkpoint[],
): Promise<readonly ChainName[]> {
  if (releases.length > 0) return releases.map(releaseChain);
  const there = await chainsIn(objects);
  const named = (list: readonly Checkpoint[]) => list.flatMap((one) => one.list.map(({ chain }) => chain));
  if (wantedDay === undefined) return [...new Set([...there, ...named(checkpoints)])].toSorted();
  const ofDay = checkpoints.filter((one) => dayOf(one) === wantedDay);
  const refusals = refusalsChain(wantedDay);
  if (ofDay.length === 0 && !there.includes(refusals)) throw new VerifyError(`${wantedDay} has no checkpoint and no refused calls`);
  return [...new Set([...(there.includes(refusals) ? [refusals] : []), ...named(ofDay)])].toSorted();
}

async function ledgerOf(options: Options, env: NodeJS.ProcessEnv) {
  const settings = settingsFrom(env);
  const place = options.from ?? settings.ledger;
  if (place === undefined) throw new VerifyError('no ledger: --from <folder or s3://bucket>, or PLIMSOLL_LEDGER_BUCKET');
  // A copy that is given has its own checkpoints beside it, and is not mixed with a bucket that happens to be known.
  const otherPlace = options.checkpoints ?? (options.from === undefined ? settings.checkpoints : undefined) ?? place;
  const check: CheckSignature = await trustedKeys(options.key ?? settings.keys);
  const objects = await objectsAt(place, env);
  const checkpoints = await readCheckpoints(otherPlace === place ? objects : await objectsAt(otherPlace, env));
  return { objects, checkpoints, check };
}

async function objectsAt(place: string, env: NodeJS.ProcessEnv): Promise<Objects> {
  const bucket = /^s3:\/\/([a-z0-9][a-z0-9.-]+)\/?$/.exec(place)?.[1];
  if (bucket === undefined) {
    if (place.startsWith('s3://')) throw new VerifyError(`${place}: s3://<bucket> is needed, the whole of it`);
    return await folderObjects(place);
  }
  // Only then: the client takes longer to load than a whole release takes to verify.
  const { bucketObjects } = await import('./bucket.ts');
  return bucketObjects(bucket, awsFrom(env));
}
