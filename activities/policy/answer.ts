/**
 * What OPA answered, strictly: an undefined decision is `{}` with status 200, which is no answer, and an
 * allow in a shape we do not know may be something else.
 */
import { z } from 'zod';
import { type Digest, digestPattern } from '../../domain/digest.ts';
import type { GateDecision, Violation } from '../../domain/gate.ts';
import { fingerprintsOf } from '../../domain/merged-findings.ts';
import { whyUnexpected } from '../../domain/policy-revisions.ts';
import type { WaiverInPlay } from '../../domain/waiver.ts';
import { failure } from '../failure.ts';

const digest = z.templateLiteral(['sha256:', z.string()]).refine((text) => digestPattern.test(text));

const violation = z.strictObject({
  code: z.string().min(1),
  title: z.string(),
  message: z.string(),
  solution: z.string(),
  fingerprint: digest.optional(),
  address: z.string().optional(),
});

/** The policies deny a release with more of them. */
const waiversMax = 20;

const waiverInPlay = z.strictObject({
  name: z.string().min(1),
  fingerprint: digest,
  rule: z.string(),
  address: z.string(),
  owner: z.string().min(1),
  reason: z.string(),
  until: z.iso.datetime(),
}) satisfies z.ZodType<WaiverInPlay>;

/** Published as `docs/reference/gate-output.schema.json`. */
export const decision = z.strictObject({
  kind: z.enum(['allow', 'approval needed', 'deny']),
  violations: z.array(violation),
  violationsCount: z.int().nonnegative(),
  because: z.array(z.string()).max(50),
  waivers: z.array(waiverInPlay).max(waiversMax),
  seats: z.array(z.strictObject({ groups: z.array(z.string()).min(1), count: z.int().positive() })).max(10),
});

const answer = z.object({
  result: decision,
  /** One bundle, and its revision is the digest of the policies: `opa build -r`. */
  provenance: z.object({ bundles: z.record(z.string(), z.object({ revision: digest })) }),
});

const foundBefore = z.array(z.object({ fingerprint: digest, alsoAs: z.array(z.object({ fingerprint: digest })) }));

/** Of findings that lie in the store: every fingerprint that stands for one of them. */
export const fingerprintsIn = (stored: unknown): ReadonlySet<Digest> => new Set(foundBefore.parse(stored).flatMap(fingerprintsOf));

/** With the limit below, some 16 KiB: half of what a message may hold. */
const violationsMax = 20;
/** A sentence or two; the report has the rest. */
const messageCharactersMax = 400;

export function readDecision(body: unknown, expected: readonly Digest[]): Omit<GateDecision, 'findingsDigest' | 'findingsCount'> {
  const parsed = answer.safeParse(body);
  if (!parsed.success) {
    const where = parsed.error.issues.map((issue) => issue.path.join('.')).slice(0, 3);
    throw failure('policy.malformed', `OPA's answer has no known shape, at ${where.join(', ') || 'the top'}`);
  }
  const { result, provenance } = parsed.data;
  const revisions = Object.values(provenance.bundles).map(({ revision }) => revision);
  const unexpected = whyUnexpected(revisions, expected);
  const [policyDigest] = revisions;
  if (unexpected !== undefined || policyDigest === undefined) throw failure('policy.unexpected', unexpected ?? 'OPA answers by no bundle');
  if (result.kind === 'deny' ? result.violationsCount === 0 : result.violations.length > 0)
    throw failure('policy.malformed', `OPA answered "${result.kind}" with ${result.violationsCount} violations`);
  return {
    kind: result.kind,
    because: result.because,
    violations: bounded(result.violations, result.violationsCount),
    policyDigest,
    ...(result.waivers.length > 0 && { waivers: result.waivers }),
    ...(result.seats.length > 0 && { seats: result.seats }),
  };
}

/** The last place says how many there are beyond, so that nobody takes a part for the whole. */
function bounded(violations: readonly Violation[], count: number): readonly Violation[] {
  const short = violations.map((one) => ({ ...one, message: shorten(one.message) }));
  if (count <= violationsMax) return short;
  const shown = short.slice(0, violationsMax - 1);
  const more = {
    code: 'gate.more',
    title: 'More than is shown here',
    message: `${count - shown.length} more violations`,
    solution: 'Read the reports of this release.',
  };
  return [...shown, more];
}

const shorten = (text: string) => (text.length <= messageCharactersMax ? text : `${text.slice(0, messageCharactersMax - 1)}…`);
