/**
 * Decisions that an identity provider vouches for: what its ID token says has to be what the record says. The key lies
 * in the record beside the token; whoever does not take it from there brings the provider's own keys.
 */
import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWK, type JWTPayload, jwtVerify } from 'jose';
import { type Fault, inOrder } from '../domain/ledger/fault.ts';
import { type CheckedRecord, readableIn, type StoredObject } from '../domain/ledger/records.ts';
import type { ChainVerdict } from '../domain/ledger/verify.ts';
import type { DecisionProof } from '../domain/proof.ts';
import { recordTypes } from '../domain/record.ts';
import { VerifyError } from './errors.ts';

/** The provider's keys, from whoever verifies. */
export type ProviderKeys = ReturnType<typeof createLocalJWKSet>;

export async function providerKeysIn(file: string): Promise<ProviderKeys> {
  try {
    return createLocalJWKSet(JSON.parse(await readFile(file, 'utf8')) as JSONWebKeySet);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'it is no JWKS';
    throw new VerifyError(`${file}: keys of a provider cannot be read (${why}): a JWKS is needed, as the provider's jwks_uri answers`);
  }
}

/** As far as it is read here; a record may say anything. */
interface Decided {
  readonly by?: { readonly subject?: unknown };
  readonly statementDigest?: unknown;
  readonly proof?: Partial<DecisionProof>;
}

/** The chain's verdict with what its decisions are worth. */
export async function withDecisions(verdict: ChainVerdict, records: readonly StoredObject[], keys?: ProviderKeys): Promise<ChainVerdict> {
  const texts = records.filter(({ text }) => text.includes(recordTypes.decided)).map(({ text }) => text);
  const decisions = readableIn(texts).filter(({ event }) => event.type === recordTypes.decided);
  if (decisions.length === 0) return verdict;
  const proven = decisions.filter((record) => proofOf(record) !== undefined);
  const faults = (await Promise.all(proven.map((record) => faultIn(record, keys)))).filter((fault) => fault !== undefined);
  return {
    ...verdict,
    intact: verdict.intact && faults.length === 0,
    faults: inOrder([...verdict.faults, ...faults]),
    notes: [...verdict.notes, `${proven.length - faults.length} of ${decisions.length} decisions are vouched for by the provider`],
  };
}

const saidIn = ({ event }: CheckedRecord): Decided => event.data ?? {};
const proofOf = (record: CheckedRecord): Partial<DecisionProof> | undefined => saidIn(record).proof;

/** A token that had ended by then, and a little before, was no token any more. */
const clockToleranceSeconds = 120;
/** With a secret anybody who has it could sign; these need a key that the provider alone has. */
const algorithms = ['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512', 'EdDSA'];

async function faultIn(record: CheckedRecord, keys: ProviderKeys | undefined): Promise<Fault | undefined> {
  const { sequence, event } = record;
  const fault = (what: string): Fault => ({ kind: 'unproven decision', sequence, what: `the decision of record ${sequence}: ${what}` });
  const { idToken = '', publicKey = {}, issuer = '' } = proofOf(record) ?? {};
  const options = { issuer, algorithms, currentDate: new Date(event.time), clockTolerance: clockToleranceSeconds };
  try {
    const { payload } = keys === undefined ? await jwtVerify(idToken, publicKey as JWK, options) : await jwtVerify(idToken, keys, options);
    const difference = differenceOf(saidIn(record), payload);
    return difference === undefined ? undefined : fault(difference);
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException)
      return fault(`its ID token proves nothing: ${error.message}`);
    throw error;
  }
}

function differenceOf({ by, statementDigest, proof }: Decided, payload: JWTPayload): string | undefined {
  if (payload['nonce'] !== statementDigest)
    return `the token vouches for ${String(payload['nonce'])}, and the record says ${String(statementDigest)}`;
  const { claim = 'sub', prefix = '' } = proof?.subject ?? {};
  const subject = `${prefix}${String(payload[claim])}`;
  return subject === by?.subject ? undefined : `the token is of ${subject}, and the record says ${String(by?.subject)}`;
}
