/**
 * The catalog: what a platform team says about its environments and services, in files under review.
 * Defaults are already filled in here; `api/catalog/` parses the YAML and names what is wrong with it.
 */

export interface Environment {
  readonly name: string;
  readonly aws: AwsAccount;
  readonly stacks: readonly Stack[];
  readonly cluster: Cluster;
  readonly metrics: { readonly prometheus: string };
  readonly gates: Gates;
  readonly approvals: ApprovalRule;
  readonly canary: CanaryRule;
  /** Task queues of its own, so that an environment's credentials live on its own workers. */
  readonly queues: { readonly tools: string; readonly watch: string };
}

export interface AwsAccount {
  readonly account: string;
  readonly region: string;
  /** Read-only; assumed for every plan that only looks. */
  readonly planRole: string;
  /** Assumed inside the state lane only. */
  readonly applyRole: string;
}

export interface Stack {
  readonly name: string;
  readonly repository: string;
  /** Branches or tags from which a commit must be reachable, without `refs/heads/`. */
  readonly refs: readonly string[];
  /** Folder of the Terraform root inside the repository. */
  readonly root: string;
  readonly backend: StateBackend;
  /** Terraform variable → ARN in Secrets Manager. The only way a sensitive variable gets a value. */
  readonly secretVariables: Readonly<Record<string, string>>;
}

export interface StateBackend {
  readonly bucket: string;
  readonly key: string;
  readonly region: string;
  readonly lockTable: string;
  /** Terraform's own lock object beside the table, since the table is deprecated upstream. */
  readonly lockFile: boolean;
}

export interface Cluster {
  readonly name: string;
  readonly namespace: string;
}

export interface Gates {
  /** A finding of this severity or a higher one denies. */
  readonly blockAt: 'low' | 'medium' | 'high' | 'critical';
  /** Provider sources a root may use, e.g. `hashicorp/aws`. */
  readonly providers: readonly string[];
  /** Module sources a root may use besides local paths; a prefix ends in `*`. */
  readonly modules: readonly string[];
}

export interface ApprovalRule {
  /** Members of any of these groups may approve; one member, not the requester, is enough. */
  readonly groups: readonly string[];
  readonly expiresAfterMinutes: number;
}

export interface CanaryRule {
  /** Ascending weights of the new version, each under 100; 100 follows by itself. */
  readonly stepsPercent: readonly number[];
  readonly minimumStepSeconds: number;
  /** For all steps together. */
  readonly deadlineMinutes: number;
  /** At the deadline without an answer: ask a person, or go back. Never promote. */
  readonly onInconclusive: 'hold' | 'roll back';
  /** How long the old version stays warm at 100 % before it is scaled down. */
  readonly watchSeconds: number;
  /** Seconds between two looks at the metrics; at least the scrape interval. */
  readonly pollSeconds: number;
  /** How long a new version may take to become ready. */
  readonly readyWithinSeconds: number;
}

export interface Service {
  readonly name: string;
  readonly team: string;
  readonly chart: ChartSource;
  readonly route: { readonly gateway: string; readonly hostname: string; readonly port: number };
  readonly series: Series;
  readonly objectives: Objectives;
}

export interface ChartSource {
  readonly repository: string;
  readonly refs: readonly string[];
  /** Folder of the chart inside the repository. */
  readonly path: string;
  /** Values files inside the repository, later ones win; `{environment}` is replaced. */
  readonly values: readonly string[];
}

/** Names of the counters a service exports; the defaults are the chart's own. */
export interface Series {
  /** Counter of requests, with a label that holds the status. */
  readonly requests: string;
  readonly statusLabel: string;
  /** A regular expression: a request whose status matches has failed. */
  readonly failureStatus: string;
  /** Classic histogram of seconds, without `_bucket`. */
  readonly latency: string;
}

export interface Objectives {
  readonly errors: {
    /** The new version may fail this many times as often as the old one … */
    readonly marginRatio: number;
    /** … or this many percentage points more, whichever allows more. */
    readonly marginPoints: number;
    /** Never more than this share, whatever the old one does. */
    readonly limitPercent: number;
  };
  readonly latency: {
    /** Histogram edges that are guarded. */
    readonly guardedBucketsMs: readonly number[];
    /** The share of requests slower than an edge may be this many times the old version's. */
    readonly marginRatio: number;
    /** For a first release, without an old version: at most this share slower than the last guarded edge. */
    readonly limitPercent: number;
  };
  /** Fewer requests than this of either version say nothing; half of it is enough to see a gross excess. */
  readonly minimumRequests: number;
}
