/**
 * Whether the API itself may read the ledger: by the first name of an end that a listing has, and a record of the release
 * that it names. Asked of the bucket each time, since what is kept in memory says nothing of a right that was taken away.
 */
import { type Check, failed, passed } from '../../domain/checkup.ts';
import { releaseChain } from '../../domain/ledger/chain.ts';
import { type EndName, endNameIn, endsFolder } from '../../domain/ledger/ended.ts';
import type { Shelf } from '../../domain/ledger/ended-reader.ts';
import { Problem } from '../http/problem.ts';

/** As long as every other look of a checkup, which all run at once. */
const answerWithinMs = 10_000;

export async function checkReading(ledger: Shelf, bucket: string | undefined, withinMs = answerWithinMs): Promise<Check> {
  const about = bucket ?? 'the API';
  const signal = AbortSignal.timeout(withinMs);
  const late = new Promise<Check>((answer) => {
    const found = `no answer within ${withinMs / 1000} s: whether it may be read is unknown`;
    signal.addEventListener('abort', () => answer(failed('reading', about, found)), { once: true });
  });
  return await Promise.race([read(ledger, about), late]);
}

/** Each step needs a right of its own, so that the one that is refused names the one that is missing. */
async function read(ledger: Shelf, about: string): Promise<Check> {
  let needs = 's3:ListBucket below ends/';
  try {
    const name = await firstName(ledger);
    if (name === undefined) return passed('reading', about, 'nothing has ended yet');
    needs = 's3:ListBucket below releases/';
    const record = await firstKey(ledger, `${releaseChain(name.releaseId)}/`);
    if (record === undefined) return failed('reading', about, `${name.releaseId} has ended, and has no record`);
    needs = 's3:GetObject on releases/*, or kms:Decrypt with its key';
    await ledger.read(record);
    return passed('reading', about, 'the API reads what was released');
  } catch (error) {
    return failed('reading', about, isRefused(error) ? `AccessDenied: the API’s role lacks ${needs}` : why(error));
  }
}

async function firstName(ledger: Shelf): Promise<EndName | undefined> {
  for await (const key of ledger.list(endsFolder)) {
    const name = endNameIn(key);
    if (name !== undefined) return name;
  }
  return undefined;
}

async function firstKey(ledger: Shelf, prefix: string): Promise<string | undefined> {
  for await (const key of ledger.list(prefix)) return key;
  return undefined;
}

const isRefused = (error: unknown): boolean =>
  error instanceof Problem && error.cause instanceof Error && error.cause.name === 'AccessDenied';

/** A problem's words are ours; anybody else's may quote a request. */
const why = (error: unknown): string => (error instanceof Problem ? error.message : error instanceof Error ? error.name : 'unknown');
