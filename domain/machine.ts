/**
 * Which machine a proven token of a build system is: the one entry of the catalog whose every claim it has, to
 * the letter. None, or more than one, is nobody, and the refusal says what the token says beside what would do.
 *
 * Some issuers sign for everybody in the world (GitHub Actions), so what an entry expects is told only to tokens
 * of the same owner; of the others it is said how many there are.
 */

/** A file of the catalog's machines/. A machine asks for releases of its team's services; it never approves one. */
export interface Machine {
  readonly name: string;
  readonly issuer: string;
  /** By claim, the values of which the token must have one. */
  readonly match: Readonly<Record<string, readonly string[]>>;
  readonly subject: string;
  readonly groups: readonly string[];
}

export type Claims = Readonly<Record<string, unknown>>;

export interface ClaimMismatch {
  readonly machine: string;
  readonly claim: string;
  readonly said: string | undefined;
  readonly expected: readonly string[];
}

export type MachineAnswer =
  | { readonly kind: 'known'; readonly machine: Machine }
  | { readonly kind: 'unknown'; readonly reason: string; readonly mismatches: readonly ClaimMismatch[] };

export function machineOf(machines: readonly Machine[], issuer: string, claims: Claims): MachineAnswer {
  const ofIssuer = machines.filter((machine) => machine.issuer === issuer);
  const [machine, ...others] = ofIssuer.filter((one) => mismatchesOf(one, claims).length === 0);
  if (machine !== undefined && others.length === 0) return { kind: 'known', machine };
  if (machine !== undefined) return { kind: 'unknown', reason: ambiguous([machine, ...others]), mismatches: [] };
  const related = ofIssuer.filter((one) => concerns(one, claims));
  const mismatches = related.flatMap((one) => mismatchesOf(one, claims));
  return { kind: 'unknown', reason: unmatched(machines, ofIssuer.length - related.length, issuer, claims, mismatches), mismatches };
}

function mismatchesOf({ name, match }: Machine, claims: Claims): readonly ClaimMismatch[] {
  return Object.entries(match).flatMap(([claim, expected]) => {
    const said = textOf(claims[claim]);
    return said !== undefined && expected.includes(said) ? [] : [{ machine: name, claim, said, expected }];
  });
}

/** Build systems write numbers as numbers or as text; a list or an object is no value that could be compared. */
const textOf = (claim: unknown): string | undefined =>
  typeof claim === 'string' || typeof claim === 'number' || typeof claim === 'boolean' ? String(claim) : undefined;

const ambiguous = (machines: readonly Machine[]): string =>
  `the token is that of ${machines.map(({ name }) => name).join(' and of ')}: narrow their claims, so that one is left`;

/** Whatever of these a token has helps to see which run it came from. */
const telling = ['sub', 'repository_id', 'repository', 'ref', 'environment'];
/** More of them make no refusal clearer. */
const mismatchesShownMax = 6;

function unmatched(
  machines: readonly Machine[],
  unrelated: number,
  issuer: string,
  claims: Claims,
  mismatches: readonly ClaimMismatch[],
): string {
  const said = telling.flatMap((claim) => {
    const value = textOf(claims[claim]);
    return value === undefined ? [] : [`${claim} ${value}`];
  });
  const issuers = [...new Set(machines.map((machine) => machine.issuer))];
  return [
    `no entry of machines/ in the catalog is for this token of ${issuer}, which says ${said.length === 0 ? 'nothing that is known' : said.join(', ')}`,
    ...mismatches.slice(0, mismatchesShownMax).map(differenceOf),
    ...(issuers.includes(issuer) ? [] : [`entries are for tokens of ${issuers.length === 0 ? 'nobody' : issuers.join(', ')}`]),
    ...(unrelated > 0 ? [`${unrelated} of this issuer ${unrelated === 1 ? 'is' : 'are'} for other owners`] : []),
  ].join('; ');
}

function differenceOf({ machine, claim, said, expected }: ClaimMismatch): string {
  const wanted = expected.join(' or ');
  if (claim === 'sub' && said !== undefined && expected.some((one) => sameInAnotherFormat(one, said)))
    return isImmutable(said)
      ? `${machine} expects the same sub in GitHub's old format, ${wanted}: new, renamed and moved repositories have the immutable one, with ids; once the ids are seen to be right, add ${said} to its match.sub`
      : `${machine} expects the same sub in GitHub's immutable format, ${wanted}: this repository still has the old one; add ${said} to its match.sub, or switch the repository over`;
  return `${machine} expects ${claim} ${wanted}, and the token ${said === undefined ? 'has none' : `says ${said}`}`;
}

/* ------------------------------------------------------ GitHub's subjects */

/** `repo:octo@123456/my-repo@456789:ref:refs/heads/main`; until July 2026 all were without the ids. */
const immutable = /^repo:([^/@:]+)@\d+\/([^/@:]+)@\d+(?=:|$)/;
const isImmutable = (sub: string): boolean => immutable.test(sub);
const withoutIds = (sub: string): string => sub.replace(immutable, 'repo:$1/$2');

const sameInAnotherFormat = (a: string, b: string): boolean => isImmutable(a) !== isImmutable(b) && withoutIds(a) === withoutIds(b);

/* ------------------------------------------------------------- who may know */

const owning = ['repository_id', 'repository_owner_id', 'repository', 'repository_owner'];

/** Of the same owner as far as names go, which is enough to be told what is expected. */
function concerns({ match }: Machine, claims: Claims): boolean {
  const ours = new Set(Object.entries(match).flatMap(([claim, values]) => values.flatMap((value) => ownersIn(claim, value))));
  return ['sub', ...owning].some((claim) => ownersIn(claim, textOf(claims[claim])).some((owner) => ours.has(owner)));
}

/** `octo`, as every claim that names an owner says it; ids say it under their own name. */
function ownersIn(claim: string, value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  if (claim === 'sub') return [ownerOfSubject(value)];
  if (claim === 'repository' || claim === 'repository_owner') return [`owner ${value.split('/')[0] ?? ''}`];
  return owning.includes(claim) ? [`${claim} ${value}`] : [];
}

/** GitHub's owner, or the host of a job's address, as Jenkins says it. */
function ownerOfSubject(sub: string): string {
  const repository = /^repo:([^/@:]+)/.exec(sub)?.[1];
  const host = /^https?:\/\/([^/]+)/.exec(sub)?.[1];
  return repository === undefined ? `host ${host ?? sub}` : `owner ${repository}`;
}
