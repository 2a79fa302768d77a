/** Calls that were refused, by day: who wanted what, and why not. They share the chain of the day with acts (acts.ts), since no release has them. */
import type { Caller } from '../caller.ts';
import type { FailureKind } from '../failures.ts';
import type { Json } from '../order.ts';
import { batchCharactersMax, type ReleaseRecord, recordTypes } from '../record.ts';
import type { DayAct } from './acts.ts';
import type { ChainName } from './chain.ts';

/** Refusals that say something about a person or a machine; a typing error does not. */
export const recordedRefusals = [
  'caller.forbidden',
  'approval.notCounted',
  'approval.mfaStale',
  'approval.stale',
  'approval.unproven',
  'line.samePerson',
  'release.taken',
] as const satisfies readonly FailureKind[];
export type RecordedRefusal = (typeof recordedRefusals)[number];

export interface RefusedCall {
  /** RFC 3339. */
  readonly at: string;
  readonly by: Caller;
  /** Method and route, without what was sent. */
  readonly call: string;
  readonly release: string | null;
  readonly refusal: RecordedRefusal;
  readonly because: string;
}

/** What the chain of a day takes. */
export type DayEntry = RefusedCall | DayAct;

export const refusalsIdOf = (day: string): string => `refusals/${day}`;
export const dayOfTime = (time: string): string => time.slice(0, '2026-11-24'.length);

/** A minute after midnight: a call from just before may still be on its way. */
const graceMs = 60_000;
export const dayEndsAt = (day: string): number => Date.parse(`${day}T00:00:00Z`) + 24 * 3_600_000 + graceMs;

/** Whether what waits may be handed to the run that goes on with a day: a start is a message, and holds no more. */
export const fitsStart = (waiting: readonly DayEntry[]): boolean => JSON.stringify(waiting).length <= batchCharactersMax;

/** A worker that is replaced just when a day ends seals it when it is back. */
const sealedWithinMs = 15 * 60_000;

/** Whether this is the chain of a day that is not over, or was a moment ago: nobody can have sealed it yet. */
export function isDayUnderWay(chain: ChainName, nowMs: number): boolean {
  const day = /^refusals\/(\d{4}-\d{2}-\d{2})$/.exec(chain)?.[1];
  return day !== undefined && Date.parse(`${day}T00:00:00Z`) <= nowMs && nowMs < dayEndsAt(day) + sealedWithinMs;
}

export function dayRecordOf(
  day: string,
  writer: { readonly runId: string; readonly sequence: number; readonly claim: boolean },
  { at, ...data }: DayEntry,
): ReleaseRecord {
  return {
    ...writer,
    event: {
      specversion: '1.0',
      id: `refusals/${day}/${writer.sequence}`,
      source: '/plimsoll/refusals',
      type: 'act' in data ? recordTypes.acted : recordTypes.callRefused,
      time: at,
      subject: day,
      datacontenttype: 'application/json',
      data: data as unknown as Json,
    },
  };
}
