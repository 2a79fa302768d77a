/**
 * A bearer token into a `Caller`, or a refusal. Whatever a token does not say counts against it (no groups, a
 * machine, no MFA), and a token that vouches for one decision opens no door.
 */
import type { JWTPayload } from 'jose';
import type { Caller } from '../../domain/caller.ts';
import { isDigest } from '../../domain/digest.ts';
import { type Machine, machineOf } from '../../domain/machine.ts';
import { Problem } from '../http/problem.ts';
import type { IssuerConfig } from './issuers.ts';
import { authenticationOf, refuse, stringsOf, subjectOf, type Trust } from './trust.ts';

export interface CallerVerifier {
  verify(token: string): Promise<Caller>;
}

/** `machines`: the entries of the catalog as they are now. */
export function createCallerVerifier(trust: Trust, machines: () => readonly Machine[]): CallerVerifier {
  return {
    async verify(token) {
      const { config, claims } = await trust.prove(token, ({ audience }) => [audience]);
      // Proofs of decisions lie in records, where many people read them.
      const { nonce } = claims;
      if (typeof nonce === 'string' && isDigest(nonce)) refuse('it vouches for one decision, and is nobody’s to come in with');
      return config.kind === 'machine' ? machineCaller(machines(), config.issuer, claims) : callerOf(claims, config);
    },
  };
}

/** A build's token says what it is; who that is, and of which team, is said by the catalog alone. */
function machineCaller(machines: readonly Machine[], issuer: string, claims: JWTPayload): Caller {
  const answer = machineOf(machines, issuer, claims);
  if (answer.kind === 'unknown')
    throw new Problem('machine.unknown', answer.reason, {
      errors: answer.mismatches.map(({ machine, claim, said, expected }) => ({
        field: `token.${claim}`,
        ...(said !== undefined && { value: said }),
        allowed: `${expected.join(' or ')} (${machine})`,
      })),
    });
  const { subject, groups } = answer.machine;
  return { subject, kind: 'machine', groups, mfa: false, authenticatedAt: null };
}

/** Whom the claims of a proven token name. */
export function callerOf(payload: JWTPayload, config: IssuerConfig): Caller {
  return {
    subject: subjectOf(payload, config),
    kind: kindOf(payload, config),
    groups: stringsOf(payload[config.claims.groups]),
    ...authenticationOf(payload, config),
  };
}

/** Only people approve, so a token that does not say is a machine's. */
function kindOf(payload: JWTPayload, { kind }: IssuerConfig): Caller['kind'] {
  if (typeof kind === 'string') return kind;
  return payload[kind.claim] === 'human' ? 'human' : 'machine';
}
