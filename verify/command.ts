/**
 * `plimsoll verify`: whether a ledger is complete, in order, untouched and sealed. Needs the ledger, or a copy of it,
 * and the public key; no server, and nobody's word. The first record that is wrong is named.
 */
import type { Command } from 'commander';
import { type ChainName, refusalsChain, releaseChain } from '../domain/ledger/chain.ts';
import { type Checkpoint, checkCheckpoints, dayOf, witnessesIn } from '../domain/ledger/checkpoint.ts';
import { type ChainVerdict, verifyChain } from '../domain/ledger/verify.ts';
import { day } from './day.ts';
import { providerKeysIn, withDecisions } from './decisions.ts';
import { exitCodes, VerifyError } from './errors.ts';
import type { Host } from './host.ts';
import { type LedgerOptions, ledgerOf, withLedgerOptions } from './ledger.ts';
import { chainText, faultText, stateOf, summaryText } from './report.ts';
import { chainsIn, type Objects, readChain } from './source.ts';

interface Options extends LedgerOptions {
  readonly all?: boolean;
  readonly day?: string;
  readonly providerKeys?: string;
}

const exits = `
A copy is a folder with the bucket's keys as paths: aws s3 sync s3://<bucket> ./copy. A bucket is read with all its
versions, so that what was written over or deleted is found; a copy does not have them.

Exit codes: 0 verified; 1 something is wrong, and the first wrong record is named; 2 wrong usage; 3 unreachable;
4 nothing is wrong, and a chain is not sealed: its release is open, or its end was cut off (--allow-open: 0). The chain
of a day that is not over cannot be sealed yet: it is open, and no reason for 4.
Environment: PLIMSOLL_LEDGER_BUCKET, PLIMSOLL_CHECKPOINT_BUCKET, PLIMSOLL_LEDGER_PUBLIC_KEY, AWS_REGION.`;

export function mountVerify(program: Command, host: Host, finish: (exitCode: number) => void, now: () => number = Date.now): void {
  const command = program.command('verify').argument('[releases...]', 'ids of releases');
  withLedgerOptions(command.description('prove that records are complete, in order, untouched and sealed'))
    .option('--all', 'every chain there is, and every one that a seal or a checkpoint names')
    .option('--provider-keys <file>', 'JWKS of the identity provider, instead of the key that lies beside each ID token')
    .option('--day <date>', 'what the checkpoint of a day names, and the calls that were refused on it', day)
    .addHelpText('after', exits)
    .action(async (releases: readonly string[], options: Options) => {
      try {
        finish(await verify(releases, options, host, now()));
      } catch (error) {
        if (!(error instanceof VerifyError)) throw error;
        host.err(`plimsoll verify: ${error.message}\n`);
        finish(error.exitCode);
      }
    });
}

/* --------------------------------------------------------------- the run */

async function verify(releases: readonly string[], options: Options, host: Host, nowMs: number): Promise<number> {
  const ways = [releases.length > 0, options.all === true, options.day !== undefined].filter(Boolean);
  if (ways.length !== 1) throw new VerifyError('say what: ids of releases, --all, or --day <date>');
  const ledger = await ledgerOf(options, host.env);
  const providerKeys = options.providerKeys === undefined ? undefined : await providerKeysIn(options.providerKeys);
  const { good, faults } = checkCheckpoints(ledger.checkpoints, ledger.check, { fromStart: releases.length === 0 });
  const witnesses = witnessesIn(good);
  const names = await wanted(releases, options, ledger.objects, good);
  for (const fault of faults) host.out(options.json === true ? `${JSON.stringify(fault)}\n` : faultText(fault));
  const verdicts: ChainVerdict[] = [];
  for (const name of names) {
    const stored = await readChain(ledger.objects, name);
    if (stored.records.length + stored.seals.length === 0 && !witnesses.has(name))
      throw new VerifyError(`${name}: there is nothing of this name`);
    const verdict = await withDecisions(verifyChain(stored, ledger.check, witnesses.get(name)), stored.records, providerKeys);
    verdicts.push(verdict);
    host.out(options.json === true ? `${JSON.stringify({ state: stateOf(verdict, nowMs), ...verdict })}\n` : chainText(verdict, nowMs));
  }
  if (options.json !== true) host.out(summaryText(verdicts, good.length, nowMs));
  if (faults.length > 0) return exitCodes.wrong;
  return exitCodeOf(new Set(verdicts.map((verdict) => stateOf(verdict, nowMs))), options);
}

function exitCodeOf(states: ReadonlySet<ReturnType<typeof stateOf>>, { allowOpen = false }: Options): number {
  if (states.has('wrong')) return exitCodes.wrong;
  return states.has('not sealed') && !allowOpen ? exitCodes.unsealed : exitCodes.verified;
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
  if (ofDay.length === 0 && !there.includes(refusals))
    throw new VerifyError(`${wantedDay} has no checkpoint, and nothing was written about it`);
  return [...new Set([...(there.includes(refusals) ? [refusals] : []), ...named(ofDay)])].toSorted();
}
