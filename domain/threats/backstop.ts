/**
 * What GuardDuty has, asked for each quarter of an hour: a rule, a queue or a policy that is broken keeps a finding from
 * coming by itself, and nobody notices what does not come. What the queue brought already is known by then and does nothing.
 */

/** One look. */
export type BackstopAnswer =
  /** Nobody asked, and why not. */
  { readonly kind: 'off'; readonly because: string } | BackstopCounts;

export interface BackstopCounts {
  readonly kind: 'looked';
  /** Those that nothing had brought so far. */
  readonly told: number;
  readonly known: number;
  /** What is no finding, though GuardDuty says so; the log has which. */
  readonly malformed: number;
}

export interface BackstopReport {
  /** RFC 3339: up to here GuardDuty was asked; `null` until it was for the first time. */
  readonly askedUntil: string | null;
  readonly answer: BackstopAnswer;
}

/** The first look. What is older than a day waits for a person, not for a release that begins now. */
const firstMs = 24 * 60 * 60 * 1000;
/** A finding that is dated before a look may show itself only after it: GuardDuty says five minutes, and clocks differ. */
const overlapMs = 15 * 60 * 1000;

/** From when on this look asks. What failed or was off has moved nothing, so nothing falls between two looks. */
export const askedFrom = (before: BackstopReport | undefined, at: string): string => {
  const until = before?.askedUntil ?? null;
  return new Date(until === null ? Date.parse(at) - firstMs : Date.parse(until) - overlapMs).toISOString();
};

export const reportOf = (before: BackstopReport | undefined, at: string, answer: BackstopAnswer): BackstopReport => ({
  askedUntil: answer.kind === 'looked' ? at : (before?.askedUntil ?? null),
  answer,
});

export const backstopText = (answer: BackstopAnswer): string =>
  answer.kind === 'off'
    ? `GuardDuty was not asked: ${answer.because}`
    : `${answer.told} findings that nothing had brought, ${answer.known} that were known, ${answer.malformed} that are none`;

export interface BackstopPort {
  /** Tells of each finding that counts, was updated from `since` on, and is not known. Again it tells what is left. */
  tellMissed(input: { readonly since: string }): Promise<BackstopAnswer>;
}

/** The schedule and its workflow. */
export const backstopWorkflow = 'findingsBackstop';
