/** Records of releases as the workflow writes them, from a few words: for whoever asks the ledger questions. */
import { canonicalText, digestText } from '../../domain/digest.ts';
import { type ChainName, linked, recordKeyOf, releaseChain, sealKeyOf } from '../../domain/ledger/chain.ts';
import { envelopeOf, type Sign } from '../../domain/ledger/dsse.ts';
import { sealOf, sealText, sealType } from '../../domain/ledger/seal.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import { type RecordKind, type ReleaseRecord, recordOf } from '../../domain/record.ts';
import { orderOf } from './builders.ts';

export interface Happened {
  readonly kind: RecordKind;
  /** Seconds after the first. */
  readonly after: number;
  readonly data: object;
}

export interface Yes {
  readonly by: string;
  readonly mfa?: boolean;
  /** Before the yes. */
  readonly authenticatedSecondsAgo?: number;
}

export interface Simulated {
  readonly id: string;
  /** RFC 3339. */
  readonly at: string;
  readonly order?: Partial<ReleaseOrder>;
  readonly authors?: readonly string[];
  readonly approvals?: readonly Yes[];
  readonly waivers?: readonly object[];
  /** Passes a freeze after it was approved. */
  readonly override?: { readonly reason: string; readonly ticket: string };
  /** Of GuardDuty, while it shifts; it is rolled back so many seconds later. */
  readonly finding?: { readonly id: string; readonly severity: number; readonly answeredAfter: number };
  readonly ends?: 'released' | 'rolled back' | 'blocked' | 'open';
}

const rule = {
  quorum: [{ groups: ['sre'], count: 1 }],
  minimum: 1,
  requesterMayApprove: false,
  mfaWithinMinutes: 15,
  expiresAfterMinutes: 60,
  remindBeforeMinutes: null,
  keepWhenChangeIsEqual: false,
};
const sam: Yes = { by: 'sam' };
const statementDigest = digestText('statement');

/** Nothing about it is wrong unless it is asked for. */
export function eventsOf(release: Simulated): readonly Happened[] {
  const { authors = ['olga@acme.example'], approvals = [sam], waivers, finding } = release;
  const order = orderOf({
    releaseId: release.id,
    approvals: rule,
    ...release.order,
    ...(release.override && { override: release.override }),
  });
  const ends = release.ends ?? (finding === undefined ? 'released' : 'rolled back');
  const event = (kind: RecordKind, after: number, data: object = {}): Happened => ({ kind, after, data });
  const blocked = ends === 'blocked';
  return [
    event('requested', 0, { order }),
    event('fetched', 2, { commit: order.source.commit, authors, archive: { digest: digestText('archive'), bytes: 9 }, artifact: null }),
    event('scanned', 20, { tool: 'tfsec', toolVersion: '1', status: blocked ? 'fail' : 'pass', counts: {}, report: digestText('report') }),
    event('judged', 30, {
      kind: blocked ? 'deny' : 'approval needed',
      because: ['approval.production'],
      policyDigest: digestText('policies'),
      findingsDigest: digestText('findings'),
      findingsCount: waivers?.length ?? 0,
      ...(waivers && { waivers }),
    }),
    ...(blocked ? [] : goingOn(release, order, approvals)),
    ...(ends === 'open' ? [] : [event('closed', 400, { kind: ends, reason: 'as simulated', infrastructure: 'none', model: 'none' })]),
  ];
}

function goingOn({ at, override, finding, ends }: Simulated, order: ReleaseOrder, approvals: readonly Yes[]): readonly Happened[] {
  const model = { slot: 'a', version: order.model?.version, image: order.model?.image, digest: order.model?.digest };
  const decided = approvals.map(({ by, mfa = true, authenticatedSecondsAgo = 60 }, index): Happened => {
    const after = 60 + index;
    const authenticatedAt = Math.floor(Date.parse(at) / 1000) + after - authenticatedSecondsAgo;
    const caller = { subject: by, kind: 'human', groups: ['sre'], mfa, authenticatedAt };
    return { kind: 'decided', after, data: { decision: 'approve', by: caller, reason: 'read it', statementDigest } };
  });
  const threat = finding && {
    id: finding.id,
    type: 'Execution:Runtime/NewBinaryExecuted',
    title: 'A new binary',
    severity: finding.severity,
  };
  const isBack = finding !== undefined || ends === 'rolled back';
  const backAfter = 250 + (finding?.answeredAfter ?? 0);
  return [
    { kind: 'approvalAsked', after: 31, data: { groups: ['sre'], statementDigest, statement: { changeDigest: digestText('change') } } },
    ...decided,
    ...(override
      ? [{ kind: 'freezeOverridden' as const, after: 80, data: { override, freezes: [], by: approvals.map(({ by }) => by) } }]
      : []),
    { kind: 'intended', after: 90, data: { step: 'deploy', owed: [], infrastructure: 'none', model: 'put back' } },
    { kind: 'deployed', after: 95, data: { ...model, revision: 1 } },
    { kind: 'shifted', after: 100, data: { slot: 'a', weightPercent: 10 } },
    ...(threat
      ? [
          {
            kind: 'threatened' as const,
            after: 250,
            data: { ...threat, response: 'stop', evidence: { digest: digestText('finding'), bytes: 9 } },
          },
        ]
      : []),
    ...(isBack
      ? [{ kind: 'rolledBack' as const, after: backAfter, data: { reason: 'finding.stopped' } }]
      : [{ kind: 'published' as const, after: 300, data: model }]),
  ];
}

export function recordsOfEvents(release: string, at: string, events: readonly Happened[]): readonly Required<ReleaseRecord>[] {
  const records: Required<ReleaseRecord>[] = [];
  for (const [sequence, { kind, after, data }] of events.entries()) {
    const writer = { runId: 'run', sequence, claim: sequence === 0 };
    const time = new Date(Date.parse(at) + after * 1000).toISOString();
    // Through text, as a record is: what is undefined is not there.
    const record = recordOf(release, writer, kind, time, JSON.parse(JSON.stringify(data)));
    records.push(linked(record, records.at(-1)?.hash ?? null) as Required<ReleaseRecord>);
  }
  return records;
}

export const recordsOfRelease = (release: Simulated) => recordsOfEvents(release.id, release.at, eventsOf(release));

/** Keys and texts, as they lie in a bucket; sealed unless the release is open. */
export async function objectsOf(release: Simulated, sign: Sign): Promise<ReadonlyMap<string, string>> {
  const chain: ChainName = releaseChain(release.id);
  const records = recordsOfRelease(release);
  const objects = new Map(records.map((record) => [recordKeyOf(chain, record.sequence), canonicalText(record)]));
  const last = records.at(-1);
  if (last === undefined || release.ends === 'open') return objects;
  return objects.set(sealKeyOf(chain, last.sequence), canonicalText(await envelopeOf(sealType, sealText(sealOf(chain, last)), sign)));
}
