/** A record in the chain of a finding, which belongs to no release. */
import type { Json } from '../order.ts';
import { type RecordKind, type ReleaseRecord, recordTypes } from '../record.ts';

export const findingRecordOf = (
  findingId: string,
  writer: { readonly runId: string; readonly sequence: number; readonly claim: boolean },
  kind: RecordKind,
  time: string,
  data: Json,
): ReleaseRecord => ({
  ...writer,
  event: {
    specversion: '1.0',
    id: `findings/${findingId}/${writer.sequence}`,
    source: '/plimsoll/findings',
    type: recordTypes[kind],
    time,
    subject: findingId,
    datacontenttype: 'application/json',
    data,
  },
});
