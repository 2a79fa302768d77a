/** A record in the chain of one look, which belongs to no release: `strays/<moment>`, `rescans/<moment>`. */
import type { ChainKind } from './ledger/chain.ts';
import type { Json } from './order.ts';
import { type RecordKind, type ReleaseRecord, recordTypes } from './record.ts';

export type LookChain = Extract<ChainKind, 'strays' | 'rescans' | 'drifts'>;

export const lookRecordOf = (
  { chain, kind, moment }: { readonly chain: LookChain; readonly kind: RecordKind; readonly moment: string },
  writer: { readonly runId: string; readonly sequence: number; readonly claim: boolean },
  time: string,
  data: Json,
): ReleaseRecord => ({
  ...writer,
  event: {
    specversion: '1.0',
    id: `${chain}/${moment}/${writer.sequence}`,
    source: `/plimsoll/${chain}`,
    type: recordTypes[kind],
    time,
    subject: moment,
    datacontenttype: 'application/json',
    data,
  },
});
