/** All heads of the ledger, signed, where whoever writes chains cannot change them. */
import { heartbeat } from '@temporalio/activity';
import { type ChainName, chainKinds, checkpointKeyOf, recordKeyOf } from '../../domain/ledger/chain.ts';
import { checkpointText, contradictions, type Head, momentIn, readCheckpoint } from '../../domain/ledger/checkpoint.ts';
import type { Sign } from '../../domain/ledger/dsse.ts';
import type { CheckpointPort } from '../../domain/ledger/ports.ts';
import { failure } from '../failure.ts';
import { nameMissing } from './ends.ts';
import { parseRecord } from './parse.ts';
import { type Bucket, createPlaces, type Places } from './places.ts';

export interface CheckpointDependencies {
  readonly ledger: Bucket;
  /** In production of another account: the worker may put objects there, and nothing else. */
  readonly checkpoints: Bucket;
  readonly sign: Sign;
}

export function createCheckpointActivities({ ledger, checkpoints, sign }: CheckpointDependencies): CheckpointPort {
  const chains = createPlaces(ledger);
  const places = createPlaces(checkpoints);
  return {
    async writeCheckpoint({ moment }) {
      const before = await checkpointBefore(places, moment);
      const key = checkpointKeyOf(moment);
      if ((await places.read(key)) === null) {
        const text = await checkpointText(moment, await headsOf(chains), before?.digest ?? null, sign);
        await places.writeFirst(key, text);
      }
      // What is there counts, whoever of two tries wrote it.
      const { list } = await stored(places, key);
      // Once a day, where all chains are looked at anyway.
      await nameMissing(chains, heartbeat);
      return { chains: list.length, contradictions: contradictions(before?.list ?? [], list).slice(0, namedMax) };
    },
  };
}

/** A failure's message is a line; `plimsoll verify --all` has the rest. */
const namedMax = 5;

async function checkpointBefore(places: Places, moment: string) {
  const earlier = (await places.list('checkpoints/')).filter((key) => (momentIn(key) ?? moment) < moment);
  const newest = earlier.at(-1);
  return newest === undefined ? undefined : await stored(places, newest);
}

/** Whose signature it is, only a verification asks: it has a key that does not come from here. */
async function stored(places: Places, key: string) {
  const read = readCheckpoint((await places.read(key)) ?? '', momentIn(key) ?? '', () => 'good');
  if (read.kind === 'bad') throw failure('ledger.contradicted', `${key}: ${read.because}`);
  return read.checkpoint;
}

/** A bucket takes far more at once; the worker has other things to do. */
const chainsAtOnce = 20;

async function headsOf(places: Places): Promise<readonly Head[]> {
  const heads: Head[] = [];
  for (const kind of chainKinds) {
    const folders = await places.folders(`${kind}/`);
    for (let start = 0; start < folders.length; start += chainsAtOnce) {
      heartbeat(start);
      const names = folders.slice(start, start + chainsAtOnce).map((folder) => folder.slice(0, -1) as ChainName);
      heads.push(...(await Promise.all(names.map((name) => headOf(places, name)))).filter((head) => head !== null));
    }
  }
  return heads;
}

/** `null`: a record from before there were chains. */
async function headOf(places: Places, chain: ChainName): Promise<Head | null> {
  const sequence = (await places.nextSequence(chain)) - 1;
  const text = await places.read(recordKeyOf(chain, sequence));
  const head = text === null ? undefined : parseRecord(text, sequence).hash;
  return head === undefined ? null : { chain, sequence, head };
}
