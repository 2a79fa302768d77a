/**
 * Whether an installation has what releases need: what is looked at, and what to do where something is not right.
 * Looking changes nothing. What was not answered in time is not right.
 */
import type { AwsAccount, Cluster } from './catalog.ts';

/** Every check there is: what it asks, and the remedy. */
export const checkTable = {
  temporal: {
    asks: 'Temporal answers, and the namespace is there',
    remedy: 'PLIMSOLL_TEMPORAL_ADDRESS and PLIMSOLL_TEMPORAL_NAMESPACE of the API; `temporal operator namespace create` makes one',
  },
  'search attributes': {
    asks: 'Temporal knows the attributes that releases are listed by',
    remedy: 'temporal operator search-attribute create, each with the type in workflows/search-attributes.ts',
  },
  worker: {
    asks: 'somebody serves each task queue that the catalog names',
    remedy: 'start a worker whose PLIMSOLL_QUEUES has this queue; its log says why one does not start',
  },
  policies: {
    asks: 'OPA answers by policies that were published',
    remedy: 'OPA loads the bundle that was published; its revision stands in the file of PLIMSOLL_POLICY_REVISIONS',
  },
  ledger: {
    asks: 'the ledger’s bucket is versioned and locks what is written',
    remedy: 'PLIMSOLL_LEDGER_BUCKET is a bucket with Object Lock and a default retention',
  },
  checkpoints: {
    asks: 'so does the bucket of checkpoints',
    remedy: 'PLIMSOLL_CHECKPOINT_BUCKET is a bucket with Object Lock and a default retention, in an account of its own',
  },
  reading: {
    asks: 'the API may read what was released, from the ledger',
    remedy:
      'PLIMSOLL_LEDGER_BUCKET of the API is the ledger’s bucket, and its role has s3:ListBucket below ends/ and releases/, s3:GetObject on releases/* and kms:Decrypt for them',
  },
  'plan role': {
    asks: 'the worker may become the environment’s planRole',
    remedy: 'aws.planRole in the catalog; release-identity’s worker_role_arns has the worker’s role, and its environment is this one',
  },
  'apply role': {
    asks: 'the worker may become its applyRole',
    remedy: 'aws.applyRole in the catalog; release-identity’s worker_role_arns has the worker’s role, and its environment is this one',
  },
  state: {
    asks: 'each stack’s bucket of states is versioned',
    remedy: 'infra/terraform/bootstrap makes the bucket; without versions a state that is broken stays broken',
  },
  locks: {
    asks: 'each stack’s table of locks is there, with the key that Terraform uses',
    remedy: 'infra/terraform/bootstrap makes the table, with the hash key LockID',
  },
  guardduty: {
    asks: 'GuardDuty watches the environment’s account and region',
    remedy: 'infra/terraform/modules/threat-detection, or the company’s own detector, enabled in this region',
  },
  prometheus: {
    asks: 'Prometheus answers the worker that judges',
    remedy: 'metrics.prometheus in the catalog, as the worker of the `watch` queue reaches it',
  },
  'gateway api': {
    asks: 'the cluster knows HTTPRoutes of the Gateway API',
    remedy: 'install the Gateway API’s CRDs (standard channel), and a controller that follows them',
  },
  clock: {
    asks: 'clocks agree with AWS’s: tokens, signatures and freezes end by them',
    remedy: 'let chrony or the cloud’s own time service set the machine’s clock',
  },
} as const satisfies Readonly<Record<string, { readonly asks: string; readonly remedy: string }>>;

export type CheckName = keyof typeof checkTable;

export interface Check {
  readonly check: CheckName;
  /** Of what: a queue, an environment, a bucket. */
  readonly about: string;
  readonly ok: boolean;
  /** One line, without anything secret. */
  readonly found: string;
  /** `null` where there is nothing to do. */
  readonly remedy: string | null;
}

export const passed = (check: CheckName, about: string, found: string): Check => ({ check, about, ok: true, found, remedy: null });

export const failed = (check: CheckName, about: string, found: string): Check => ({
  check,
  about,
  ok: false,
  found,
  remedy: checkTable[check].remedy,
});

/** Freezes and tokens are told by the second; AWS itself refuses signatures that are five minutes off. */
const skewSecondsMax = 5;

/** `away`: how many seconds the machine is ahead, measured between sending the question and its answer. */
export function checkClock(about: string, awaySeconds: number): Check {
  const found = `${Math.abs(awaySeconds).toFixed(1)} s ${awaySeconds < 0 ? 'behind' : 'ahead'}`;
  return Math.abs(awaySeconds) <= skewSecondsMax ? passed('clock', about, found) : failed('clock', about, found);
}

/** What of an environment is looked at. */
export interface CheckedEnvironment {
  readonly name: string;
  readonly aws: AwsAccount;
  readonly backends: readonly { readonly bucket: string; readonly lockTable: string; readonly region: string }[];
  readonly cluster: Cluster;
  readonly prometheus: string;
  readonly queues: { readonly tools: string; readonly watch: string };
}

export interface CheckupRequest {
  /** Whom AWS is told of: sessions of roles name a person. */
  readonly by: string;
  readonly environments: readonly CheckedEnvironment[];
}

/** Each on a worker of the queue whose rights it is about. Answers always: what breaks is a check that failed. */
export interface CheckupPort {
  /** Policies, ledger, checkpoints, clusters and the clock, as whoever serves `control` finds them. */
  checkControl(input: { readonly environments: readonly Pick<CheckedEnvironment, 'name' | 'cluster'>[] }): Promise<readonly Check[]>;
  /** Roles, states, locks and GuardDuty of one environment. Roles are taken and used to read, the applying one for nothing. */
  checkAccount(input: { readonly by: string; readonly environment: CheckedEnvironment }): Promise<readonly Check[]>;
  checkMetrics(input: { readonly environment: Pick<CheckedEnvironment, 'name' | 'prometheus'> }): Promise<readonly Check[]>;
}
