/**
 * Writes to AWS that no release explains. Whatever a release does in AWS it does in sessions that bear its id: a write by
 * anybody else, or in the name of a release that was not at work there and then, is somebody else's.
 */

/** Whose changes are changes of production. `writes-without-a-release.sql` asks Athena for the same; a test compares the two. */
export const writeSources = ['eks.amazonaws.com', 'iam.amazonaws.com', 's3.amazonaws.com', 'ecr.amazonaws.com', 'kms.amazonaws.com'];

/** A call that changed something, as a trail has it. */
export interface TrailWrite {
  readonly eventId: string;
  /** RFC 3339, to the second. */
  readonly at: string;
  /** The account whose trail it is. */
  readonly account: string;
  readonly source: string;
  readonly name: string;
  /** The ARN of a user or of a session; of a stranger the account. */
  readonly principal: string;
  /** The role that a session is of, by its ARN. */
  readonly role: string | null;
  readonly session: string | null;
  /** The source identity that a session was given. */
  readonly person: string | null;
  readonly resources: readonly string[];
}

/** What the ledger says of a release: where it may write, and when. */
export interface WritingTime {
  readonly account: string;
  readonly from: string;
  /** `null` while it is open. */
  readonly until: string | null;
}

/** Writes of one sort by one principal. */
export interface StrayWrite {
  readonly kind: 'unexplained write';
  readonly principal: string;
  readonly person: string | null;
  readonly source: string;
  readonly name: string;
  readonly times: number;
  /** RFC 3339. */
  readonly first: string;
  readonly last: string;
  /** Of the last one, which CloudTrail's event history has under this id. */
  readonly eventId: string;
  readonly resources: readonly string[];
  /** In a sentence. */
  readonly because: string;
}

/** `<service>-<environment>-<12 hex>`. Only what could be a release is asked of the ledger. */
const looksLikeARelease = (session: string): boolean => /^[a-z0-9][a-z0-9-]*-[0-9a-f]{12}$/.test(session);

/** The release in whose name it was done; `null`: in no release's. */
export const releaseOf = ({ session }: TrailWrite): string | null => (session !== null && looksLikeARelease(session) ? session : null);

/** `expected`: ARNs of roles and users that write without a release. */
export const isExpected = ({ role, principal }: TrailWrite, expected: readonly string[]): boolean => expected.includes(role ?? principal);

/** `undefined`: the release explains it. CloudTrail leaves the fraction of a second away, so that its beginning counts from the whole one. */
export function whyUnexplained(write: TrailWrite, time: WritingTime | null): string | undefined {
  const release = releaseOf(write);
  if (release === null) return 'it bears the name of no release';
  if (time === null) return `the ledger has no release ${release}`;
  if (time.account !== write.account) return `${release} is a release into the account ${time.account}`;
  const at = Date.parse(write.at);
  if (at < secondOf(time.from)) return `${release} began later, at ${time.from}`;
  if (time.until !== null && at > Date.parse(time.until)) return `${release} had ended at ${time.until}`;
  return undefined;
}

const secondOf = (instant: string): number => Math.floor(Date.parse(instant) / 1000) * 1000;

export const strayWriteOf = ({ at, principal, person, source, name, eventId, resources }: TrailWrite, because: string): StrayWrite => ({
  kind: 'unexplained write',
  principal,
  person,
  source,
  name,
  times: 1,
  first: at,
  last: at,
  eventId,
  resources,
  because,
});

/** What makes writes the same sort. A session's own name is left out: a role that is taken anew each time is one who writes. */
export const writeKeyOf = ({ principal, person, source, name }: StrayWrite): string =>
  [principal.replace(/(:assumed-role\/[^/]+)\/.*$/, '$1'), person ?? '', source, name].join(' ');

/** Both together, the latest first. */
export function mergedWrites(one: readonly StrayWrite[], other: readonly StrayWrite[]): readonly StrayWrite[] {
  const byKey = new Map<string, StrayWrite>();
  for (const write of [...one, ...other]) {
    const known = byKey.get(writeKeyOf(write));
    byKey.set(writeKeyOf(write), known === undefined ? write : together(known, write));
  }
  return [...byKey.values()].toSorted((a, b) => b.last.localeCompare(a.last) || writeKeyOf(a).localeCompare(writeKeyOf(b)));
}

function together(one: StrayWrite, other: StrayWrite): StrayWrite {
  const latest = other.last >= one.last ? other : one;
  return { ...latest, times: one.times + other.times, first: one.first < other.first ? one.first : other.first };
}
