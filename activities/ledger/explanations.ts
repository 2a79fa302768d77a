/** What the ledger says of a release that something claims to be of: what it was to run, where and when it worked, and how it ended. */
import { z } from 'zod';
import { releaseChain } from '../../domain/ledger/chain.ts';
import { outcomeKinds } from '../../domain/outcome.ts';
import { recordTypes } from '../../domain/record.ts';
import type { Explanation } from '../../domain/strays/stray.ts';
import { digestIn } from '../../domain/threats/concern.ts';
import { failure } from '../failure.ts';
import { parseOrder, type StoredRecord } from './parse.ts';
import { type Bucket, createPlaces } from './places.ts';
import { readLast, readRecord } from './read.ts';

const closing = z.looseObject({ kind: z.enum(outcomeKinds) });
const began = z.looseObject({
  time: z.string(),
  data: z.looseObject({ order: z.looseObject({ aws: z.looseObject({ account: z.string() }) }) }),
});
const happened = z.looseObject({ time: z.string() });

/** `null`: there is no such release. Its first record and its last are read, whatever lies between. */
export function createExplain(bucket: Bucket) {
  const places = createPlaces(bucket);
  return async (releaseId: string): Promise<Explanation | null> => {
    const chain = releaseChain(releaseId);
    const newest = await readLast(places, chain);
    if (newest === null) return null;
    const first = await readRecord(places, chain, 0);
    if (first === null) throw failure('ledger.forked', `record 0 of ${releaseId} is missing`);
    const { service, cluster, model } = parseOrder(first);
    return {
      service,
      place: { cluster: cluster.name, namespace: cluster.namespace },
      image: model === undefined ? null : digestIn(model.image),
      ended: endOf(newest),
      writing: writingOf(first, newest),
    };
  };
}

/** Whoever recovers a release that failed writes in its name again: then the failure is not its last record any more. */
function writingOf(first: StoredRecord, newest: StoredRecord): Explanation['writing'] {
  const [beginning, end] = [began.safeParse(first.event), happened.safeParse(newest.event)];
  if (!beginning.success || !end.success) throw failure('ledger.forked', 'the records of a release do not say where and when it worked');
  const { time: from, data } = beginning.data;
  const isOver = ([recordTypes.closed, recordTypes.failed] as readonly string[]).includes(newest.event.type);
  return { account: data.order.aws.account, from, until: isOver ? end.data.time : null };
}

function endOf({ event }: StoredRecord): Explanation['ended'] {
  if (event.type !== recordTypes.closed) return null;
  const parsed = closing.safeParse(event.data);
  const at = z.string().safeParse(event['time']);
  if (!parsed.success || !at.success) throw failure('ledger.forked', 'the last record of a release does not say how it ended');
  return { kind: parsed.data.kind, at: at.data };
}
