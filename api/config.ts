/**
 * The environment, read once and whole: every mistake is reported together, and nothing else reads `process.env`
 * but the catalog's `${NAME}`.
 */
import { z } from 'zod';
import { describeErrors, fieldErrors } from './http/problem.ts';

const url = z.url({ protocol: /^https?$/, error: 'an http or https address' });

/** Only signatures whose key can be public. `none` and HMAC would let a reader of the JWKS sign. */
const algorithms = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'] as const;

const issuer = z.strictObject({
  issuer: url,
  audience: z.string().min(1),
  jwksUri: url.optional(),
  algorithms: z.array(z.enum(algorithms)).min(1).default(['ES256', 'RS256']),
  groupsClaim: z.string().default('groups'),
  /** A claim that says `human` or `machine`, or the fixed kind of everyone from this issuer. */
  kind: z.union([z.strictObject({ claim: z.string() }), z.enum(['human', 'machine'])]).default({ claim: 'kind' }),
  /** Members of `amr` that prove a second factor. */
  mfaMethods: z.array(z.string()).default(['mfa']),
});

export type IssuerConfig = z.infer<typeof issuer>;

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'JSON' });
    return z.NEVER;
  }
});

const environment = z
  .object({
    PLIMSOLL_PORT_API: z.coerce.number<string>().int().min(0).max(65_535).default(8080),
    PLIMSOLL_API_HOST: z.string().min(1).default('127.0.0.1'),
    PLIMSOLL_API_URL: url.optional(),
    PLIMSOLL_TEMPORAL_ADDRESS: z
      .string()
      .regex(/^[\w.-]+:\d+$/, 'host:port')
      .default('127.0.0.1:7233'),
    PLIMSOLL_TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
    PLIMSOLL_TEMPORAL_UI_URL: url.optional(),
    PLIMSOLL_OPA_URL: url.default('http://127.0.0.1:8181'),
    PLIMSOLL_CATALOG: z.string().min(1, 'a folder'),
    PLIMSOLL_ISSUER_URL: url.optional(),
    PLIMSOLL_AUDIENCE: z.string().min(1).default('plimsoll'),
    PLIMSOLL_ISSUERS: json.pipe(z.array(issuer).min(1)).optional(),
    PLIMSOLL_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    PLIMSOLL_STORE_BUCKET: z.string().min(3, 'the name of a bucket').optional(),
    AWS_REGION: z.string().min(1, 'an AWS region').optional(),
    AWS_ENDPOINT_URL: url.optional(),
  })
  .refine((env) => env.PLIMSOLL_STORE_BUCKET === undefined || env.AWS_REGION !== undefined, {
    path: ['AWS_REGION'],
    error: 'the region of PLIMSOLL_STORE_BUCKET',
  })
  .refine((env) => env.PLIMSOLL_ISSUERS !== undefined || env.PLIMSOLL_ISSUER_URL !== undefined, {
    path: ['PLIMSOLL_ISSUERS'],
    error: 'whose tokens are believed: PLIMSOLL_ISSUERS (JSON), or PLIMSOLL_ISSUER_URL for one with the usual claims',
  });

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string;
  readonly temporal: { readonly address: string; readonly namespace: string; readonly uiUrl: string | null };
  readonly opaUrl: string;
  readonly catalog: string;
  readonly issuers: readonly IssuerConfig[];
  readonly logLevel: string;
  /** Where the counts of releases are read; `null`: they are not handed out here. */
  readonly store: { readonly bucket: string; readonly region: string; readonly endpoint: string | undefined } | null;
}

export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const result = environment.safeParse(variables);
  // Values stay out: one of them may be a password in the wrong place.
  if (!result.success) {
    const errors = fieldErrors(result.error.issues, {});
    throw new Error(`the environment is not right: ${describeErrors(errors)}`);
  }
  const env = result.data;
  const local = env.PLIMSOLL_ISSUER_URL === undefined ? [] : [{ issuer: env.PLIMSOLL_ISSUER_URL, audience: env.PLIMSOLL_AUDIENCE }];
  return {
    host: env.PLIMSOLL_API_HOST,
    port: env.PLIMSOLL_PORT_API,
    publicUrl: env.PLIMSOLL_API_URL ?? `http://${env.PLIMSOLL_API_HOST}:${env.PLIMSOLL_PORT_API}`,
    temporal: {
      address: env.PLIMSOLL_TEMPORAL_ADDRESS,
      namespace: env.PLIMSOLL_TEMPORAL_NAMESPACE,
      uiUrl: env.PLIMSOLL_TEMPORAL_UI_URL ?? null,
    },
    opaUrl: env.PLIMSOLL_OPA_URL.replace(/\/$/, ''),
    catalog: env.PLIMSOLL_CATALOG,
    issuers: env.PLIMSOLL_ISSUERS ?? local.map((one) => issuer.parse(one)),
    logLevel: env.PLIMSOLL_LOG_LEVEL,
    store: storeOf(env),
  };
}

function storeOf({
  PLIMSOLL_STORE_BUCKET: bucket,
  AWS_REGION: region,
  AWS_ENDPOINT_URL: endpoint,
}: z.infer<typeof environment>): Config['store'] {
  return bucket === undefined || region === undefined ? null : { bucket, region, endpoint };
}
