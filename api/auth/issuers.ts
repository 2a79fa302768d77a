/**
 * Whose tokens are believed, as a platform team writes it (`PLIMSOLL_ISSUERS`, `PLIMSOLL_ISSUERS_FILE`): strictly,
 * and what is left out counts against the token. An issuer proves nothing here that it was not said to prove.
 */
import { z } from 'zod';

/** Only signatures whose key can be public. `none` and HMAC would let a reader of the JWKS sign. */
const algorithms = ['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'EdDSA', 'Ed25519'] as const;

const localNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Whoever can change keys on their way signs as anybody. */
export const isSafeAddress = (text: string): boolean => {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || localNames.has(hostname);
};

const address = z
  .url({ protocol: /^https?$/, error: 'an https address' })
  .refine(isSafeAddress, 'an https address; http is for this machine alone: keys and codes must not be changed on their way');

const claim = z.string().min(1, 'the name of a claim');
const values = z.array(z.string().min(1));

/** What proves a second factor, and when somebody authenticated. Providers differ; one that says neither proves neither. */
const mfa = z.strictObject({
  /** Members of `amr` (RFC 8176), any of which proves it. `mfa` is the one that means just that. */
  amr: values.default(['mfa']),
  /** Values of `acr`, any of which proves it: providers with levels of assurance name them here. */
  acr: values.default([]),
  /** The claim with the Unix second of the last authentication. The age of a token is not that. */
  authTime: claim.default('auth_time'),
});

const scope = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'a scope');

/** How `plimsoll login` comes to a token of this issuer; public, since a client on a laptop keeps no secret. */
const login = z.strictObject({
  clientId: z.string().min(1, 'the public client that was registered for the command line'),
  scopes: z
    .array(scope)
    .refine((all) => all.includes('openid'), 'scopes with openid: without it nobody says who logged in')
    .default(['openid', 'offline_access']),
  /** What the API is sent. Some providers say how somebody authenticated in ID tokens alone. */
  bearer: z.enum(['access', 'id']).default('access'),
  /** RFC 8707: what the access token is for, where the provider asks. */
  resource: z.url().optional(),
  /** Of the authorization request, for what one provider alone wants, such as `audience`. */
  parameters: z.record(z.string(), z.string()).default({}),
  /** Where the browser comes back to on the caller's machine; any free port, unless the provider wants to know it. */
  redirectPort: z.int().min(1024).max(65_535).optional(),
});

/** How the approver's page comes to know who is there; a client of its own, which may have a secret. */
const page = z.strictObject({
  clientId: z.string().min(1, 'the client that was registered for the page'),
  scopes: z
    .array(scope)
    .refine((all) => all.includes('openid'), 'scopes with openid: without it nobody says who logged in')
    .default(['openid']),
  parameters: z.record(z.string(), z.string()).default({}),
});

/** Longer than a provider's restart, shorter than it may take to hear of a stolen key. */
const keepKeysSecondsDefault = 3_600;
/** A day: whoever withdraws a key must not have to wait longer for it to be gone. */
const keepKeysSecondsMax = 86_400;

const issuerFields = z.strictObject({
  issuer: address,
  audience: z.string().min(1, 'the `aud` that tokens for Plimsoll have'),
  /** Left out: the issuer's own discovery document names it. */
  jwksUri: address.optional(),
  algorithms: z.array(z.enum(algorithms)).min(1, 'at least one algorithm').default(['ES256', 'RS256']),
  claims: z.strictObject({ subject: claim.default('sub'), groups: claim.default('groups') }).prefault({}),
  /**
   * Whose tokens these are: of people, of machines (each then needs an entry in the catalog's machines/), or of
   * both, told apart by a claim that says `human` or `machine`.
   */
  kind: z.union([z.enum(['human', 'machine']), z.strictObject({ claim })]).default({ claim: 'kind' }),
  mfa: mfa.prefault({}),
  /** Before the subjects of people, so that two providers' `ana` are two people. */
  subjectPrefix: z
    .string()
    .regex(/^[\w.+=,@:/-]{0,64}$/, 'letters, digits and . + = , @ : / -')
    .default(''),
  /** How long the last good keys are believed while the issuer does not answer. */
  keepKeysSeconds: z.int().min(0).max(keepKeysSecondsMax, 'at most a day').default(keepKeysSecondsDefault),
  login: login.optional(),
  page: page.optional(),
  /** The client whose ID tokens may vouch for decisions, where it is not that of `login`. */
  proofAudience: z.string().min(1).optional(),
});

export const issuer = issuerFields
  .refine((one) => one.kind !== 'machine' || (one.login === undefined && one.page === undefined), {
    path: ['login'],
    error: 'left out, and page too: machines do not log in',
  })
  .refine(({ audience, login: way }) => way?.bearer !== 'id' || way.clientId === audience, {
    path: ['audience'],
    error: 'the same as login.clientId: an ID token is made for the client',
  });

export type IssuerConfig = z.infer<typeof issuer>;

const repeated = (all: readonly string[]): string | undefined => all.find((one, index) => all.indexOf(one) !== index);

export const issuers = z
  .array(issuer)
  .min(1, 'at least one issuer: nobody could come in')
  .superRefine((all, context) => {
    const twice = repeated(all.map((one) => one.issuer));
    if (twice !== undefined) context.addIssue({ code: 'custom', message: `each issuer once: ${twice} is there twice` });
    if (all.filter((one) => one.page !== undefined).length > 1)
      context.addIssue({ code: 'custom', message: 'page at one issuer alone: a browser is sent to one place' });
    const people = all.filter(({ kind }) => kind !== 'machine').map(({ subjectPrefix }) => subjectPrefix);
    const shared = repeated(people);
    if (shared !== undefined)
      context.addIssue({
        code: 'custom',
        message: `a subjectPrefix of its own for each issuer of people: two have "${shared}", and the same subject could be two people`,
      });
  });
