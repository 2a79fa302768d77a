/** Stored records back into values. What does not read as a record was not written by us, and is an incident. */
import { z } from 'zod';
import type { ReleaseOrder } from '../../domain/order.ts';
import type { Intent } from '../../domain/record.ts';
import type { Judgement } from '../../domain/released/rescan.ts';
import type { Undo } from '../../domain/undo.ts';
import { failure } from '../failure.ts';

const digest = z.templateLiteral(['sha256:', z.string().regex(/^[0-9a-f]{64}$/)]);

const storedRecord = z.looseObject({
  sequence: z.int().nonnegative(),
  runId: z.string().min(1),
  /** Since there are chains. */
  hash: digest.optional(),
  event: z.looseObject({ type: z.string(), data: z.unknown() }),
});
export type StoredRecord = z.infer<typeof storedRecord>;

const slot = z.enum(['a', 'b']);
const blob = z.strictObject({ digest, bytes: z.int().nonnegative() });

/** A row for every undo there is: one that could not be read would never be carried out. */
const undos = {
  'restore traffic': z.strictObject({ kind: z.literal('restore traffic'), liveSlot: slot.nullable() }),
  'empty slot': z.strictObject({ kind: z.literal('empty slot'), slot }),
  'park slot': z.strictObject({ kind: z.literal('park slot'), slot }),
  'leave lane': z.strictObject({
    kind: z.literal('leave lane'),
    lane: z.strictObject({ kind: z.enum(['state', 'service']), key: z.string().min(1) }),
  }),
} satisfies { readonly [kind in Undo['kind']]: z.ZodType<Extract<Undo, { kind: kind }>> };
const undo = z.union(Object.values(undos));

const intent = z.looseObject({
  step: z.enum(['apply', 'deploy', 'shift', 'promote', 'settle']),
  owed: z.array(undo),
  infrastructure: z.enum(['none', 'unchanged', 'applied', 'partial']),
  model: z.enum(['none', 'unchanged', 'released', 'put back']),
  apply: z.looseObject({ archive: blob, approved: blob, lineage: z.string().nullable() }).optional(),
}) satisfies z.ZodType<Intent>;

const judged = z.looseObject({ findings: blob.optional(), waivers: z.array(z.looseObject({ fingerprint: digest })).default([]) });

/** Only what recovery cannot do without; the rest of the order is the one the release itself was started with. */
const order = z.looseObject({
  releaseId: z.string().min(1),
  service: z.string().min(1),
  environment: z.string().min(1),
  team: z.string().min(1),
  cluster: z.looseObject({ name: z.string(), namespace: z.string() }),
  queues: z.looseObject({ tools: z.string(), watch: z.string() }),
});

export function parseRecord(text: string, sequence: number): StoredRecord {
  const record = parsed(storedRecord, jsonOf(text), `record ${sequence}`);
  if (record.sequence !== sequence) throw failure('ledger.forked', `record ${sequence} says that it is ${record.sequence}`);
  return record;
}

export const parseIntent = (record: StoredRecord): Intent => parsed(intent, record.event.data, `the intent in record ${record.sequence}`);

/** `null`: it is from before findings were kept. */
export function parseJudgement(record: StoredRecord): Judgement | null {
  const { findings, waivers } = parsed(judged, record.event.data, `the judgement in record ${record.sequence}`);
  return findings === undefined ? null : { findings, waived: waivers.map(({ fingerprint }) => fingerprint) };
}

export function parseOrder(record: StoredRecord): ReleaseOrder {
  const data = parsed(z.looseObject({ order }), record.event.data, `the order in record ${record.sequence}`);
  return data.order as unknown as ReleaseOrder;
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw failure('ledger.forked', `${what} does not read as one, at ${result.error.issues[0]?.path.join('.') || 'the top'}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
