/** What a workflow's history says about time. All times in seconds. */
import type { temporal } from '@temporalio/proto';

type Event = temporal.api.history.v1.IHistoryEvent;
export type History = readonly Event[];

export const secondsOf = ({ eventTime }: Event): number => Number(eventTime?.seconds ?? 0) + (eventTime?.nanos ?? 0) / 1e9;

export const nameOf = (event: Event): string | undefined => event.activityTaskScheduledEventAttributes?.activityType?.name ?? undefined;

/** From an accepted approval to the start of the next activity. */
export function approvalToActivity(history: History): number {
  const accepted = history.find(({ workflowExecutionUpdateAcceptedEventAttributes: update }) => update != null);
  if (accepted === undefined) throw new Error('no approval in this history');
  const started = history.find(
    (event) => event.activityTaskStartedEventAttributes != null && Number(event.eventId) > Number(accepted.eventId),
  );
  if (started === undefined) throw new Error('no activity after the approval');
  return secondsOf(started) - secondsOf(accepted);
}

export interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Every activity from its start on a worker to its end. */
export function activitySpans(history: History): readonly Span[] {
  const scheduled = new Map(history.filter((event) => nameOf(event) !== undefined).map((event) => [String(event.eventId), event]));
  const started = new Map<string, Event>();
  const spans: Span[] = [];
  for (const event of history) {
    if (event.activityTaskStartedEventAttributes != null)
      started.set(String(event.activityTaskStartedEventAttributes.scheduledEventId), event);
    const end =
      event.activityTaskCompletedEventAttributes ?? event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
    if (end == null) continue;
    const id = String(end.scheduledEventId);
    const begin = started.get(id) ?? scheduled.get(id);
    const of = scheduled.get(id);
    if (begin !== undefined && of !== undefined) spans.push({ name: nameOf(of) ?? '', from: secondsOf(begin), to: secondsOf(event) });
  }
  return spans;
}

/** Seconds of `whole` that no span covers. */
export function uncovered(whole: Pick<Span, 'from' | 'to'>, spans: readonly Pick<Span, 'from' | 'to'>[]): number {
  let covered = 0;
  let at = whole.from;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const begin = Math.max(from, at);
    if (to > begin) {
      covered += Math.min(to, whole.to) - begin;
      at = Math.min(to, whole.to);
    }
  }
  return whole.to - whole.from - covered;
}
