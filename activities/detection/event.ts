/**
 * The door for findings, whether a queue brings them or somebody asks: an event as EventBridge delivers it, read for the few
 * names that could belong to a release. What is not there is left out; what is there in another shape than AWS documents is
 * refused, and no release hears of it.
 */
import { z } from 'zod';
import type { Blob } from '../../domain/blob.ts';
import { digestIn } from '../../domain/threats/concern.ts';
import type { Threat } from '../../domain/threats/finding.ts';

/** What SQS and EventBridge let through; more is none of theirs. */
export const eventBytesMax = 256 * 1024;
/** Of each sort of name: a message of Temporal ends at 32 KiB. */
const namesMax = 20;
const nameLengthMax = 256;
const titleLengthMax = 500;

const text = z.string().max(nameLengthMax);
const time = z.iso.datetime();
/** Elsewhere GuardDuty writes `null`, or nothing, for what it does not know. */
const some = <T extends z.ZodType>(schema: T) => schema.nullish();

const container = z.object({ image: some(z.string()) });

const detail = z.object({
  id: z.string().regex(/^[0-9a-f]{8,64}$/, "GuardDuty's id: hexadecimal digits"),
  type: text,
  title: z.string(),
  severity: z.number().min(0).max(10),
  accountId: text,
  region: text,
  updatedAt: time,
  resource: z.object({
    accessKeyDetails: some(z.object({ principalId: some(text) })),
    s3BucketDetails: some(z.array(z.object({ name: some(text) }))),
    eksClusterDetails: some(z.object({ name: some(text) })),
    kubernetesDetails: some(
      z.object({
        kubernetesUserDetails: some(z.object({ username: some(text), sessionName: some(z.array(text)) })),
        kubernetesWorkloadDetails: some(z.object({ name: some(text), namespace: some(text), containers: some(z.array(container)) })),
      }),
    ),
    containerDetails: some(container),
  }),
  service: z.object({
    archived: some(z.boolean()),
    count: some(z.int().nonnegative()),
    eventLastSeen: some(time),
    additionalInfo: some(z.object({ value: some(z.string()), sample: some(z.boolean()) })),
  }),
});

const event = z.object({ source: z.literal('aws.guardduty'), 'detail-type': z.literal('GuardDuty Finding'), detail });

export type ReadEvent =
  | { readonly kind: 'threat'; readonly threat: Omit<Threat, 'evidence'> }
  | { readonly kind: 'malformed'; readonly because: string };

/** `because` names fields and what they had to be, and shows no value: an event has addresses of people and machines. */
export function readEvent(body: string): ReadEvent {
  if (Buffer.byteLength(body) > eventBytesMax) return { kind: 'malformed', because: `more than ${eventBytesMax} bytes` };
  const parsed = event.safeParse(jsonIn(body));
  if (parsed.success) return { kind: 'threat', threat: threatFrom(parsed.data.detail) };
  return {
    kind: 'malformed',
    because: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; '),
  };
}

export const asThreat = (threat: Omit<Threat, 'evidence'>, evidence: Blob): Threat => ({ ...threat, evidence });

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

type Detail = z.infer<typeof detail>;

function threatFrom({ id, type, title, severity, accountId, region, updatedAt, resource, service }: Detail): Omit<Threat, 'evidence'> {
  const kubernetes = resource.kubernetesDetails;
  const workload = kubernetes?.kubernetesWorkloadDetails;
  const images = [resource.containerDetails?.image, ...(workload?.containers ?? []).map(({ image }) => image)];
  return {
    id,
    type,
    title: title.replaceAll(/\p{Cc}/gu, ' ').slice(0, titleLengthMax),
    severity,
    account: accountId,
    region,
    updatedAt,
    lastSeenAt: service.eventLastSeen ?? updatedAt,
    count: service.count ?? 1,
    sample: isSample(title, service),
    about: {
      cluster: resource.eksClusterDetails?.name ?? null,
      workloads: workload?.name == null ? [] : [{ namespace: workload.namespace ?? 'default', name: workload.name }],
      images: names(images.map((image) => (image == null ? null : digestIn(image)))),
      sessions: names([
        sessionIn(resource.accessKeyDetails?.principalId, ':'),
        sessionIn(kubernetes?.kubernetesUserDetails?.username, '/'),
        ...(kubernetes?.kubernetesUserDetails?.sessionName ?? []),
      ]),
      buckets: names((resource.s3BucketDetails ?? []).map(({ name }) => name)),
    },
  };
}

/** AWS says so in the additional information and in the title; either is enough to roll nothing back. */
function isSample(title: string, { additionalInfo }: Detail['service']): boolean {
  const value = jsonIn(additionalInfo?.value ?? '') as { readonly sample?: unknown } | null | undefined;
  return title.startsWith('[SAMPLE]') || additionalInfo?.sample === true || value?.sample === true;
}

/** `AROA…:session` of a role that was assumed, `…assumed-role/<role>/session` of a user of Kubernetes. */
const sessionIn = (principal: string | null | undefined, before: string): string | null =>
  principal?.includes(before) === true ? principal.slice(principal.lastIndexOf(before) + 1) : null;

/** Each once. */
const names = <T extends string>(all: readonly (T | null | undefined)[]): readonly T[] =>
  [...new Set(all.filter((name) => name != null && name !== ''))].slice(0, namesMax) as readonly T[];
