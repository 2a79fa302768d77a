/**
 * Raw counts as CSV: what a watch has seen, for people to keep, to look at and to judge again.
 *
 *   instant,version,pod,requests,errors,le_0.005,…,le_+Inf,weight,events_<metric>,of_<metric>,…
 *
 * One line a pod and instant (Unix seconds); `version` is `stable` or `canary`. Counters are cumulative, as
 * Prometheus has them, never increments or rates; `le_<seconds>` are requests no slower than that. `weight` is
 * the new version's in percent. It and the pairs of quality counters may be left out, and columns may come in
 * any order. A cell of an edge that a pod does not have is empty. Refuses what is not cumulative, by its line.
 */
import type { Count, PodCounters, Sample } from './counters.ts';

/** One instant of a file. */
export interface CountedInstant {
  readonly sample: Sample;
  /** `null` where the file does not say. */
  readonly weightPercent: number | null;
}

/** A file that cannot be used, with its line, its field, the value, and what is allowed. */
export class CountsError extends Error {
  override readonly name = 'CountsError';
}

/* ------------------------------------------------------------------- writing */

const plainColumns = ['instant', 'version', 'pod', 'requests', 'errors'] as const;

export function writeCounts(instants: readonly CountedInstant[]): string {
  const samples = instants.map(({ sample }) => sample);
  const edges = [...new Set(samples.flatMap(({ edgesSeconds }) => edgesSeconds))].toSorted((a, b) => a - b);
  const pods = samples.flatMap(({ canary, stable }) => [...canary, ...stable]);
  const metrics = [...new Set(pods.flatMap(({ quality }) => Object.keys(quality)))].toSorted();
  const hasWeight = instants.some(({ weightPercent }) => weightPercent !== null);
  const header = [
    ...plainColumns,
    ...edges.map((edge) => `le_${edge}`),
    'le_+Inf',
    ...(hasWeight ? ['weight'] : []),
    ...metrics.flatMap((metric) => [`events_${metric}`, `of_${metric}`]),
  ];
  const rows = instants.flatMap(({ sample, weightPercent }) =>
    (['stable', 'canary'] as const).flatMap((version) =>
      sample[version].map((pod) => [
        sample.instantSeconds,
        version,
        pod.pod,
        pod.requests,
        pod.errors,
        ...edges.map((edge) => pod.atMost[sample.edgesSeconds.indexOf(edge)] ?? ''),
        pod.atMost.at(-1) ?? '',
        ...(hasWeight ? [weightPercent ?? ''] : []),
        ...metrics.flatMap((metric) => [pod.quality[metric]?.events ?? '', pod.quality[metric]?.of ?? '']),
      ]),
    ),
  );
  return [header, ...rows].map((cells) => `${cells.map(cellOf).join(',')}\n`).join('');
}

