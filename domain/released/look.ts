/**
 * A look at everything that serves, one release after the other: what the workflows `rescan` and `drift` keep and tell.
 * What is found at a place is the same for both: it is listed while it is there, and new when the look before did not have it.
 */
import { shortened } from '../news.ts';
import type { ReleaseRecord } from '../record.ts';

/** Whatever is found: of what serves where (`placeOf`), and which release brought that. */
export interface Found {
  readonly place: string;
  readonly release: string;
}

/** At one place. */
export interface PlaceLook<T extends Found> {
  /** A few of all, so that no place hides another. */
  readonly found: readonly T[];
  /** So many more that are not listed. */
  readonly more: number;
  /** Why it could not be looked at, or not at all of it; `null`: it was. */
  readonly unknown: string | null;
}

export interface Seen<T extends Found> extends PlaceLook<T> {
  readonly environment: string;
  readonly place: string;
}

/** At one environment. */
export interface ReleasedLook<T extends Found> {
  readonly environment: string;
  /** Places that were looked at. */
  readonly looked: number;
  readonly found: readonly T[];
  readonly more: number;
  readonly unknown: readonly { readonly place: string; readonly because: string }[];
  /** So many more places that could not be looked at. */
  readonly moreUnknown: number;
}

export interface ReleasedReport<T extends Found> {
  /** RFC 3339. */
  readonly at: string;
  readonly looks: readonly ReleasedLook<T>[];
}

/** What makes it the same at the next look. */
export type KeyOf<T> = (found: T) => string;

/** Of one environment, and of all: a report stays under the 32 KiB of a message. */
const foundMax = 20;
const listedMax = 30;
const unknownMax = 15;

export const notLooked = (because: string): PlaceLook<never> => ({ found: [], more: 0, unknown: shortened(because) });

/** By environment. Where nobody could look, what was there the last time still counts: an outage makes nothing new. */
export function looksOf<T extends Found>(
  before: readonly ReleasedLook<T>[],
  seen: readonly Seen<T>[],
  keyOf: KeyOf<T>,
): readonly ReleasedLook<T>[] {
  let room = listedMax;
  let roomUnknown = unknownMax;
  return [...new Set(seen.map(({ environment }) => environment))].map((environment) => {
    const places = seen.filter((one) => one.environment === environment);
    const known = before.find((look) => look.environment === environment)?.found ?? [];
    const found = places.flatMap((place) => (place.unknown === null ? place.found : together(place, known, keyOf)));
    const listed = found.slice(0, Math.min(foundMax, room));
    room -= listed.length;
    const unknown = places.flatMap(({ place, unknown: because }) => (because === null ? [] : [{ place, because }]));
    const said = unknown.slice(0, roomUnknown);
    roomUnknown -= said.length;
    return {
      environment,
      looked: places.length,
      found: listed,
      more: found.length - listed.length + places.reduce((sum, { more }) => sum + more, 0),
      unknown: said,
      moreUnknown: unknown.length - said.length,
    };
  });
}

/** What was found of it now, and what is still known of it. */
function together<T extends Found>({ place, found }: Seen<T>, known: readonly T[], keyOf: KeyOf<T>): readonly T[] {
  const now = new Set(found.map(keyOf));
  return [...found, ...known.filter((one) => one.place === place && !now.has(keyOf(one)))];
}

/** Those of an environment that the look before did not have there. */
export function newSince<T extends Found>(before: readonly ReleasedLook<T>[], look: ReleasedLook<T>, keyOf: KeyOf<T>): readonly T[] {
  const known = new Set(before.find(({ environment }) => environment === look.environment)?.found.map(keyOf));
  return look.found.filter((one) => !known.has(keyOf(one)));
}

interface LookRecords {
  readonly moment: string;
  readonly records: readonly ReleaseRecord[];
  /** With the last of them. */
  readonly seal: boolean;
}

/** The chain of one look, which belongs to no release. Again it is the same. */
export interface ReleasedLedgerPort {
  recordRescan(input: LookRecords): Promise<void>;
  recordDrift(input: LookRecords): Promise<void>;
}
