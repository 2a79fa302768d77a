/** The names of what has ended, in the ledger's own bucket: written when a chain is sealed, and read. */
import { recordKeyOf, releaseChain } from '../../domain/ledger/chain.ts';
import { type EndedReleases, endedIn, endNameIn, endsFolder, namesOf } from '../../domain/ledger/ended.ts';
import { createEndedReleases } from '../../domain/ledger/ended-reader.ts';
import { type CheckedRecord, readableIn } from '../../domain/ledger/records.ts';
import { failure } from '../failure.ts';
import { type Bucket, createPlaces, type Places } from './places.ts';

export function createEnded(bucket: Bucket): EndedReleases {
  const { keys, folders, read } = createPlaces(bucket);
  return createEndedReleases({ list: keys, folders, read, forked: (what) => failure('ledger.forked', what) });
}

/** Of a chain that has ended. One that is damaged gets none, and `plimsoll verify` says what is wrong with it. */
export async function nameEnd(places: Places, releaseId: string, records: readonly CheckedRecord[]): Promise<void> {
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) return;
  const ended = endedIn(releaseId, first, last);
  if (ended === null || typeof ended === 'string') return;
  for (const { key, text } of namesOf(ended)) await places.writeFirst(key, text);
}

const chainsAtOnce = 20;

/** Of whatever ended before ends had names, or in a process that was killed between seal and name. */
export async function nameMissing(places: Places, progress: (done: number) => void): Promise<void> {
  const named = new Set<string>();
  for await (const key of places.keys(endsFolder)) {
    const name = endNameIn(key);
    // One that failed may have been recovered since, and has another end then.
    if (name !== undefined && name.kind !== 'failed') named.add(name.releaseId);
  }
  const folders = await places.folders('releases/');
  const missing = folders.map((folder) => folder.slice('releases/'.length, -1)).filter((releaseId) => !named.has(releaseId));
  for (let start = 0; start < missing.length; start += chainsAtOnce) {
    progress(start);
    await Promise.all(missing.slice(start, start + chainsAtOnce).map((releaseId) => nameByEnds(places, releaseId)));
  }
}

/** By its first record and its last, whatever lies between. */
async function nameByEnds(places: Places, releaseId: string): Promise<void> {
  const chain = releaseChain(releaseId);
  const last = (await places.nextSequence(chain)) - 1;
  const texts = await Promise.all([0, last].map((sequence) => places.read(recordKeyOf(chain, sequence))));
  await nameEnd(places, releaseId, readableIn(texts.filter((text) => text !== null)));
}
