/** By what a release was judged, from its record: it outlasts Temporal's history. */
import { releaseChain } from '../../domain/ledger/chain.ts';
import { recordTypes } from '../../domain/record.ts';
import type { RescanPort } from '../../domain/released/rescan.ts';
import { parseJudgement } from './parse.ts';
import { type Bucket, createPlaces } from './places.ts';
import { readAll } from './read.ts';

export function createJudgementActivities(bucket: Bucket): Pick<RescanPort, 'readJudgement'> {
  const places = createPlaces(bucket);
  return {
    /** The last one: what moved in between was judged again. */
    async readJudgement({ releaseId }) {
      const chain = releaseChain(releaseId);
      const records = await readAll(places, chain, await places.nextSequence(chain));
      const judged = records.findLast(({ event }) => event.type === recordTypes.judged);
      return judged === undefined ? null : parseJudgement(judged);
    },
  };
}
