/**
 * Releases at the door: what may be asked, and what is answered. The same schemas validate requests and
 * become the OpenAPI document, and each is tied to its domain type.
 */
import { z } from 'zod';
import { severities } from '../../domain/finding.ts';
import type { Json, ReleaseRequest } from '../../domain/order.ts';
import { releaseIdLengthMax, releaseIdPattern } from '../../domain/order.ts';
import { outcomeKinds } from '../../domain/outcome.ts';
import type { FreezeOverride } from '../../domain/override.ts';
import { phases } from '../../domain/phase.ts';
import type { ReleaseRecord } from '../../domain/record.ts';
import type { ReleaseView } from '../../domain/view.ts';
import { name } from '../catalog/schema.ts';
import { obstacle } from '../environments/schemas.ts';
import { runStatuses } from '../temporal/releases-gateway.ts';
import { digest, gate, time } from './gate-schemas.ts';
import { threat } from './threat-schemas.ts';
import { verdict } from './verdict-schemas.ts';

export { digest };

/** One line: it is shown in lists, in the Temporal UI and in records. */
const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'not empty')
    .max(max, `at most ${max} characters`)
    .regex(/^[^\p{Cc}]*$/u, 'one line, without control characters');

export const reason = line(500).meta({ description: 'Why; it goes into the record.', example: 'weekly retrain' });

export const releaseId = z
  .string()
  .max(releaseIdLengthMax)
  .regex(releaseIdPattern, 'a release id: lower-case letters, digits and dashes')
  .meta({ description: 'Id of a release', example: 'fraud-scorer-production-0123456789ab' });

/** Any JSON value. */
export const json: z.ZodType<Json> = z
  .lazy(() => z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]))
  .meta({ id: 'Json' });

/** As trackers call them, an address included. */
const ticketLengthMax = 200;

const strategy = z.enum(['blue-green', 'all-at-once']).meta({ description: 'How traffic moves. Left out by a canary.' });

const override = z
  .strictObject({
    reason: reason.meta({ description: 'Why it cannot wait; approvers read it in the statement.', example: 'payments are refused' }),
    ticket: line(ticketLengthMax).meta({ description: 'Where people talk about it.', example: 'INC-4711' }),
  })
  .meta({
    id: 'FreezeOverride',
    description: 'A hotfix that does not wait for freezes: at least two people have to approve it. A stopped line holds it all the same.',
  }) satisfies z.ZodType<FreezeOverride>;

/** Attempts below `n` are all asked for; more than twenty of one release are a loop of somebody's. */
const attemptMax = 20;

export const releaseRequest = z
  .strictObject({
    service: name.meta({ example: 'fraud-scorer' }),
    environment: name.meta({ example: 'production' }),
    source: z.strictObject({
      commit: z
        .string()
        .regex(/^[0-9a-f]{40}$/, 'a full commit: 40 lower-case hexadecimal digits')
        .meta({ example: '5f3c1f0e'.repeat(5) }),
    }),
    infrastructure: z
      .strictObject({
        stack: name.meta({ example: 'platform' }),
        variables: z
          .record(z.string().regex(/^[A-Za-z_][\w-]*$/, 'a name of a Terraform variable'), json)
          .default({})
          .meta({ description: 'Terraform variables. Sensitive ones are refused: they come from Secrets Manager.' }),
      })
      .optional()
      .meta({ description: 'The infrastructure part; leave it out to release a model alone.' }),
    model: z
      .strictObject({
        version: z
          .string()
          .regex(/^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/, 'at most 63 letters, digits, dots, dashes: it is a label')
          .meta({ example: '2026.11.3' }),
        artifact: z
          .string()
          .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/\S+$/, 's3://bucket/key')
          .meta({ example: 's3://acme-models/fraud/2026.11.3/model.skops' }),
        digest,
        image: z
          .string()
          .regex(/^[\w.:-]+(\/[\w.-]+)+@sha256:[0-9a-f]{64}$/, 'registry/repository@sha256:…: an image by digest, never by tag')
          .meta({ example: `111122223333.dkr.ecr.eu-west-1.amazonaws.com/fraud@sha256:${'0'.repeat(64)}` }),
      })
      .optional()
      .meta({ description: 'The model part; leave it out to change infrastructure alone.' }),
    reason,
    attempt: z.int().min(1).max(attemptMax).default(1).meta({ description: 'Raise it to try the same release again once it is closed.' }),
    override: override.optional(),
  })
  .meta({ id: 'ReleaseRequest' }) satisfies z.ZodType<ReleaseRequest>;

export const links = z.object({
  self: z.string(),
  events: z.string(),
  page: z.string().nullable().meta({ description: 'For approvers; `null` where no login is configured for it.' }),
  temporal: z.string().nullable(),
});

export const startedRelease = z
  .object({
    id: releaseId,
    phase: z.enum(phases),
    outcome: z.enum(outcomeKinds).nullable(),
    obstacles: z.array(obstacle).meta({ description: 'What it will wait for before anything is done, as of now.' }),
    links,
  })
  .meta({ id: 'StartedRelease' });

