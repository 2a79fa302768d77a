/** The page of an evidence archive that a person reads: what was released, on whose word, after which checks. */
import type { CheckedRecord } from '../domain/ledger/records.ts';
import type { ChainVerdict } from '../domain/ledger/verify.ts';
import { recordTypes } from '../domain/record.ts';
import type { File, Lack } from './bundle.ts';
import { escaped, link, page, row, table } from './html.ts';
import { stateOf } from './report.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface PageContent {
  readonly release: string;
  readonly verdict: ChainVerdict;
  readonly records: readonly CheckedRecord[];
  readonly files: readonly File[];
  readonly lacks: readonly Lack[];
}

export function evidencePage({ release, verdict, records, files, lacks }: PageContent): string {
  const requested = dataOf(newest(records, recordTypes.requested));
  const order = (requested['order'] ?? {}) as Fields;
  const closed = dataOf(newest(records, recordTypes.closed));
  const sections = [
    `<h1>${escaped(release)}</h1>`,
    `<p><strong>${escaped(closed['kind'] ?? 'open')}</strong>: ${escaped(closed['reason'] ?? 'the release has not ended')}</p>`,
    '<h2>What was asked</h2>',
    table(
      ['', ''],
      Object.entries(asked(order)).map(([name, value]) => row(escaped(name), escaped(value ?? 'none'))),
    ),
    '<h2>Is it proved?</h2>',
    `<p>${escaped(stateOf(verdict))}: ${verdict.records} records, head <code>${escaped(verdict.head ?? 'none')}</code>; ${escaped(
      verdict.witnesses.length === 0 ? 'no checkpoint vouches for it yet' : `vouched for by ${verdict.witnesses.join(', ')}`,
    )}.</p>`,
    ...verdict.faults.map(({ kind, what }) => `<p><strong>${escaped(kind)}</strong>: ${escaped(what)}</p>`),
    `<p>Do not take this page's word for it. Get the public key from whoever owns it, then: <code>plimsoll verify ${escaped(
      release,
    )} --from . --key &lt;public key&gt;</code></p>`,
    '<h2>On whose word</h2>',
    decisions(records),
    '<h2>After which checks</h2>',
    checks(records),
    '<h2>What the judge saw</h2>',
    ...files.filter(({ path }) => path.endsWith('.svg')).map(({ path }) => `<p><img src="${encodeURI(path)}" alt="${escaped(path)}"></p>`),
    '<h2>Everything that happened</h2>',
    table(
      ['', 'when', 'what', 'record'],
      records.map(({ sequence, event }) =>
        row(
          String(sequence),
          escaped(event.time),
          escaped(event.type),
          link(`releases/${release}/${String(sequence).padStart(10, '0')}.json`, 'record'),
        ),
      ),
    ),
    '<h2>Files</h2>',
    table(
      ['file', 'bytes'],
      files.map(({ path, bytes }) => row(link(path), String(bytes.length))),
    ),
    ...(lacks.length === 0
      ? []
      : [
          '<h2>What could not be had</h2>',
          table(
            ['file', 'why'],
            lacks.map(({ path, because }) => row(escaped(path), escaped(because))),
          ),
        ]),
  ];
  return page(release, sections);
}

const newest = (records: readonly CheckedRecord[], type: string) => records.findLast(({ event }) => event.type === type);
const dataOf = (record: CheckedRecord | undefined): Fields => (record?.event.data ?? {}) as Fields;

function asked(order: Fields): Fields {
  const { service, environment, team, requester, reason, source, model, infrastructure } = order as Readonly<
    Record<string, Fields | string | undefined>
  >;
  const of = (fields: Fields | string | undefined, name: string) => (typeof fields === 'object' ? fields[name] : undefined);
  return {
    service,
    environment,
    team,
    'asked by': of(requester, 'subject'),
    why: reason,
    commit: of(source, 'commit'),
    model: of(model, 'version'),
    image: of(model, 'image'),
    stack: of(of(infrastructure, 'stack') as Fields | undefined, 'name'),
  };
}

function decisions(records: readonly CheckedRecord[]): string {
  const rows = records
    .filter(({ event }) => event.type === recordTypes.decided)
    .map((record) => {
      const { decision, by, reason, statementDigest } = dataOf(record) as Fields & { readonly by?: Fields };
      const factor = by?.['mfa'] === true ? 'with a second factor' : 'without a second factor';
      return row(
        escaped(record.event.time),
        escaped(decision),
        `${escaped(by?.['subject'])} (${escaped(by?.['kind'])}, ${factor})`,
        escaped(reason),
        escaped(statementDigest),
      );
    });
  return rows.length === 0
    ? '<p>Nobody was asked, or nobody has decided.</p>'
    : table(['when', 'decision', 'who', 'why', 'on the statement'], rows);
}

function checks(records: readonly CheckedRecord[]): string {
  const scans = records
    .filter(({ event }) => event.type === recordTypes.scanned)
    .map((record) => {
      const { tool, toolVersion, status, counts } = dataOf(record);
      return row(`${escaped(tool)} ${escaped(toolVersion)}`, escaped(status), escaped(counts));
    });
  const gates = records
    .filter(({ event }) => event.type === recordTypes.judged)
    .map((record) => row('policies', escaped(dataOf(record)['kind']), escaped(dataOf(record)['policyDigest'])));
  return scans.length + gates.length === 0
    ? '<p>None: what comes back by a rollback was checked before.</p>'
    : table(['by', 'result', 'details'], [...scans, ...gates]);
}
