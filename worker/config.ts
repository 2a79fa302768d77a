/** All of the worker's environment, validated once; every mistake is reported together. */
import { hostname } from 'node:os';
import { z } from 'zod';
import { notices } from '../api/catalog/notices.ts';
import { checkTemporal, temporalSettings, temporalVariables } from '../api/temporal/connection.ts';

/**
 * Running activities get this long to end by themselves after SIGTERM, and an apply as long again once it was told to
 * (`applyGraceSeconds`): an orchestrator has to wait longer than both.
 */
export const shutdownGraceSeconds = 1_800;

const gitCredentials = z.array(z.strictObject({ host: z.string().min(1), tokenFile: z.string().min(1) }));

/** JSON in a variable: what cannot be parsed is named, not guessed at. */
const json = <T>(schema: z.ZodType<T>) =>
  z.string().transform((text, context): T => {
    try {
      const parsed = schema.safeParse(JSON.parse(text));
      if (parsed.success) return parsed.data;
      context.addIssue(parsed.error.message);
    } catch {
      context.addIssue('is not JSON');
    }
    return z.NEVER;
  });

/** `s3://<bucket>/<prefix>` as the two; the prefix of something is a folder. */
const s3Place = z
  .string()
  .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[^/]+)*\/?$/, 's3://<bucket> or s3://<bucket>/<prefix> is needed')
  .transform((place) => {
    const [bucket = '', ...folders] = place
      .slice('s3://'.length)
      .split('/')
      .filter((part) => part !== '');
    return { bucket, prefix: folders.map((folder) => `${folder}/`).join('') };
  });

export const environment = z.object({
  ...temporalVariables,
  /** Which of the queues this process serves; an environment's own queues are named here too. */
  PLIMSOLL_QUEUES: z.string().default('releases,control,watch,tools'),
  PLIMSOLL_STORE_BUCKET: z.string().min(3),
  PLIMSOLL_STORE_KEY: z.string().min(1),
  PLIMSOLL_CHANGE_KEY: z.string().min(1),
  PLIMSOLL_LEDGER_BUCKET: z.string().min(3),
  /** Signs the ends of records: a KMS key (ECC_NIST_P256), or `file:<path>` of a private key in PEM. */
  PLIMSOLL_LEDGER_KEY: z.string().min(1),
  /** In production of another account, so that whoever writes the ledger cannot change what was signed of it. */
  PLIMSOLL_CHECKPOINT_BUCKET: z.string().min(3).optional(),
  PLIMSOLL_OPA_URL: z.url(),
  /** Policies of other revisions than those in this file do not decide; read anew each time. */
  PLIMSOLL_POLICY_REVISIONS: z.string().min(1),
  /** Freezes are read here, as they are now. */
  PLIMSOLL_CATALOG: z.string().min(1),
  PLIMSOLL_WORK_ROOT: z.string().min(1),
  /** A PATH of its own for the tools, so that nothing of this process's is inherited. */
  PLIMSOLL_TOOLS_PATH: z.string().min(1),
  PLIMSOLL_TERRAFORM_CLI_CONFIG: z.string().min(1),
  /** Repositories on this machine: for the local stack and tests only. */
  PLIMSOLL_ALLOW_LOCAL_REPOSITORIES: z.stringbool().default(false),
  /** `[{"host": "github.com", "tokenFile": "/run/secrets/github"}]` */
  PLIMSOLL_GIT_CREDENTIALS: json(gitCredentials).default([]),
  PLIMSOLL_GIT_SSH_KEY_FILE: z.string().min(1).optional(),
  PLIMSOLL_GIT_KNOWN_HOSTS_FILE: z.string().min(1).optional(),
  PLIMSOLL_METRICS_HOST: z.string().default('127.0.0.1'),
  PLIMSOLL_PORT_WORKER_METRICS: z.coerce.number().int().min(1).max(65_535).default(9464),
  /** Tools at work at the same time, each with about 500 MB; of an environment's own `watch` queue the looks, of which each is a release. */
  PLIMSOLL_TOOL_SLOTS: z.coerce.number().int().min(1).max(64).default(4),
  /** Address of the SQS queue with GuardDuty's findings; without it nobody reads any. */
  PLIMSOLL_FINDINGS_QUEUE: z.url().optional(),
  /** Where CloudTrail delivers to, `s3://<bucket>/<prefix>`; without it nobody looks at what is written to AWS. */
  PLIMSOLL_AUDIT_TRAIL: s3Place.optional(),
  /** Where the copy of the ledger goes that Athena asks, `s3://<bucket>/<prefix>`; without it nobody exports. */
  PLIMSOLL_AUDIT_EXPORT: s3Place.optional(),
  /** For a rehearsal: sample findings act as real ones do. */
  PLIMSOLL_FINDINGS_DRILL: z.stringbool().default(false),
  /** Who is told of findings, whatever they are about, of strays, and of what looks at what was released have found; as `notices` of an environment. */
  PLIMSOLL_FINDINGS_NOTICES: json(notices).default([]),
  /** The API as people know it: notices lead to its page. */
  PLIMSOLL_API_URL: z.url().optional(),
  PLIMSOLL_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  KUBECONFIG: z.string().min(1),
  AWS_REGION: z.string().min(1),
  AWS_ENDPOINT_URL: z.url().optional(),
});