export const releaseSummary = z
  .object({
    id: releaseId,
    service: z.string(),
    environment: z.string(),
    team: z.string(),
    requester: z.string(),
    status: z.enum(runStatuses).meta({ description: '`completed` has an outcome; `failed` needs a person.' }),
    phase: z.string(),
    outcome: z.string().nullable(),
    weightPercent: z.number(),
    attention: z.boolean().meta({ description: 'A person is needed.' }),
    startedAt: time,
    closedAt: time.nullable(),
  })
  .meta({ id: 'ReleaseSummary' });

export const releasePage = z
  .object({ releases: z.array(releaseSummary), nextPageToken: z.string().nullable() })
  .meta({ id: 'ReleasePage' });

export const listFilter = z.strictObject({
  service: name.optional(),
  environment: name.optional(),
  phase: z.enum(phases).optional(),
  outcome: z.enum(outcomeKinds).optional(),
  requester: z
    .string()
    .regex(/^[\w.+=,@:/-]{1,256}$/, 'a subject: letters, digits and . + = , @ : / -')
    .optional(),
  pageSize: z.coerce.number<string>().int().min(1).max(100).default(50).meta({ description: 'At most 100.' }),
  pageToken: z
    .string()
    .regex(/^[0-9a-f]{16}\.[\w-]{1,4096}$/, 'the `nextPageToken` of the page before')
    .optional(),
});
export type ListFilter = z.infer<typeof listFilter>;

/* ------------------------------------------------------------- the view */

const requester = z.object({ subject: z.string(), kind: z.enum(['human', 'machine']) });
const slot = z.enum(['a', 'b']);

const finding = z
  .object({
    fingerprint: digest,
    tool: z.string(),
    rule: z.string(),
    severity: z.enum(severities),
    severitySource: z.enum(['tool', 'plimsoll']),
    address: z.string(),
    file: z.string().optional(),
    line: z.number().optional(),
    message: z.string(),
    controls: z.array(z.string()),
  })
  .meta({ id: 'Finding' });

const scan = z
  .object({
    tool: z.string(),
    toolVersion: z.string(),
    status: z.enum(['pass', 'fail', 'incomplete', 'error']),
    counts: z.partialRecord(z.enum(severities), z.number()),
    worst: z.array(finding),
    report: z.object({ digest, bytes: z.number() }),
  })
  .meta({ id: 'ScanSummary' });

const lane = z.object({ kind: z.enum(['state', 'service']), key: z.string() });

const waitingFor = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('approval'),
      groups: z.array(z.string()),
      missing: z.string().meta({ description: 'In words: `1 of sre, 1 of ml-owners`' }),
      statementDigest: digest,
      expiresAt: time,
    }),
    z.object({ kind: z.literal('lane'), lane, position: z.number() }),
    z.object({ kind: z.literal('line'), obstacles: z.array(obstacle) }),
    z.object({ kind: z.literal('resume'), heldBy: z.string(), reason: z.string() }),
    z.object({ kind: z.literal('undo'), undo: z.string(), since: time }),
  ])
  .meta({ id: 'WaitingFor' });

const outcome = z
  .object({
    kind: z.enum(outcomeKinds),
    reason: z.string(),
    by: z.string().optional(),
    infrastructure: z.enum(['none', 'unchanged', 'applied', 'partial']),
    model: z.enum(['none', 'unchanged', 'released', 'put back']),
  })
  .meta({ id: 'Outcome' });

const statement = z
  .object({
    release: z.string(),
    commit: z.string(),
    changeDigest: digest.nullable(),
    stateLineage: z.string().nullable(),
    moduleLockDigest: digest.nullable(),
    variablesDigest: digest.nullable(),
    findingsDigest: digest,
    policyDigest: digest,
    modelDigest: digest.nullable(),
    imageDigest: digest.nullable(),
    chartDigest: digest.nullable(),
    strategy: strategy.optional(),
    override: z.string().optional().meta({ description: 'Of a hotfix that is to pass freezes.' }),
  })
  .meta({ id: 'Statement' });

const quorum = z
  .object({
    seats: z.array(z.object({ groups: z.array(z.string()), count: z.number(), by: z.array(z.string()) })),
    minimum: z.number(),
    people: z.array(z.string()),
    missing: z.string(),
    met: z.boolean(),
    notCounted: z.array(z.string()).meta({ description: 'Their own work is judged: their approval does not count.' }),
  })
  .meta({ id: 'Quorum', description: 'Who has approved for which group, and who is missing.' });

