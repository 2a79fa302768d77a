/**
 * The environment, read once and whole: every mistake is reported together, and nothing else reads `process.env`
 * but the catalog's `${NAME}`.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { type IssuerConfig, issuer, issuers } from './auth/issuers.ts';
import { describeErrors, fieldErrors } from './http/problem.ts';
import type { BucketConfig } from './store/bucket.ts';
import { checkTemporal, type TemporalSettings, temporalSettings, temporalVariables } from './temporal/connection.ts';

const url = z.url({ protocol: /^https?$/, error: 'an http or https address' });

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'JSON' });
    return z.NEVER;
  }
});

/** Several issuers do not fit one line that anybody could read. */
const yamlFile = z
  .string()
  .min(1, 'a file')
  .transform((path, context): unknown => {
    try {
      return parse(readFileSync(path, 'utf8'));
    } catch (error) {
      context.addIssue({ code: 'custom', message: `a readable YAML file: ${error instanceof Error ? error.message.split('\n')[0] : ''}` });
      return z.NEVER;
    }
  });

/** What a cluster mounts: in a file it shows in fewer places than in a variable. */
const secretFile = z
  .string()
  .min(1, 'a file')
  .transform((path, context): string => {
    try {
      const text = readFileSync(path, 'utf8').trim();
      if (text !== '') return text;
      context.addIssue({ code: 'custom', message: 'a file that is not empty' });
    } catch (error) {
      const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      context.addIssue({ code: 'custom', message: `a readable file: ${why}` });
    }
    return z.NEVER;
  });

/** AES-256. */
const sessionKeyBytes = 32;
const sessionKeyHint = '32 random bytes as base64: `openssl rand -base64 32`';

const sessionKey = z
  .base64(sessionKeyHint)
  .transform((text) => Uint8Array.from(Buffer.from(text, 'base64')))
  .refine(({ length }) => length === sessionKeyBytes, sessionKeyHint);

export const environment = z
  .object({
    PLIMSOLL_PORT_API: z.coerce.number<string>().int().min(0).max(65_535).default(8080),
    PLIMSOLL_API_HOST: z.string().min(1).default('127.0.0.1'),
    PLIMSOLL_API_URL: url.optional(),
    ...temporalVariables,
    PLIMSOLL_TEMPORAL_UI_URL: url.optional(),
    PLIMSOLL_OPA_URL: url.default('http://127.0.0.1:8181'),
    PLIMSOLL_POLICY_REVISIONS: z.string().min(1, 'a file'),
    PLIMSOLL_CATALOG: z.string().min(1, 'a folder'),
    PLIMSOLL_ISSUER_URL: url.optional(),
    PLIMSOLL_AUDIENCE: z.string().min(1).default('plimsoll'),
    PLIMSOLL_ISSUERS: json.pipe(issuers).optional(),
    PLIMSOLL_ISSUERS_FILE: yamlFile.pipe(issuers).optional(),
    PLIMSOLL_SESSION_KEY: sessionKey.optional(),
    PLIMSOLL_SESSION_KEY_FILE: secretFile.pipe(sessionKey).optional(),
    PLIMSOLL_PAGE_CLIENT_SECRET: z.string().min(1).optional(),
    PLIMSOLL_PAGE_CLIENT_SECRET_FILE: secretFile.optional(),
    PLIMSOLL_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    PLIMSOLL_STORE_BUCKET: z.string().min(3, 'the name of a bucket').optional(),
    PLIMSOLL_LEDGER_BUCKET: z.string().min(3, 'the name of a bucket').optional(),
    AWS_REGION: z.string().min(1, 'an AWS region').optional(),
    AWS_ENDPOINT_URL: url.optional(),
  })
  .superRefine(checkTemporal)
  .refine((env) => (env.PLIMSOLL_STORE_BUCKET ?? env.PLIMSOLL_LEDGER_BUCKET) === undefined || env.AWS_REGION !== undefined, {
    path: ['AWS_REGION'],
    error: 'the region of PLIMSOLL_STORE_BUCKET and PLIMSOLL_LEDGER_BUCKET',
  })
  .superRefine((env, context) => {
    for (const name of ['PLIMSOLL_SESSION_KEY', 'PLIMSOLL_PAGE_CLIENT_SECRET'] as const)
      if (env[name] !== undefined && env[`${name}_FILE`] !== undefined)
        context.addIssue({ code: 'custom', path: [name], message: `left out, or ${name}_FILE: two would leave open which one counts` });
  })
  .refine((env) => (env.PLIMSOLL_SESSION_KEY ?? env.PLIMSOLL_SESSION_KEY_FILE) !== undefined || !hasPage(env), {
    path: ['PLIMSOLL_SESSION_KEY'],
    error: 'what cookies of the page are encrypted with, the same for every process of the API: an issuer has `page`',
  })
  .refine((env) => sourcesOfIssuers(env) === 1, {
    path: ['PLIMSOLL_ISSUERS'],
    error:
      'whose tokens are believed, in exactly one way: PLIMSOLL_ISSUERS_FILE (YAML), PLIMSOLL_ISSUERS (JSON), or PLIMSOLL_ISSUER_URL for one with the usual claims',
  });