export type WorkerConfig = ReturnType<typeof readConfig>;

export function readConfig(variables: NodeJS.ProcessEnv) {
  const parsed = environment.superRefine(checkTemporal).safeParse(variables);
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new Error(`the worker cannot start; its environment is wrong:\n${mistakes.join('\n')}`);
  }
  const env = parsed.data;
  return {
    temporal: temporalSettings(env),
    queues: env.PLIMSOLL_QUEUES.split(',').map((queue) => queue.trim()),
    identity: `${hostname()}:${process.pid}`,
    store: { bucket: env.PLIMSOLL_STORE_BUCKET, kmsKey: env.PLIMSOLL_STORE_KEY },
    changeKey: env.PLIMSOLL_CHANGE_KEY,
    ledger: {
      bucket: env.PLIMSOLL_LEDGER_BUCKET,
      key: env.PLIMSOLL_LEDGER_KEY,
      checkpoints: env.PLIMSOLL_CHECKPOINT_BUCKET ?? env.PLIMSOLL_LEDGER_BUCKET,
    },
    opaUrl: env.PLIMSOLL_OPA_URL,
    policyRevisions: env.PLIMSOLL_POLICY_REVISIONS,
    catalog: env.PLIMSOLL_CATALOG,
    workRoot: env.PLIMSOLL_WORK_ROOT,
    toolsPath: env.PLIMSOLL_TOOLS_PATH,
    terraformCliConfig: env.PLIMSOLL_TERRAFORM_CLI_CONFIG,
    git: {
      allowLocal: env.PLIMSOLL_ALLOW_LOCAL_REPOSITORIES,
      credentials: env.PLIMSOLL_GIT_CREDENTIALS,
      ssh: sshOf(env.PLIMSOLL_GIT_SSH_KEY_FILE, env.PLIMSOLL_GIT_KNOWN_HOSTS_FILE),
    },
    metricsAddress: `${env.PLIMSOLL_METRICS_HOST}:${env.PLIMSOLL_PORT_WORKER_METRICS}`,
    toolSlots: env.PLIMSOLL_TOOL_SLOTS,
    logLevel: env.PLIMSOLL_LOG_LEVEL,
    findings: env.PLIMSOLL_FINDINGS_QUEUE === undefined ? null : { queue: env.PLIMSOLL_FINDINGS_QUEUE, drill: env.PLIMSOLL_FINDINGS_DRILL },
    auditTrail: env.PLIMSOLL_AUDIT_TRAIL ?? null,
    auditExport: env.PLIMSOLL_AUDIT_EXPORT ?? null,
    security: env.PLIMSOLL_FINDINGS_NOTICES,
    notices: { variables: forNotices(variables), apiUrl: env.PLIMSOLL_API_URL?.replace(/\/$/, '') ?? null },
    kubeconfig: env.KUBECONFIG,
    aws: { region: env.AWS_REGION, endpoint: env.AWS_ENDPOINT_URL },
  } as const;
}

/** Secrets that the catalog may name. Without a prefix it could name any variable of the worker. */
const forNotices = (variables: NodeJS.ProcessEnv): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => name.startsWith('PLIMSOLL_NOTICE_')));

/** A key without known hosts would trust whoever answers. */
function sshOf(keyFile: string | undefined, knownHostsFile: string | undefined) {
  if (keyFile === undefined && knownHostsFile === undefined) return undefined;
  if (keyFile !== undefined && knownHostsFile !== undefined) return { keyFile, knownHostsFile };
  throw new Error('PLIMSOLL_GIT_SSH_KEY_FILE and PLIMSOLL_GIT_KNOWN_HOSTS_FILE belong together: set both or neither');
}