/** As RFC 4180 has it: quoted where it would be read as something else. */
const cellOf = (value: string | number): string => {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/* ------------------------------------------------------------------- reading */

interface Row {
  readonly line: number;
  readonly instantSeconds: number;
  readonly version: 'stable' | 'canary';
  readonly pod: string;
  readonly requests: number;
  readonly errors: number;
  /** Edge → count, of the edges that this pod has; +Inf is always there. */
  readonly atMost: ReadonlyMap<number, number>;
  readonly quality: Readonly<Record<string, Count>>;
  readonly weightPercent: number | null;
}

/** The instants of a file, ascending. `file` is how mistakes name it. */
export function parseCounts(text: string, file: string): readonly CountedInstant[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const header = columnsOf(cellsOf(lines[0] ?? ''), file);
  const rows = lines
    .slice(1)
    .flatMap((line, index) => (line.trim() === '' ? [] : [rowOf(header, cellsOf(line), `${file}:${index + 2}`, index + 2)]));
  const byInstant = Map.groupBy(rows, ({ instantSeconds }) => instantSeconds);
  return [...byInstant].toSorted(([a], [b]) => a - b).map(([, group]) => instantOf(group, file));
}

/** Cells of one line; a quoted one may hold commas and doubled quotes, but no end of a line. */
const cellsOf = (line: string): readonly string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');

interface Columns {
  readonly places: ReadonlyMap<string, number>;
  /** Ascending; the last one is +Inf. */
  readonly edges: readonly { readonly edge: number; readonly column: string }[];
  readonly metrics: readonly string[];
}

function columnsOf(header: readonly string[], file: string): Columns {
  const places = new Map(header.map((column, place) => [column.trim(), place]));
  const at = `${file}:1`;
  const twice = header.find((column, place) => places.get(column.trim()) !== place);
  if (twice !== undefined) throw wrong(at, 'header', twice, 'each column once');
  const missing = [...plainColumns, 'le_+Inf'].find((column) => !places.has(column));
  if (missing !== undefined) throw wrong(at, 'header', header.join(), `a column ${missing}: ${plainColumns.join()},le_<seconds>,…,le_+Inf`);
  const edges = [...places.keys()].flatMap((column) => (column.startsWith('le_') ? [{ column, edge: edgeOf(column, at) }] : []));
  const metrics = [...places.keys()].flatMap((column) => (column.startsWith('of_') ? [column.slice('of_'.length)] : []));
  const known = new Set([
    ...plainColumns,
    'weight',
    ...edges.map(({ column }) => column),
    ...metrics.flatMap((metric) => [`events_${metric}`, `of_${metric}`]),
  ]);
  for (const column of places.keys()) {
    if (!known.has(column))
      throw wrong(at, 'header', column, `${plainColumns.join()},le_<seconds>,weight, or a pair events_<metric>,of_<metric>`);
  }
  return { places, edges: edges.toSorted((a, b) => a.edge - b.edge), metrics };
}

function edgeOf(column: string, at: string): number {
  const text = column.slice('le_'.length);
  const edge = text === '+Inf' ? Infinity : Number(text);
  if (text === '' || Number.isNaN(edge) || edge < 0) throw wrong(at, 'header', column, 'le_ and seconds, such as le_0.25, or le_+Inf');
  return edge;
}

function rowOf({ places, edges, metrics }: Columns, cells: readonly string[], at: string, line: number): Row {
  if (cells.length !== places.size)
    throw wrong(at, 'line', cells.join(), `${places.size} cells, as the header has; this line has ${cells.length}`);
  const text = (column: string): string => cells[places.get(column) ?? -1]?.trim() ?? '';
  const count = (column: string): number => {
    const value = Number(text(column));
    if (text(column) === '' || !Number.isInteger(value) || value < 0) throw wrong(at, column, text(column), 'a whole number of at least 0');
    return value;
  };
  const instantSeconds = Number(text('instant'));
  if (text('instant') === '' || !Number.isFinite(instantSeconds)) throw wrong(at, 'instant', text('instant'), 'Unix seconds');
  const version = text('version');
  if (version !== 'stable' && version !== 'canary') throw wrong(at, 'version', version, 'stable or canary');
  const [requests, errors] = [count('requests'), count('errors')];
  if (errors > requests) throw wrong(at, 'errors', text('errors'), `at most the ${requests} requests`);
  return {
    line,
    instantSeconds,
    version,
    pod: text('pod'),
    requests,
    errors,
    atMost: atMostOf(edges, text, count, at),
    quality: Object.fromEntries(
      metrics.flatMap((metric) =>
        text(`of_${metric}`) === '' ? [] : [[metric, { events: count(`events_${metric}`), of: count(`of_${metric}`) }]],
      ),
    ),
    weightPercent: weightOf(text('weight'), at),
  };
}

function atMostOf(
  edges: Columns['edges'],
  text: (column: string) => string,
  count: (column: string) => number,
  at: string,
): ReadonlyMap<number, number> {
  const atMost = new Map<number, number>();
  let below = 0;
  for (const { edge, column } of edges) {
    if (text(column) === '' && edge !== Infinity) continue;
    const value = count(column);
    if (value < below) throw wrong(at, column, value, `at least the ${below} of the edge below: buckets are cumulative`);
    atMost.set(edge, value);
    below = value;
  }
  return atMost;
}

function weightOf(text: string, at: string): number | null {
  if (text === '') return null;
  const weight = Number(text);
  if (!(weight >= 0 && weight <= 100)) throw wrong(at, 'weight', text, 'percent, 0 to 100');
  return weight;
}

function instantOf(rows: readonly Row[], file: string): CountedInstant {
  const [first] = rows;
  const edges = [...(first?.atMost.keys() ?? [])].filter((edge) => rows.every(({ atMost }) => atMost.has(edge)));
  const seen = new Set<string>();
  for (const { version, pod, line, weightPercent } of rows) {
    if (seen.has(`${version} ${pod}`)) throw wrong(`${file}:${line}`, 'pod', pod, 'one line for each version, pod and instant');
    seen.add(`${version} ${pod}`);
    if (weightPercent !== first?.weightPercent)
      throw wrong(`${file}:${line}`, 'weight', weightPercent ?? '', 'the same in all lines of an instant');
  }
  const armOf = (version: Row['version']): readonly PodCounters[] =>
    rows
      .filter((row) => row.version === version)
      .map(({ pod, requests, errors, atMost, quality }) => ({
        pod,
        requests,
        errors,
        atMost: edges.map((edge) => atMost.get(edge) ?? 0),
        quality,
      }));
  return {
    sample: {
      instantSeconds: first?.instantSeconds ?? 0,
      edgesSeconds: edges.filter((edge) => edge !== Infinity),
      canary: armOf('canary'),
      stable: armOf('stable'),
    },
    weightPercent: first?.weightPercent ?? null,
  };
}

const wrong = (at: string, field: string, value: string | number, allowed: string): CountsError =>
  new CountsError(`${at}: ${field} = ${JSON.stringify(value)}: ${allowed}`);
