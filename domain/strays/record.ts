/** A record in the chain of a look, which belongs to no release. */
import type { Json } from '../order.ts';
import { type ReleaseRecord, recordTypes } from '../record.ts';
import type { Look } from './look.ts';
import type { Stray } from './stray.ts';

export type FoundStray = Stray & Pick<Look, 'environment' | 'cluster' | 'namespace'>;

export const strayRecordOf = (
  moment: string,
  writer: { readonly runId: string; readonly sequence: number; readonly claim: boolean },
  time: string,
  stray: FoundStray,
): ReleaseRecord => ({
  ...writer,
  event: {
    specversion: '1.0',
    id: `strays/${moment}/${writer.sequence}`,
    source: '/plimsoll/strays',
    type: recordTypes.strayFound,
    time,
    subject: moment,
    datacontenttype: 'application/json',
    data: { ...stray } satisfies Json,
  },
});
