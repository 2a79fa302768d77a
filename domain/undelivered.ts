/**
 * A notice that nobody took within an hour of tries. It is kept for two weeks, so that whoever has mended the receiver, the
 * address or the secret has it delivered then; what it says stays what it was.
 */
import { digestOf, hexOf } from './digest.ts';
import { type AnyNotice, type NoticeTarget, noticeText } from './notice.ts';

export interface UndeliveredNotice {
  readonly target: NoticeTarget;
  readonly notice: AnyNotice;
  /** RFC 3339: when it was given up. */
  readonly since: string;
  /** Why the last try failed. */
  readonly because: string;
}

/** As it is listed. */
export interface ListedNotice {
  readonly id: string;
  /** Who should have heard of it. */
  readonly target: string;
  readonly targetKind: NoticeTarget['kind'];
  readonly kind: AnyNotice['kind'];
  readonly text: string;
  readonly since: string;
  readonly because: string;
}

/** What became of it when somebody asked. `waiting`: it could not be delivered again, and `because` says why not. */
export interface NoticeState {
  readonly state: 'delivered' | 'discarded' | 'waiting';
  readonly because: string | null;
}

/** After two weeks it would tell of what is long over. */
const keptForMs = 14 * 86_400_000;

/** Milliseconds since 1970. */
export const keptUntil = ({ since }: Pick<UndeliveredNotice, 'since'>): number => Date.parse(since) + keptForMs;

/** Under this name its workflow has it in its memo. */
export const undeliveredMemo = 'undelivered';
export const undeliveredWorkflow = 'undelivered';
export const undeliveredWorkflowId = (id: string): string => `${undeliveredWorkflow}/${id}`;

/** The same notice to the same place is the same one. Two environments may call different places by one name. */
export const undeliveredIdOf = ({ target, notice }: Pick<UndeliveredNotice, 'target' | 'notice'>): string =>
  `${notice.id}.${target.name}.${hexOf(digestOf(target)).slice(0, 8)}`;

/** A memo is for a line of a list. */
const textLengthMax = 500;

export const listedNotice = (kept: UndeliveredNotice): ListedNotice => ({
  id: undeliveredIdOf(kept),
  target: kept.target.name,
  targetKind: kept.target.kind,
  kind: kept.notice.kind,
  text: noticeText(kept.notice).slice(0, textLengthMax),
  since: kept.since,
  because: kept.because.slice(0, textLengthMax),
});
