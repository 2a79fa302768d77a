/**
 * A waiver: one finding that may pass for a while, in a file under review, with a reason, an owner and an end.
 *
 * It names its finding exactly, by fingerprint, or by rule, address and environment. It never makes a release pass
 * by itself: what is waived is put to people, who see it, and its owner is not one of those who count. The rules
 * about it are in OPA (`infra/opa/plimsoll/release/waived`); this file has what the catalog and the workflow need.
 */
import type { Digest } from './digest.ts';
import known from './waivable-rules.json' with { type: 'json' };

export type Waived =
  | { readonly kind: 'fingerprint'; readonly fingerprint: Digest }
  | { readonly kind: 'rule'; readonly rule: string; readonly address: string };

export interface Waiver {
  /** Of its file: what people call it. */
  readonly name: string;
  readonly waives: Waived;
  /** `null`: a fingerprint is exact in every environment. */
  readonly environment: string | null;
  /** `null`: whichever service is released there. */
  readonly service: string | null;
  readonly reason: string;
  /** Subject, as the identity provider names them: who answers for it, and so does not approve it. */
  readonly owner: string;
  /** RFC 3339: the first instant it holds, and the last. */
  readonly from: string;
  readonly until: string;
}

/** A waiver that lets a finding of this release pass. The decision of the gate names each. */
export interface WaiverInPlay {
  readonly name: string;
  readonly fingerprint: Digest;
  readonly rule: string;
  readonly address: string;
  readonly owner: string;
  readonly reason: string;
  readonly until: string;
}

/** A quarter: long enough to correct what is waived, too short to be forgotten. */
export const waiverDaysMax = 90;

const dayMs = 24 * 60 * 60 * 1000;

export const beginOfDay = (day: string): string => `${day}T00:00:00.000Z`;
export const endOfDay = (day: string): string => `${day}T23:59:59.999Z`;

/** Both days count, as people count them: from Monday until Friday are five. */
export const daysOf = (from: string, until: string): number => Math.ceil((Date.parse(until) - Date.parse(from)) / dayMs);

/** Whole days until it ends, 0 on its last day, less than that once it has ended. */
export const daysLeft = (until: string, at: string): number => Math.floor((Date.parse(until) - Date.parse(at)) / dayMs);

export const waiverStates = ['not begun', 'holds', 'ended'] as const;

export function stateOf({ from, until }: Pick<Waiver, 'from' | 'until'>, at: string): (typeof waiverStates)[number] {
  if (Date.parse(at) < Date.parse(from)) return 'not begun';
  return Date.parse(at) <= Date.parse(until) ? 'holds' : 'ended';
}

export function waiversInScope(waivers: Iterable<Waiver>, service: string, environment: string): readonly Waiver[] {
  return [...waivers].filter((waiver) => (waiver.environment ?? environment) === environment && (waiver.service ?? service) === service);
}

/** The first instant at which not every one of these holds any more; `null` without any. */
export function firstLapseOf(waivers: readonly Pick<WaiverInPlay, 'until'>[]): number | null {
  return waivers.length === 0 ? null : Math.min(...waivers.map(({ until }) => Date.parse(until))) + 1;
}

export const endedOf = (waivers: readonly WaiverInPlay[], nowMilliseconds: number): readonly WaiverInPlay[] =>
  waivers.filter(({ until }) => Date.parse(until) < nowMilliseconds);

/** The same waiver in the catalog as it is now, with a later end. */
export interface Renewal {
  readonly name: string;
  /** RFC 3339. */
  readonly until: string;
}

/** The same thing, answered for by the same person. Another owner is another statement, which people would have to read. */
export function renews(
  waiver: Waiver,
  { fingerprint, rule, address, owner }: WaiverInPlay,
  { service, environment }: { readonly service: string; readonly environment: string },
  at: string,
): boolean {
  const { waives } = waiver;
  const isSame = waives.kind === 'fingerprint' ? waives.fingerprint === fingerprint : waives.rule === rule && waives.address === address;
  return (
    isSame &&
    waiver.owner === owner &&
    waiversInScope([waiver], service, environment).length === 1 &&
    stateOf(waiver, at) === 'holds' &&
    daysOf(waiver.from, waiver.until) <= waiverDaysMax
  );
}

/**
 * What can be waived at all, from the scanners' own lists. What is not there does not exist, or must not pass for
 * anybody: bytes other than the ordered ones, a secret in a request, code that does not validate.
 */
const waivableRules: ReadonlySet<string> = new Set(Object.values(known).flat());

export const isWaivable = (rule: string): boolean => waivableRules.has(rule);

/** Whoever mistyped a rule meant one that looks like it. */
export function rulesLike(rule: string): readonly string[] {
  const stem = rule
    .replace(/[\d.]+$/, '')
    .slice(0, 8)
    .toLowerCase();
  return [...waivableRules].filter((one) => one.toLowerCase().startsWith(stem)).slice(0, 3);
}
