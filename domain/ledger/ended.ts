/**
 * Which releases have ended, and of what: names in the ledger, one for each part of a release, under the place that the
 * part is of. The newest comes first in a listing, so that what serves, and what served before it, is found by a look at
 * one folder however long ago it was released: Temporal forgets, and a model may serve for months.
 *
 * A name is no evidence. Whoever reads one reads that release's own chain for what it was and how it ended; names that are
 * missing are written again from the chains.
 */
import { canonicalText } from '../digest.ts';
import type { ReleaseOrder } from '../order.ts';
import { type OutcomeKind, outcomeKinds } from '../outcome.ts';
import { recordTypes } from '../record.ts';
import { type Part, placeOf } from '../released/serving.ts';
import { hashOf } from './chain.ts';
import type { CheckedRecord } from './records.ts';

export const endKinds = [...outcomeKinds, 'failed'] as const;
/** `failed`: it needs a person, and may have left anything. */
export type EndKind = OutcomeKind | 'failed';

/** A release that has ended, as its chain says it. */
export interface Ended<Kind extends EndKind = EndKind> {
  readonly order: ReleaseOrder;
  readonly kind: Kind;
  /** RFC 3339. */
  readonly at: string;
}

/** What a listing says of an end. */
export interface EndName {
  readonly releaseId: string;
  readonly kind: EndKind;
}

export interface EndedReleases {
  /** `null`: there is no such release, or it has not ended. */
  find(releaseId: string): Promise<Ended | null>;
  /** What ended at a place, as `placeOf` spells it, and how: the newest first, read as far as it is asked for. */
  newest<Kind extends EndKind>(place: string, kinds: readonly Kind[]): AsyncIterable<Ended<Kind>>;
  /** The same, and at most so many, read side by side. */
  at<Kind extends EndKind>(
    place: string,
    wanted: { readonly kinds: readonly Kind[]; readonly limit: number },
  ): Promise<readonly Ended<Kind>[]>;
  /** Every place at which anything ever ended, in the order of their names. */
  places(): Promise<readonly string[]>;
}

export const endsFolder = 'ends/';

/** Later than any release, and with as many digits as every time until the year 2286. */
const endOfTimeMs = 9_999_999_999_999;

/** Sorted as text, what is later comes first. */
const descending = (at: string): string => String(endOfTimeMs - Date.parse(at)).padStart(13, '0');

export interface NamedEnd {
  readonly key: string;
  readonly text: string;
}

/** One for each part, always the same of one end: written twice they are one. */
export function namesOf({ order, kind, at }: Ended): readonly NamedEnd[] {
  const { releaseId } = order;
  return placesOf(order).map((place) => ({
    key: `${endsFolder}${place}/${descending(at)}.${kind.replaceAll(' ', '-')}.${releaseId}.json`,
    text: canonicalText({ release: releaseId, kind, at }),
  }));
}

export const placesOf = (order: ReleaseOrder): readonly string[] => placedPartsOf(order).map((part) => placeOf(part));

/** Each part of a release with what its place is made of. */
export function placedPartsOf({ service, environment, infrastructure, model }: ReleaseOrder) {
  const placed = (part: Part, stack: string | null) => ({ service, environment, part, stack });
  return [
    ...(infrastructure === undefined ? [] : [placed('infrastructure', infrastructure.stack.name)]),
    ...(model === undefined ? [] : [placed('model', null)]),
  ];
}

/** `undefined`: no name of ours. */
export function endNameIn(key: string): EndName | undefined {
  const [, spelled, releaseId] = /\/\d{13}\.([a-z-]+)\.([a-z0-9-]{1,63})\.json$/.exec(key) ?? [];
  const kind = endKinds.find((one) => one.replaceAll(' ', '-') === spelled);
  return kind === undefined || releaseId === undefined ? undefined : { releaseId, kind };
}

/** From its first record and its last. `null`: it has not ended. Text: why these are not a release's. */
export function endedIn(releaseId: string, first: CheckedRecord, last: CheckedRecord): Ended | null | string {
  const kind = kindIn(last);
  if (kind === null) return null;
  if (kind === undefined) return `record ${last.sequence} of ${releaseId} does not say how it ended`;
  const changed = [first, last].find((record) => record.hash !== undefined && record.hash !== hashOf(record));
  if (changed !== undefined) return `record ${changed.sequence} of ${releaseId} was changed: it does not have its hash`;
  const { order } = dataOf(first) as { readonly order?: ReleaseOrder };
  if (order?.releaseId !== releaseId || !isPlaced(order)) return `record 0 of ${releaseId} has no order of it`;
  return { order, kind, at: last.event.time };
}

/** What everybody who looks at what ended relies on: one order without it must not fail a look at all of them. */
const isPlaced = ({ service, environment, team, cluster }: Readonly<Partial<Record<keyof ReleaseOrder, unknown>>>): boolean =>
  [service, environment, team].every((name) => typeof name === 'string') && typeof cluster === 'object' && cluster !== null;

/** `null`: it goes on, or is being recovered. */
function kindIn(last: CheckedRecord): EndKind | null | undefined {
  if (last.event.type === recordTypes.failed) return 'failed';
  return last.event.type === recordTypes.closed ? outcomeKinds.find((one) => one === dataOf(last)['kind']) : null;
}

const dataOf = ({ event }: CheckedRecord): Readonly<Record<string, unknown>> => (event.data ?? {}) as Readonly<Record<string, unknown>>;
