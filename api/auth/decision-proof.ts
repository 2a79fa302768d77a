/**
 * An ID token that vouches for one decision: of the issuer's client for that, by the caller, and about exactly the
 * statement that the decision names. Anything else is refused with what differs. What it says of the
 * authentication is the newest there is, so it counts for the caller too.
 */
import { exportJWK, type JWTPayload } from 'jose';
import type { Caller } from '../../domain/caller.ts';
import type { Digest } from '../../domain/digest.ts';
import type { DecisionProof } from '../../domain/proof.ts';
import { type FieldError, Problem } from '../http/problem.ts';
import type { IssuerConfig } from './issuers.ts';
import { authenticationOf, subjectOf, type Trust } from './trust.ts';

export interface ProofVerifier {
  /** The proof as it is kept, and the caller with the newer of the two authentications. */
  verify(idToken: string, statementDigest: Digest, by: Caller): Promise<{ readonly proof: DecisionProof; readonly by: Caller }>;
}

export function createProofVerifier(trust: Trust): ProofVerifier {
  return {
    async verify(idToken, statementDigest, by) {
      const { config, claims, key, subject } = await proven(trust, idToken);
      requireSame({ nonce: claims['nonce'], subject }, statementDigest, by);
      const publicKey = publicPartOf(await exportJWK(key));
      const names = { claim: config.claims.subject, prefix: config.subjectPrefix };
      return { proof: { issuer: config.issuer, idToken, publicKey, subject: names }, by: { ...by, ...newer(by, claims, config) } };
    },
  };
}

const audiencesOf = ({ kind, login, page, proofAudience }: IssuerConfig): readonly string[] =>
  kind === 'machine' ? [] : [proofAudience, login?.clientId, page?.clientId].filter((audience) => audience !== undefined);

/** The bearer was good: a bad proof is a refused decision, not an unknown caller. */
async function proven(trust: Trust, idToken: string) {
  try {
    const found = await trust.prove(idToken, audiencesOf);
    return { ...found, subject: subjectOf(found.claims, found.config) };
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== 'caller.unknown') throw error;
    throw new Problem('approval.unproven', `the ID token proves nothing: ${error.message}`, {
      errors: [{ field: 'idToken', allowed: 'an ID token of a trusted issuer, for the client that decisions are signed with' }],
      cause: error,
    });
  }
}

function requireSame(said: { readonly nonce: unknown; readonly subject: string }, statementDigest: Digest, by: Caller): void {
  const { nonce, subject } = said;
  const errors: FieldError[] = [];
  if (nonce !== statementDigest)
    errors.push({ field: 'idToken.nonce', value: nonce, allowed: `${statementDigest}, the statement that the decision names` });
  if (subject !== by.subject) errors.push({ field: 'idToken.sub', value: subject, allowed: `${by.subject}, who decides` });
  if (errors.length === 0) return;
  const differences = errors.map(
    ({ field, value, allowed }) => `${field} is ${JSON.stringify(value) ?? 'missing'} and has to be ${allowed}`,
  );
  throw new Problem('approval.unproven', `the ID token vouches for something else: ${differences.join('; ')}`, { errors });
}

/** An older authentication, or one without a second factor, takes nothing away. */
function newer(by: Caller, claims: JWTPayload, config: IssuerConfig): Pick<Caller, 'mfa' | 'authenticatedAt'> {
  const said = authenticationOf(claims, config);
  const isNewer = said.mfa && said.authenticatedAt !== null && (!by.mfa || said.authenticatedAt > (by.authenticatedAt ?? 0));
  return isNewer ? said : by;
}

/** Nothing but what verifies: a key set may say more of a key than anybody needs. */
function publicPartOf(jwk: Readonly<Record<string, unknown>>): DecisionProof['publicKey'] {
  const members = ['kty', 'crv', 'x', 'y', 'n', 'e'];
  return Object.fromEntries(members.flatMap((member) => (typeof jwk[member] === 'string' ? [[member, jwk[member]]] : [])));
}
