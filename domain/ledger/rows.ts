/**
 * Records as rows of one table, for whoever asks with SQL: every record of every chain is one row, with the columns that
 * auditors ask about. A view and no proof: a row is made of a record and of those before it in its chain, and of nothing
 * else, so that all rows can be made again. What a record does not say, or says in another form, is null.
 */
import type { Caller } from '../caller.ts';
import { canonicalText, isDigest } from '../digest.ts';
import { namesOf } from '../people.ts';
import { type RecordKind, recordTypes } from '../record.ts';
import type { ChainName } from './chain.ts';
import type { CheckedRecord } from './records.ts';

/** The table's columns and their types, as Athena names them. A test holds the Terraform module's table against them. */
export const eventColumns = {
  happened_at: 'timestamp',
  chain: 'string',
  chain_kind: 'string',
  sequence: 'bigint',
  hash: 'string',
  previous_hash: 'string',
  event_type: 'string',
  /** As `recordTypes` has it: `decided`, `applied`; null for a type from after this version. */
  kind: 'string',
  /** What the chain is of, on each of its rows, from its first record on. */
  release_id: 'string',
  service: 'string',
  environment: 'string',
  team: 'string',
  urgency: 'string',
  requester: 'string',
  requester_kind: 'string',
  requested_at: 'timestamp',
  requested_because: 'string',
  source_commit: 'string',
  model_version: 'string',
  /** Of a rollback: the release that it goes back to, and the incident. */
  back_to: 'string',
  incident: 'string',
  /** How lately a second factor must have been shown here. */
  mfa_within_minutes: 'int',
  /** Whose yes does not count, in lower case: who asked, wrote a commit, or owns a waiver in play, by every name that is known. */
  interested: 'array<string>',
  /** What this record itself says: who did what, on what, why, and how it came out. */
  who: 'string',
  who_kind: 'string',
  mfa: 'boolean',
  authenticated_at: 'timestamp',
  action: 'string',
  object: 'string',
  why: 'string',
  outcome: 'string',
  statement_digest: 'string',
  change_digest: 'string',
  policy_digest: 'string',
  evidence_digest: 'string',
  weight_percent: 'int',
  /** Of GuardDuty. */
  finding: 'string',
  severity: 'double',
  /** Of a freeze that was passed. */
  ticket: 'string',
  /** Waivers in play, each as JSON. */
  waivers: 'array<string>',
} as const;

export type ColumnType = 'string' | 'timestamp' | 'bigint' | 'int' | 'double' | 'boolean' | 'array<string>';
type ValueOf<Type> = Type extends 'boolean'
  ? boolean
  : Type extends 'array<string>'
    ? readonly string[]
    : Type extends 'string' | 'timestamp'
      ? string
      : number;

/** Timestamps are RFC 3339. */
export type EventRow = { readonly [Name in keyof typeof eventColumns]: ValueOf<(typeof eventColumns)[Name]> | null };

type Fields = Readonly<Record<string, unknown>>;

const nothing = Object.fromEntries(Object.keys(eventColumns).map((name) => [name, null])) as EventRow;
const kindOfType = new Map<string, RecordKind>(Object.entries(recordTypes).map(([kind, type]) => [type, kind as RecordKind]));

/** `records` in their order, as `checkRecords` or `readableIn` gives them. */
export function rowsOf(chain: ChainName, records: readonly CheckedRecord[]): readonly EventRow[] {
  const subject = chain.slice(chain.indexOf('/') + 1);
  const chainKind = chain.slice(0, chain.indexOf('/'));
  let known: Partial<EventRow> = chainKind === 'releases' ? { release_id: subject } : chainKind === 'findings' ? { finding: subject } : {};
  return records.map((record) => {
    const kind = kindOfType.get(record.event.type) ?? null;
    const data = fieldsOf(record.event.data);
    known = { ...known, ...learned(kind, data, record, known) };
    return {
      ...nothing,
      ...known,
      ...(kind === null ? {} : said[kind]?.(data)),
      happened_at: time(record.event.time),
      chain,
      chain_kind: chainKind,
      sequence: record.sequence,
      hash: text(record.hash),
      previous_hash: text(record.previousHash),
      event_type: record.event.type,
      kind,
    };
  });
}

