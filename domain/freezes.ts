/**
 * Whether a freeze of the catalog is on at an instant, and when it ends. API and worker ask here, so that what a person
 * is shown is what holds a release.
 *
 * Times are the wall clock of a place: a freeze from 18:00 to 08:00 is that, whatever the clocks do in the night
 * between, and however often it recurs (RFC 5545). Both libraries are pure functions of their arguments: this file
 * still has no clock and no I/O (docs/adr/0012). Workflows do not import it: a list of time zones changes under them.
 */
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import type { Freeze } from './catalog.ts';
import type { Obstacle } from './line.ts';

/** What is wrong with a freeze as it is written. Each part is tried by itself, so that the answer names the one. */
export function mistakeOf(freeze: Freeze): { readonly field: keyof Freeze; readonly allowed: string } | undefined {
  if (!tried(() => Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(freeze.timeZone)))
    return { field: 'timeZone', allowed: 'a time zone of the IANA list, such as Europe/Berlin' };
  for (const field of ['start', 'end'] as const)
    if (!tried(() => Temporal.PlainDateTime.from(freeze[field], { overflow: 'reject' })))
      return { field, allowed: 'a day and a time that there are' };
  if (Temporal.PlainDateTime.compare(freeze.start, freeze.end) >= 0) return { field: 'end', allowed: 'a time after `start`' };
  // The rule is asked for one occurrence: one that never has any is refused, too.
  if (freeze.rule !== null && !tried(() => recurrenceOf(freeze).next(startOf(freeze), true) ?? unreachableRule()))
    return { field: 'rule', allowed: 'a recurrence of RFC 5545 that occurs, such as FREQ=WEEKLY;BYDAY=FR' };
  return undefined;
}

function tried(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

const unreachableRule = (): never => {
  throw new RangeError('it never occurs');
};

const startOf = ({ start, timeZone }: Freeze): Temporal.ZonedDateTime => Temporal.PlainDateTime.from(start).toZonedDateTime(timeZone);

const recurrenceOf = (freeze: Freeze) =>
  new RRuleTemporal({ rruleString: freeze.rule ?? 'FREQ=DAILY;COUNT=1', dtstart: startOf(freeze), temporal: Temporal });

/** As long on the clock on the wall as the first one, which may be an hour more or less. */
function endOf({ start, end, timeZone }: Freeze, occurrence: Temporal.ZonedDateTime): Temporal.Instant {
  const length = Temporal.PlainDateTime.from(start).until(end);
  // A start in the hour that is left out in spring is also called by the hour after it: the end counts from what was written.
  const written = occurrence.toPlainDate().toPlainDateTime(Temporal.PlainTime.from(start));
  const isWritten = written.toZonedDateTime(timeZone).epochMilliseconds === occurrence.epochMilliseconds;
  const begin = isWritten ? written : occurrence.toPlainDateTime();
  return begin.add(length).toZonedDateTime(timeZone).toInstant();
}

/** Every freeze that is on at this instant; its last moment is not in it. */
export function freezesAt(all: readonly Freeze[], atMilliseconds: number): readonly Extract<Obstacle, { kind: 'freeze' }>[] {
  return all.flatMap((freeze) => {
    const at = Temporal.Instant.fromEpochMilliseconds(atMilliseconds).toZonedDateTimeISO(freeze.timeZone);
    const begun = recurrenceOf(freeze).previous(at, true);
    if (begun === null || begun === undefined) return [];
    const until = endOf(freeze, begun);
    if (until.epochMilliseconds <= atMilliseconds) return [];
    return [{ kind: 'freeze' as const, name: freeze.name, reason: freeze.reason, until: rfc3339(until) }];
  });
}

/** The next time each begins, the nearest first; one that never does again is left out. */
export function freezesAfter(
  all: readonly Freeze[],
  atMilliseconds: number,
): readonly { readonly name: string; readonly reason: string; readonly from: string; readonly until: string }[] {
  return all
    .flatMap((freeze) => {
      const at = Temporal.Instant.fromEpochMilliseconds(atMilliseconds).toZonedDateTimeISO(freeze.timeZone);
      const next = recurrenceOf(freeze).next(at, false);
      if (next === null || next === undefined) return [];
      return [{ name: freeze.name, reason: freeze.reason, from: rfc3339(next.toInstant()), until: rfc3339(endOf(freeze, next)) }];
    })
    .toSorted((a, b) => a.from.localeCompare(b.from));
}

const rfc3339 = (instant: Temporal.Instant): string => new Date(instant.epochMilliseconds).toISOString();
