/**
 * The catalog: what a platform team says about its environments and services, in files under review.
 * Defaults are already filled in here; `api/catalog/` parses the YAML and names what is wrong with it.
 */

import type { ApprovalRule } from './approval.ts';
import type { NoticeTarget } from './notice.ts';
import type { SoakRule } from './soak.ts';

export interface Environment {
  readonly name: string;
  readonly aws: AwsAccount;
  readonly stacks: readonly Stack[];
  readonly cluster: Cluster;
  readonly metrics: {
    readonly prometheus: string;
    /** Labels that every series of this environment carries, where one Prometheus has several: `{ namespace: models }`. */
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly gates: Gates;
  readonly approvals: ApprovalRule;
  readonly canary: CanaryRule;
  /** Nothing but rollbacks is released while one is on. Read live, not from the order. */
  readonly freeze: readonly Freeze[];
  /** Takes only what that environment has run for so long. */
  readonly requires?: SoakRule | undefined;
  /** Branches that may be previewed before they are merged; without it none. */
  readonly previews?: { readonly branches: readonly string[] } | undefined;
  /** Who is told that approvers are waited for. */
  readonly notices?: readonly NoticeTarget[] | undefined;
  /** Task queues of its own, so that an environment's credentials live on its own workers. */
  readonly queues: { readonly tools: string; readonly watch: string };
}

export interface Freeze {
  readonly name: string;
  readonly reason: string;
  /** Wall clock of `timeZone`, without an offset: `2026-12-18T18:00`. */
  readonly start: string;
  readonly end: string;
  readonly timeZone: string;
  /** A recurrence of RFC 5545, `FREQ=YEARLY`; `null` is once. */
  readonly rule: string | null;
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

/** With the longest names beside it a session's policy fits what AWS takes. */
export const stateKeyLengthMax = 100;
export const lockTableLengthMax = 80;

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
  /**
   * How long at least, whatever the strategy: GuardDuty needs minutes to say what it has found. Left out by orders from
   * before it, and where `watchSeconds` is enough.
   */
  readonly securityBakeMinutes?: number | undefined;
  /** Seconds between two looks at the metrics; at least the scrape interval. */
  readonly pollSeconds: number;
  /** How long a new version may take to become ready. */
  readonly readyWithinSeconds: number;
}

/** How traffic moves to a new version: a step at a time beside the old one, or all of it at once. */
export const strategies = ['canary', 'blue-green', 'all-at-once'] as const;
export type Strategy = (typeof strategies)[number];

export interface Service {
  readonly name: string;
  readonly team: string;
  /** Policies say where another than `canary` may be. */
  readonly strategy: Strategy;
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
  /** Histogram of seconds, without `_bucket`: classic, or native where the server has those. */
  readonly latency: string;
}

/**
 * What the judge holds a new version to. A tolerance is what counts as "no different" for a rollback, a margin
 * is what promotion must rule out; both are about the old version at the same time. Limits are absolute.
 */
export interface Objectives {
  readonly errors: {
    /** Odds ratio up to which errors are no regression: real pods differ. */
    readonly toleranceRatio: number;
    /** The new version may fail this many times as often as the old one … */
    readonly marginRatio: number;
    /** … or this many percentage points more, whichever allows more. */
    readonly marginPoints: number;
    /** Never more than this share, whatever the old one does. */
    readonly limitPercent: number;
  };
  readonly latency: {
    /** Histogram edges that promotion needs; `auto`: every edge that 0.5 to 60 % of the old version's requests exceed. */
    readonly guardedBucketsMs: readonly number[] | 'auto';
    /** So many times slower is no regression. */
    readonly toleranceFactor: number;
    /** So many times slower must be ruled out. */
    readonly marginFactor: number;
    /** Without an old version: at most this share slower than the last guarded edge, and that edge in milliseconds. */
    readonly limitPercent: number;
    readonly limitMs: number;
  };
  readonly quality: readonly QualityMetric[];
  /** Shares of the evidence against the new version; they sum to 1. */
  readonly weights: { readonly errors: number; readonly latency: number; readonly quality: number };
  /** Probabilities: of rolling back a version that is nowhere worse, of promoting one beyond a margin. */
  readonly risk: { readonly rollback: number; readonly promote: number };
  /** How much requests depend on each other: measured on 24 h of the old version, or set by hand (1: not at all). */
  readonly dispersion: 'auto' | number;
  /** Fewer requests than this of either version say nothing at a weight. */
  readonly minimumRequests: number;
}

/** Any counter pair or histogram the service exports, guarded by the same primitive as errors. */
export type QualityMetric = {
  readonly name: string;
  readonly toleranceRatio: number;
  readonly marginRatio: number;
} & (
  | { readonly kind: 'counters'; readonly events: string; readonly of: string }
  /** Classic histogram without `_bucket`; `both` finds drift either way. */
  | { readonly kind: 'histogram'; readonly series: string; readonly edges: readonly number[]; readonly worse: 'above' | 'below' | 'both' }
);