/* ------------------------------------------------- what a chain is known by */

function learned(kind: RecordKind | null, data: Fields, { event }: CheckedRecord, known: Partial<EventRow>): Partial<EventRow> {
  if (kind === 'requested') return { ...orderRow(fieldsOf(data['order'])), requested_at: time(event.time) };
  if (kind === 'fetched') return { interested: together(known, list(data['authors'])) };
  if (kind === 'judged')
    return {
      interested: together(
        known,
        waiversIn(data)
          .map(({ owner }) => owner)
          .filter(isText),
      ),
    };
  return {};
}

const together = ({ interested }: Partial<EventRow>, names: readonly string[]): readonly string[] =>
  [...new Set([...(interested ?? []), ...names.flatMap(namesOf)])].toSorted();

function orderRow(order: Fields): Partial<EventRow> {
  const requester = fieldsOf(order['requester']);
  const rollback = fieldsOf(order['rollback']);
  const subject = text(requester['subject']);
  return {
    ...pick(order, 'service', 'environment', 'team', 'urgency'),
    requester: subject,
    requester_kind: text(requester['kind']),
    requested_because: text(order['reason']),
    source_commit: text(fieldsOf(order['source'])['commit']),
    model_version: text(fieldsOf(order['model'])['version']),
    back_to: text(rollback['to']),
    incident: text(rollback['incident']),
    mfa_within_minutes: whole(fieldsOf(order['approvals'])['mfaWithinMinutes']),
    interested: together({}, subject === null ? [] : [subject]),
  };
}

/* --------------------------------------------------- what a record itself says */

const person = (by: unknown): Partial<EventRow> => {
  if (typeof by === 'string') return { who: by };
  const { subject, kind, mfa, authenticatedAt } = fieldsOf(by) as Partial<Caller>;
  return {
    who: text(subject),
    who_kind: text(kind),
    mfa: typeof mfa === 'boolean' ? mfa : null,
    authenticated_at: typeof authenticatedAt === 'number' ? time(new Date(authenticatedAt * 1000)) : null,
  };
};

const instruction = (action: string) => (data: Fields) => ({
  ...person(data['by']),
  action,
  object: text(data['undo']),
  why: text(data['reason']),
});
const version = (action: string) => (data: Fields) => ({
  action,
  object: text(data['image']),
  outcome: text(data['version']),
  evidence_digest: digest(data['digest']),
});
const threat = (data: Fields) => ({
  finding: text(data['id']),
  severity: typeof data['severity'] === 'number' ? data['severity'] : null,
  object: text(data['type']),
  why: text(data['title']),
  outcome: text(data['response']),
  evidence_digest: blobDigest(data['evidence']),
});
const toldRelease = (data: Fields) => ({
  ...pick(data, 'service', 'environment', 'team'),
  release_id: text(data['releaseId']),
  outcome: text(data['reached']),
});

const act = (data: Fields) => {
  const [did, about] = [text(data['act']), text(data['about'])];
  return {
    ...person(data['by']),
    action: did,
    object: about,
    why: text(data['because']),
    ...(did?.endsWith(' the line') ? { environment: about } : {}),
  };
};

/** A workload or a write: the one has a place, the other somebody who did it. */
const stray = (data: Fields) => ({
  who: [text(data['person']), text(data['principal'])].filter(isText).join(', ') || null,
  action: text(data['name']),
  object: text(data['workload']) ?? list(data['resources'])[0] ?? null,
  why: text(data['because']),
  outcome: text(data['kind']),
  environment: text(data['environment']),
});

