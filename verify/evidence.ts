/**
 * `plimsoll evidence`: everything about one release in one archive, for somebody who has nothing else. What is in it
 * can be verified as it is; what could not be had is said in it, and never left out in silence.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { create } from 'tar';
import { blobKeyOf } from '../domain/blob.ts';
import { releaseChain } from '../domain/ledger/chain.ts';
import { checkCheckpoints, witnessesIn } from '../domain/ledger/checkpoint.ts';
import { verifyChain } from '../domain/ledger/verify.ts';
import { checkpointsFor, type File, ledgerFiles, type ReadBlob, recordsOf, storedFiles, verdictFiles } from './bundle.ts';
import { exitCodes, VerifyError } from './errors.ts';
import type { Host } from './host.ts';
import { type LedgerOptions, ledgerOf, objectsAt, withLedgerOptions } from './ledger.ts';
import { evidencePage } from './page.ts';
import { stateOf } from './report.ts';
import { settingsFrom } from './settings.ts';
import { readChain } from './source.ts';

interface Options extends LedgerOptions {
  readonly out?: string;
  readonly store?: string;
}

const about = `
The archive has the records, seals, attestations and checkpoints under the keys that they have in the bucket: unpacked,
it is a copy for plimsoll verify. Beside them: reports of the scanners, the redacted plan, verdicts with pictures, what
was counted, and index.html.

Exit codes: 0 the archive is written, and the release verified; 1 written, and something is wrong with the release;
2 wrong usage; 3 unreachable; 4 written, and the release is not sealed. Environment: that of plimsoll verify, and
PLIMSOLL_STORE_BUCKET.`;

export function mountEvidence(program: Command, host: Host, finish: (exitCode: number) => void): void {
  withLedgerOptions(program.command('evidence').argument('<release>', 'its id').description('everything about one release, in one archive'))
    .option('--out <file>', 'where to write it; <release>.tar.gz unless it is said')
    .option('--store <place>', 'where reports, plans and counts lie: s3://<bucket>, or a folder with a copy')
    .addHelpText('after', about)
    .action(async (release: string, options: Options) => {
      try {
        finish(await evidence(release, options, host));
      } catch (error) {
        if (!(error instanceof VerifyError)) throw error;
        host.err(`plimsoll evidence: ${error.message}\n`);
        finish(error.exitCode);
      }
    });
}

async function evidence(release: string, options: Options, host: Host): Promise<number> {
  const ledger = await ledgerOf(options, host.env);
  const chain = await readChain(ledger.objects, releaseChain(release));
  if (chain.records.length === 0) throw new VerifyError(`${release}: there is no record of this name`);
  const checkpoints = checkpointsFor(chain, ledger.checkpoints);
  const { good } = checkCheckpoints(checkpoints, ledger.check, { fromStart: false });
  const verdict = verifyChain(chain, ledger.check, witnessesIn(good).get(chain.name));
  const records = recordsOf(chain);
  const stored = await storedFiles(records, await storeOf(options, host.env));
  const files = [...ledgerFiles(chain, checkpoints), ...verdictFiles(records), ...stored.files];
  const page = evidencePage({ release, verdict, records, files, lacks: stored.lacks });
  const out = options.out ?? `${release}.tar.gz`;
  await writeArchive(out, release, [...files, { path: 'index.html', bytes: new TextEncoder().encode(page) }]);
  const state = stateOf(verdict);
  if (options.json === true) host.out(`${JSON.stringify({ out, state, files: files.length + 1, lacks: stored.lacks })}\n`);
  else
    host.out(
      `${out}: ${files.length + 1} files of ${release}, ${state}\n${stored.lacks.map(({ path, because }) => `  not there: ${path}: ${because}\n`).join('')}`,
    );
  return state === 'wrong' ? exitCodes.wrong : state === 'verified' || options.allowOpen === true ? exitCodes.verified : exitCodes.unsealed;
}

async function storeOf({ store }: Options, env: NodeJS.ProcessEnv): Promise<ReadBlob> {
  const place = store ?? settingsFrom(env).store;
  if (place === undefined) return () => Promise.reject(new Error('no store was named: --store, or PLIMSOLL_STORE_BUCKET'));
  const objects = await objectsAt(place, env);
  return (folder, digest) => objects.readBytes(blobKeyOf(folder, digest));
}

/** A fixed time for every file, so that the same release is the same archive. */
async function writeArchive(out: string, release: string, files: readonly File[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-evidence-'));
  try {
    const sums = files.map(({ path, bytes }) => `${createHash('sha256').update(bytes).digest('hex')}  ${path}\n`).join('');
    for (const { path, bytes } of [...files, { path: 'SHA256SUMS', bytes: new TextEncoder().encode(sums) }]) {
      await mkdir(dirname(join(folder, release, path)), { recursive: true });
      await writeFile(join(folder, release, path), bytes);
    }
    await create({ gzip: true, file: out, cwd: folder, portable: true, mtime: new Date(0) }, [release]);
  } catch (error) {
    throw new VerifyError(`${out} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