const issuersOf = (env: {
  readonly PLIMSOLL_ISSUERS?: readonly IssuerConfig[] | undefined;
  readonly PLIMSOLL_ISSUERS_FILE?: readonly IssuerConfig[] | undefined;
}) => env.PLIMSOLL_ISSUERS ?? env.PLIMSOLL_ISSUERS_FILE ?? [];

const hasPage = (env: Parameters<typeof issuersOf>[0]): boolean => issuersOf(env).some(({ page }) => page !== undefined);

/** Two of them would leave open which one counts. */
const sourcesOfIssuers = (env: { readonly [name: string]: unknown }): number =>
  ['PLIMSOLL_ISSUERS', 'PLIMSOLL_ISSUERS_FILE', 'PLIMSOLL_ISSUER_URL'].filter((name) => env[name] !== undefined).length;

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string;
  readonly temporal: TemporalSettings & { readonly uiUrl: string | null };
  readonly opaUrl: string;
  /** File with the revisions of the policies whose answer counts; read anew each time. */
  readonly policyRevisions: string;
  readonly catalog: string;
  readonly issuers: readonly IssuerConfig[];
  /** What the approver's page needs; `null`: there is none. */
  readonly page: { readonly sessionKey: Uint8Array; readonly clientSecret: string | undefined } | null;
  readonly logLevel: string;
  /** Where the counts of releases are read; `null`: they are not handed out here. */
  readonly store: BucketConfig | null;
  /** Where it is read what was released; `null`: nobody can be told what serves, nor go back. */
  readonly ledger: BucketConfig | null;
}

export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const result = environment.safeParse(variables);
  // Values stay out: one of them may be a password in the wrong place.
  if (!result.success) {
    const errors = fieldErrors(result.error.issues, {});
    throw new Error(`the environment is not right: ${describeErrors(errors)}`);
  }
  const env = result.data;
  return {
    host: env.PLIMSOLL_API_HOST,
    port: env.PLIMSOLL_PORT_API,
    publicUrl: env.PLIMSOLL_API_URL ?? `http://${env.PLIMSOLL_API_HOST}:${env.PLIMSOLL_PORT_API}`,
    temporal: { ...temporalSettings(env), uiUrl: env.PLIMSOLL_TEMPORAL_UI_URL ?? null },
    opaUrl: env.PLIMSOLL_OPA_URL.replace(/\/$/, ''),
    policyRevisions: env.PLIMSOLL_POLICY_REVISIONS,
    catalog: env.PLIMSOLL_CATALOG,
    issuers: env.PLIMSOLL_ISSUERS ?? env.PLIMSOLL_ISSUERS_FILE ?? [usualIssuer(env)],
    page: pageOf(env),
    logLevel: env.PLIMSOLL_LOG_LEVEL,
    store: bucketOf(env.PLIMSOLL_STORE_BUCKET, env),
    ledger: bucketOf(env.PLIMSOLL_LEDGER_BUCKET, env),
  };
}

/** The audience of the ID tokens that the local issuer signs decisions with. */
const usualProofAudience = 'plimsoll-decisions';

const usualIssuer = (env: z.infer<typeof environment>): IssuerConfig =>
  issuer.parse({ issuer: env.PLIMSOLL_ISSUER_URL, audience: env.PLIMSOLL_AUDIENCE, proofAudience: usualProofAudience });

function pageOf(env: z.infer<typeof environment>): Config['page'] {
  const key = env.PLIMSOLL_SESSION_KEY ?? env.PLIMSOLL_SESSION_KEY_FILE;
  if (key === undefined || !hasPage(env)) return null;
  return { sessionKey: key, clientSecret: env.PLIMSOLL_PAGE_CLIENT_SECRET ?? env.PLIMSOLL_PAGE_CLIENT_SECRET_FILE };
}

function bucketOf(bucket: string | undefined, { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint }: z.infer<typeof environment>) {
  return bucket === undefined || region === undefined ? null : { bucket, region, endpoint };
}