const said: { readonly [Kind in RecordKind]?: (data: Fields) => Partial<EventRow> } = {
  requested: ({ order }) => {
    const { requester, reason, catalogDigest } = fieldsOf(order);
    return { ...person(requester), action: 'ask', why: text(reason), evidence_digest: digest(catalogDigest) };
  },
  fetched: (data) => ({ object: text(data['commit']), evidence_digest: blobDigest(data['archive']) }),
  scanned: (data) => ({ object: text(data['tool']), outcome: text(data['status']), evidence_digest: digest(data['report']) }),
  soakMissing: (data) => ({ why: text(data['because']) }),
  planned: (data) => ({ change_digest: digest(data['changeDigest']), evidence_digest: blobDigest(data['change']) }),
  judged: (data) => ({
    outcome: text(data['kind']),
    why: list(data['because']).join(', '),
    policy_digest: digest(data['policyDigest']),
    evidence_digest: digest(data['findingsDigest']),
    waivers: waiversIn(data).map(canonicalText),
  }),
  approvalAsked: (data) => ({
    object: list(data['groups']).join(', '),
    statement_digest: digest(data['statementDigest']),
    change_digest: digest(fieldsOf(data['statement'])['changeDigest']),
  }),
  approvalVoided: (data) => ({ why: text(data['because']) }),
  approvalKept: (data) => ({ who: list(data['by']).join(', '), statement_digest: digest(data['statementDigest']) }),
  decided: (data) => ({ ...instruction('')(data), action: text(data['decision']), statement_digest: digest(data['statementDigest']) }),
  approvalWithdrawn: instruction('withdraw'),
  intended: (data) => ({ action: text(data['step']), evidence_digest: blobDigest(fieldsOf(data['apply'])['approved']) }),
  applied: (data) => ({ action: 'apply', change_digest: digest(data['changeDigest']) }),
  deployed: version('deploy'),
  shifted: (data) => ({ action: 'shift', object: text(data['slot']), weight_percent: whole(data['weightPercent']) }),
  verdict: (data) => ({
    outcome: text(data['decision']) ?? text(data['kind']),
    why: text(data['because']),
    weight_percent: whole(data['weightPercent']),
  }),
  freezeOverridden: (data) => {
    const { reason, ticket } = fieldsOf(data['override']);
    return { who: list(data['by']).join(', '), action: 'pass a freeze', why: text(reason), ticket: text(ticket) };
  },
  held: instruction('hold'),
  resumed: instruction('resume'),
  aborted: instruction('abort'),
  threatened: threat,
  undone: (data) => ({ object: text(data['undo']) }),
  undoSkipped: instruction('skip undo'),
  published: version('publish'),
  rolledBack: (data) => ({ action: 'roll back', why: text(data['reason']) }),
  closed: (data) => ({ outcome: text(data['kind']), why: text(data['reason']), who: text(data['by']) }),
  recovered: (data) => ({ why: text(data['status']) }),
  failed: (data) => ({ outcome: text(data['kind']), why: text(data['message']) }),
  findingReceived: threat,
  findingTold: toldRelease,
  incidentOpened: toldRelease,
  acted: act,
  strayFound: stray,
  callRefused: (data) => ({
    ...person(data['by']),
    action: text(data['call']),
    release_id: text(data['release']),
    outcome: text(data['refusal']),
    why: text(data['because']),
  }),
};

/* ------------------------------------------------------ data that may be anything */

const isText = (value: unknown): value is string => typeof value === 'string';
const text = (value: unknown): string | null => (isText(value) ? value : null);
const whole = (value: unknown): number | null => (typeof value === 'number' && Number.isInteger(value) ? value : null);
const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter(isText) : []);
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const digest = (value: unknown): string | null => (isText(value) && isDigest(value) ? value : null);
const blobDigest = (value: unknown): string | null => digest(fieldsOf(value)['digest']);
const waiversIn = (data: Fields): readonly Fields[] => (Array.isArray(data['waivers']) ? data['waivers'].map(fieldsOf) : []);

function time(value: string | Date): string | null {
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

const pick = <Name extends 'service' | 'environment' | 'team' | 'urgency'>(data: Fields, ...names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, text(data[name])])) as { readonly [One in Name]: string | null };
