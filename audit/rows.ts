/** Every row of a ledger. What does not read as a record has none: that it is there, `plimsoll verify` says. */
import type { ChainName } from '../domain/ledger/chain.ts';
import { opened } from '../domain/ledger/dsse.ts';
import { readableIn } from '../domain/ledger/records.ts';
import { type EventRow, rowsOf } from '../domain/ledger/rows.ts';
import { sealIn, sealType } from '../domain/ledger/seal.ts';
import { chainsIn, type Objects, readEntries } from '../verify/source.ts';

/** `since`: a day; what was sealed before it is left where it is, and not read again each hour. */
export async function rowsIn(objects: Objects, since: string | undefined): Promise<readonly EventRow[]> {
  const rows: EventRow[] = [];
  for (const chain of await chainsIn(objects)) {
    if (since !== undefined && (await hadEndedBy(objects, chain, since))) continue;
    const records = await readEntries(objects, await objects.list(`${chain}/`));
    for (const row of rowsOf(chain, readableIn(records.map(({ text }) => text)))) rows.push(row);
  }
  return rows;
}

/** As its newest seal says; whether that is to be believed is asked where something is proved. */
async function hadEndedBy(objects: Objects, chain: ChainName, day: string): Promise<boolean> {
  const newest = (await objects.list(`seals/${chain}/`)).at(-1);
  if (newest === undefined) return false;
  const envelope = opened(await objects.read(newest), sealType, () => 'good');
  const seal = envelope.kind === 'bad' ? undefined : sealIn(envelope.payload);
  return seal !== undefined && seal.time < day;
}