export const releaseView = z
  .object({
    releaseId,
    service: z.string(),
    team: z.string(),
    environment: z.string(),
    attempt: z.number(),
    urgency: z.enum(['rollback', 'hotfix', 'normal']),
    reason: z.string(),
    requester,
    override: override.optional(),
    strategy: strategy.optional(),
    approverGroups: z.array(z.string()),
    commit: z.string(),
    modelVersion: z.string().nullable(),
    startedAt: time,
    phase: z.enum(phases),
    phaseSince: time,
    history: z.array(z.object({ phase: z.enum(phases), at: time })),
    waitingFor: waitingFor.nullable(),
    held: z.object({ by: z.string(), reason: z.string() }).nullable(),
    scans: z.array(scan),
    change: z
      .object({
        digest,
        counts: z.object({ create: z.number(), update: z.number(), delete: z.number(), replace: z.number() }),
        addresses: z.array(z.string()),
        actions: z
          .array(z.enum(['create', 'update', 'delete', 'replace', 'read', 'forget']))
          .optional()
          .meta({ description: 'What becomes of each address.' }),
      })
      .nullable(),
    gate: gate.nullable(),
    statement: statement.nullable(),
    statementDigest: digest.nullable(),
    approvals: z.array(
      z.object({
        decision: z.enum(['approve', 'reject']),
        by: z.string(),
        at: time,
        reason: z.string(),
        statementDigest: digest,
        valid: z.boolean(),
        because: z.string().nullable().meta({ description: 'Why it no longer counts.' }),
      }),
    ),
    quorum: quorum.nullable(),
    slots: z.object({ candidate: slot, live: slot.nullable() }).nullable(),
    weightPercent: z.number(),
    verdict: verdict.nullable(),
    threats: z.array(threat),
    undo: z.array(z.string()),
    attention: z.string().nullable(),
    outcome: outcome.nullable(),
    records: z.number(),
  })
  .meta({ id: 'ReleaseView' }) satisfies z.ZodType<ReleaseView>;

export const progress = z
  .object({ verdict })
  .meta({ id: 'Progress', description: 'The newest look at the metrics, while the new version has traffic.' });
export type Progress = z.infer<typeof progress>;

export const releaseState = releaseSummary
  .pick({ status: true, phase: true, outcome: true, weightPercent: true, attention: true })
  .meta({ id: 'ReleaseState', description: 'Where it stands, whenever that changes.' });
export type ReleaseState = z.infer<typeof releaseState>;

export const recovery = z
  .object({ status: z.enum(runStatuses), outcome: outcome.nullable() })
  .meta({ id: 'Recovery', description: 'What put back a release whose own run was terminated, timed out or failed.' });

export const releaseDetails = releaseView
  .extend({
    status: z.enum(runStatuses),
    progress: progress.nullable(),
    incidents: z
      .array(threat.pick({ id: true, type: true, title: true, severity: true }).extend({ lastSeenAt: time }))
      .meta({ description: 'What GuardDuty found about its version once it served.' }),
    recovery: recovery.nullable(),
    obstacles: z.array(obstacle),
    links,
  })
  .meta({ id: 'ReleaseDetails' });

export const releaseRecord = z
  .object({
    sequence: z.number(),
    runId: z.string(),
    claim: z.boolean(),
    event: z.object({
      specversion: z.literal('1.0'),
      id: z.string(),
      source: z.string(),
      type: z.string(),
      time,
      subject: z.string(),
      datacontenttype: z.literal('application/json'),
      data: json,
    }),
  })
  .meta({ id: 'ReleaseRecord' }) satisfies z.ZodType<ReleaseRecord>;

/** What the event stream carries as data, by the event's name. */
export const streamed = z.union([
  releaseRecord,
  releaseState,
  progress,
  z.object({ status: z.enum(runStatuses) }).meta({ id: 'ReleaseEnd' }),
]);

/* ------------------------------------------------------------- messages */

/** An ID token with a few dozen groups; a record has to fit a batch of records. */
const idTokenLengthMax = 8_192;

export const decisionRequest = z
  .strictObject({
    decision: z.enum(['approve', 'reject']),
    statementDigest: digest.meta({ description: 'Of the statement that was read: another one is refused.' }),
    reason,
    idToken: z
      .string()
      .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/, 'a signed JWT')
      .max(idTokenLengthMax, `at most ${idTokenLengthMax} characters: it is kept in the record`)
      .optional()
      .meta({ description: 'An ID token of the caller whose `nonce` is the statement digest: the provider vouches for the decision.' }),
  })
  .meta({ id: 'DecisionRequest' });

export type DecisionRequest = z.infer<typeof decisionRequest>;

export const instructionRequest = z.strictObject({ reason }).meta({ id: 'InstructionRequest' });
export type InstructionRequest = z.infer<typeof instructionRequest>;

export const told = z
  .object({
    updateId: z.string(),
    state: z.enum(['done', 'accepted']).meta({ description: '`accepted`: it outlasted the request and goes on.' }),
    release: releaseView.nullable(),
  })
  .meta({ id: 'Told' });
export type Told = z.infer<typeof told>;

/** Names of undos, as the view shows them: `restore traffic`, `leave lane service/fraud-scorer/production`. */
export const undoName = z.string().min(1).max(500);
