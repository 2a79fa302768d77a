/**
 * What a browser carries for us: encrypted, authenticated and short-lived, so that the API keeps nothing and any of
 * its processes can read it. A cookie for one purpose is no good for another.
 */
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { z } from 'zod';
import type { Caller } from '../../domain/caller.ts';
import { Problem } from '../http/problem.ts';

/** Who is there, and what a form of theirs has to say back. */
export interface PageSession {
  readonly by: Caller;
  readonly csrf: string;
}

/** A login under way: what its answer has to fit, and what it is for. */
export interface PendingLogin {
  readonly state: string;
  readonly codeVerifier: string;
  readonly nonce: string;
  readonly maxAgeSeconds: number | null;
  /** The release whose page is wanted. */
  readonly release: string;
  readonly decision: { readonly decision: 'approve' | 'reject'; readonly statementDigest: string; readonly reason: string } | null;
}

const caller = z.object({
  subject: z.string(),
  kind: z.enum(['human', 'machine']),
  groups: z.array(z.string()),
  mfa: z.boolean(),
  authenticatedAt: z.number().nullable(),
}) satisfies z.ZodType<Caller>;

const contents = {
  session: z.object({ by: caller, csrf: z.string() }) satisfies z.ZodType<PageSession>,
  login: z.object({
    state: z.string(),
    codeVerifier: z.string(),
    nonce: z.string(),
    maxAgeSeconds: z.number().nullable(),
    release: z.string(),
    decision: z.object({ decision: z.enum(['approve', 'reject']), statementDigest: z.string(), reason: z.string() }).nullable(),
  }) satisfies z.ZodType<PendingLogin>,
};

type Purpose = keyof typeof contents;
type Content<Of extends Purpose> = z.infer<(typeof contents)[Of]>;

/** Groups change; an hour is what a token lasts as well. A login takes as long as finding a phone. */
export const lifeSeconds: Readonly<Record<Purpose, number>> = { session: 3_600, login: 600 };

/** Browsers drop a longer cookie without a word, and the page would ask to log in for ever. */
const cookieCharactersMax = 3_800;

export interface Sealer {
  seal<Of extends Purpose>(purpose: Of, content: Content<Of>): Promise<string>;
  /** `undefined`: none, too old, for another purpose, or not ours. */
  open<Of extends Purpose>(purpose: Of, sealed: string | undefined): Promise<Content<Of> | undefined>;
}

/** `key`: 32 bytes, the same for every process of the API. */
export function createSealer(key: Uint8Array): Sealer {
  return {
    async seal(purpose, content) {
      const sealed = await new EncryptJWT({ content })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setAudience(purpose)
        .setExpirationTime(`${lifeSeconds[purpose]}s`)
        .encrypt(key);
      if (sealed.length > cookieCharactersMax)
        throw new Problem(
          'request.invalid',
          `a cookie of ${sealed.length} characters would be dropped by browsers: the groups of this login are too many; have the provider name those that Plimsoll knows`,
        );
      return sealed;
    },
    async open(purpose, sealed) {
      if (sealed === undefined) return undefined;
      try {
        const { payload } = await jwtDecrypt(sealed, key, {
          audience: purpose,
          requiredClaims: ['exp'],
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        });
        return contents[purpose].parse(payload['content']) as Content<typeof purpose>;
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof z.ZodError) return undefined;
        throw error;
      }
    },
  };
}
