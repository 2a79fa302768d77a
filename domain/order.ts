/**
 * What was asked for (`ReleaseRequest`) and what will be done (`ReleaseOrder`).
 *
 * The order is complete: every value the workflow will need, resolved once from the catalog, so that a
 * change of the catalog never changes a release under way.
 */
import type { AnyOfGroups, ApprovalRule } from './approval.ts';
import type { AwsAccount, CanaryRule, ChartSource, Cluster, Gates, Objectives, Series, Stack, Strategy } from './catalog.ts';
import { type Digest, digestOf, hexOf } from './digest.ts';
import type { NoticeTarget } from './notice.ts';
import type { FreezeOverride } from './override.ts';
import type { SoakRule } from './soak.ts';
import type { Waiver } from './waiver.ts';

/** A value of a Terraform variable, as JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface ReleaseRequest {
  readonly service: string;
  readonly environment: string;
  readonly source: { readonly commit: string };
  readonly infrastructure?: { readonly stack: string; readonly variables: Readonly<Record<string, Json>> } | undefined;
  readonly model?: ModelVersion | undefined;
  readonly reason: string;
  readonly attempt: number;
  /** A hotfix that does not wait for freezes, once two people have approved that. */
  readonly override?: FreezeOverride | undefined;
}

export interface ModelVersion {
  readonly version: string;
  /** `s3://bucket/key` of the model file. */
  readonly artifact: string;
  readonly digest: Digest;
  /** `registry/repository@sha256:…`: an image by digest, never by tag. */
  readonly image: string;
}

/** Rollback first, then hotfix, then the order of asking. */
export type Urgency = 'rollback' | 'hotfix' | 'normal';

export interface Requester {
  readonly subject: string;
  readonly kind: 'human' | 'machine';
}

export interface ReleaseOrder {
  readonly releaseId: string;
  readonly service: string;
  readonly team: string;
  readonly environment: string;
  readonly attempt: number;
  readonly urgency: Urgency;
  readonly reason: string;
  readonly requester: Requester;
  /** Of the catalog files this order came from. */
  readonly catalogDigest: Digest;
  readonly source: { readonly repository: string; readonly refs: readonly string[]; readonly commit: string };
  readonly aws: AwsAccount;
  readonly cluster: Cluster;
  readonly prometheus: string;
  /** Labels of the environment's series. Left out by orders from before there were any. */
  readonly metricsLabels?: Readonly<Record<string, string>> | undefined;
  readonly queues: { readonly tools: string; readonly watch: string };
  readonly gates: Gates;
  /** Those in scope of this service and environment, ended ones too. Left out by orders from before there were any. */
  readonly waivers?: readonly Waiver[] | undefined;
  readonly approvals: ApprovalRule | AnyOfGroups;
  readonly canary: CanaryRule;
  /** Left out by a canary, and by a rollback, which has nobody to compare with. */
  readonly strategy?: Exclude<Strategy, 'canary'> | undefined;
  /** Who is told that approvers are waited for. Left out where nobody is. */
  readonly notices?: readonly NoticeTarget[] | undefined;
  /** Where it has to have run before. */
  readonly requires?: SoakRule | undefined;
  readonly infrastructure?: InfrastructureOrder | undefined;
  readonly model?: ModelOrder | undefined;
  readonly override?: FreezeOverride | undefined;
  /** Set on a rollback: the release whose version comes back, and why. */
  readonly rollback?: { readonly to: string; readonly incident: string } | undefined;
}

export interface InfrastructureOrder {
  readonly stack: Stack;
  readonly variables: Readonly<Record<string, Json>>;
}

export interface ModelOrder extends ModelVersion {
  readonly chart: ChartSource;
  readonly route: { readonly gateway: string; readonly hostname: string; readonly port: number };
  readonly series: Series;
  readonly objectives: Objectives;
}

const suffixHexDigits = 12;
/** A Kubernetes label value and a RoleSessionName both end at 63 and 64 characters. */
export const releaseIdLengthMax = 63;

export const releaseIdPattern = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/**
 * `<service>-<environment>-<12 hex of sha256(JCS(what decides the release))>`.
 * The reason is left out: the same release for another reason is the same release. One that may pass freezes is another.
 */
export function releaseIdOf(request: Omit<ReleaseRequest, 'reason'>): string {
  const { service, environment, source, infrastructure, model, attempt, override } = request;
  const decides = { service, environment, source, infrastructure, model, attempt, override: override && { ticket: override.ticket } };
  return readableId({ service, environment }, digestOf(decides));
}

/** A preview is nothing that is asked for twice: `nonce` tells two looks apart. */
export function previewIdOf({ service, environment }: Pick<ReleaseRequest, 'service' | 'environment'>, nonce: string): string {
  return readableId({ service, environment }, digestOf({ service, environment, preview: nonce }));
}

/** A rollback is decided by where to and why now: asking again within one incident is asking for the same one. */
export function rollbackIdOf(request: {
  readonly service: string;
  readonly environment: string;
  readonly to: string;
  readonly incident: string;
  readonly attempt: number;
}): string {
  const { service, environment, to, incident, attempt } = request;
  return readableId(request, digestOf({ service, environment, rollback: { to, incident }, attempt }));
}

function readableId({ service, environment }: { readonly service: string; readonly environment: string }, digest: Digest): string {
  const suffix = hexOf(digest).slice(0, suffixHexDigits);
  const room = releaseIdLengthMax - suffixHexDigits - 1;
  return `${`${service}-${environment}`.slice(0, room).replace(/-+$/, '')}-${suffix}`;
}

/** The lanes a release passes, never both at once: Terraform state first, then the service. */
export type LaneKind = 'state' | 'service';

export interface LaneRef {
  readonly kind: LaneKind;
  readonly key: string;
}

export const stateLaneOf = (stack: Stack): LaneRef => ({ kind: 'state', key: `${stack.backend.bucket}/${stack.backend.key}` });

export const serviceLaneOf = (order: Pick<ReleaseOrder, 'service' | 'environment'>): LaneRef => ({
  kind: 'service',
  key: `${order.service}/${order.environment}`,
});
