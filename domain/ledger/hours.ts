/** The query copy's files: one for each hour in which something happened, under a path from which Athena computes its partitions. */
import type { EventRow } from './rows.ts';

/** `2026-11-24T23`: an hour of UTC. */
export type Hour = string;

export interface HourFile {
  readonly path: string;
  readonly rows: readonly EventRow[];
}

const pathOfHour = (hour: Hour): string => {
  const [day, time] = hour.split('T');
  return `dt=${day}/hour=${time}/events.parquet`;
};

/** `null`: of no hour. */
export const hourOf = ({ happened_at }: EventRow): Hour | null => happened_at?.slice(0, '2026-11-24T23'.length) ?? null;

/** In an order that is the rows' own, whatever chains were read first. A record without a time is of no hour. */
export function hourFilesOf(rows: readonly EventRow[]): readonly HourFile[] {
  const hours = Map.groupBy(
    rows.filter(({ happened_at }) => happened_at !== null),
    (row) => hourOf(row) as Hour,
  );
  return [...hours]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([hour, ofHour]) => ({ path: pathOfHour(hour), rows: ofHour.toSorted(byTime) }));
}

function byTime(one: EventRow, other: EventRow): number {
  const [a, b] = [placeOf(one), placeOf(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}

const placeOf = ({ happened_at, chain, sequence }: EventRow): string => `${happened_at} ${chain} ${String(sequence).padStart(10, '0')}`;
