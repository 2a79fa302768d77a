/** The results as the tables of `docs/judge.md`, each a function of what was measured. */
import { errorLaw, latencyLaw, requestsAtLeast } from './bound.ts';
import { type Cell, cells, errorChange, errorChanges, lateSeconds, nameOf, releases } from './cells.ts';
import { alpha, defaults } from './contenders.ts';
import type { Outcome, Outcomes } from './measure.ts';
import type { Results } from './pool.ts';
import { rates, slowdowns } from './scenarios.ts';
import { mean, median } from './statistics.ts';
import { durationSeconds } from './traffic.ts';

export const cellsOf = (table: string): readonly Cell[] => cells.filter((cell) => cell.table === table);

export function outcomesOf(results: Results, cell: Cell): Outcomes {
  const outcomes = results.get(nameOf(cell));
  if (outcomes === undefined) throw new Error(`${nameOf(cell)} was not measured`);
  return outcomes;
}

/** The sections of the document, by the name that its markers carry. */
export const sections: Readonly<Record<string, (results: Results) => string>> = {
  'good-errors': (results) => falseRollbacks(results, 'good errors'),
  'good-latency': (results) => falseRollbacks(results, 'good latency'),
  errors: (results) =>
    errorChanges
      .map(([from, to]) => `**${errorChange(from, to)} errors**\n\n${detection(results, `errors ${errorChange(from, to)}`)}`)
      .join('\n\n'),
  late: (results) => table(['judge', ...cellsOf('late').map(({ label }) => label)], rowsByJudge(results, 'late', lateDetected)),
  latency: (results) => rates.map((rps) => `**${rps} requests a second**\n\n${detection(results, `latency ${rps} rps`)}`).join('\n\n'),
  harm: harmTable,
  bound,
  releases: (results) => releaseTable(results),
  rivals: (results) => rivalTable(results),
  margin: marginTable,
};

/* ------------------------------------------------------------------- kinds of tables */

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cellTexts: readonly string[]) => `| ${cellTexts.join(' | ')} |`;
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}

/** One row for each judge, in the order of the cell that has most of them. */
function rowsByJudge(results: Results, name: string, show: (outcomes: readonly Outcome[]) => string): readonly (readonly string[])[] {
  const columns = cellsOf(name).map((cell) => outcomesOf(results, cell));
  const judges = columns.map((column) => Object.keys(column)).toSorted((a, b) => b.length - a.length)[0] ?? [];
  const shown = (outcomes: readonly Outcome[] | undefined) => (outcomes === undefined ? '–' : show(outcomes));
  return judges.map((judge) => [judge, ...columns.map((column) => shown(column[judge]))]);
}

const falseRollbacks = (results: Results, name: string): string =>
  table(
    ['judge', ...cellsOf(name).map(({ label }) => label)],
    rowsByJudge(results, name, (all) => percentOf(rolledBack(all), all)),
  );

const detection = (results: Results, name: string): string =>
  table(['judge', ...cellsOf(name).map(({ label }) => label)], rowsByJudge(results, name, detected));

const rolledBack = (all: readonly Outcome[]): readonly Outcome[] => all.filter(({ kind }) => kind === 'rollback');
const promoted = (all: readonly Outcome[]): readonly Outcome[] => all.filter(({ kind }) => kind === 'promote');

const percentOf = (some: readonly unknown[], all: readonly unknown[]): string => ((100 * some.length) / all.length).toFixed(1);

export const shareOf = (all: readonly Outcome[]): number => rolledBack(all).length / all.length;

/** Median over all replicates; one that was not rolled back within the hour counts as never. */
export const medianSeconds = (all: readonly Outcome[]): number =>
  median(all.map(({ kind, atSeconds }) => (kind === 'rollback' ? atSeconds : Number.POSITIVE_INFINITY)));

function detected(all: readonly Outcome[]): string {
  const found = rolledBack(all);
  if (found.length === 0) return 'never';
  const part = found.length === all.length ? '' : ` ${percentOf(found, all)} %`;
  const seconds = medianSeconds(all);
  if (!Number.isFinite(seconds)) return `> 60 min (${percentOf(found, all)} %)`;
  return `${seconds} s (${short(median(found.map(({ requests }) => requests)))})${part}`;
}

/** Whoever had said no before it began was not right but early. */
function lateDetected(all: readonly Outcome[]): string {
  const fair = all.filter(({ kind, atSeconds }) => kind !== 'rollback' || atSeconds > lateSeconds);
  const early = all.length - fair.length;
  if (fair.length === 0) return 'always early';
  const seconds = medianSeconds(fair);
  const delay = Number.isFinite(seconds) ? `${seconds - lateSeconds} s` : `> ${(durationSeconds - lateSeconds) / 60} min`;
  return early === 0 ? delay : `${delay} (${percentOf(Array.from({ length: early }), all)} % early)`;
}

function short(count: number): string {
  if (count < 1000) return String(Math.round(count));
  return count < 1e6 ? `${(count / 1000).toPrecision(count < 10_000 ? 2 : 3)}k` : `${(count / 1e6).toPrecision(3)}M`;
}

/* ------------------------------------------------------------------- single tables */

/** Users pay for the time until the answer; whoever never answers lets them pay for the whole hour. */
function harmTable(results: Results): string {
  const cell = cellsOf(`errors ${errorChange(0.001, 0.01)}`).find(({ label }) => label === '100 rps');
  if (cell === undefined) throw new Error('nobody was asked about 0.1 → 1 % at 100 rps');
  const rows = Object.entries(outcomesOf(results, cell)).map(([judge, all]) => [
    judge,
    Math.round(mean(all.map(({ canaryErrors }) => canaryErrors))),
    percentOf(rolledBack(all), all),
  ]);
  return table(
    ['judge', 'failed requests of the new version until then', 'rolled back within the hour, %'],
    rows.map((row) => row.map(String)),
  );
}

export function boundOf(index: number): number {
  const change = errorChanges[index];
  const weight = 0.1;
  if (change !== undefined) return requestsAtLeast(alpha, weight, errorLaw(change[1]), errorLaw(change[0]));
  return requestsAtLeast(alpha, weight, latencyLaw(slowdowns[index - errorChanges.length]), latencyLaw());
}

/** Mean requests of those that were found; a share that was not is said, since it makes the mean too small. */
export const meanRequests = (all: readonly Outcome[]): number => mean(rolledBack(all).map(({ requests }) => requests));

function bound(results: Results): string {
  const columns = cellsOf('bound').map((cell) => outcomesOf(results, cell));
  const judges = Object.keys(columns[0] ?? {});
  const rows = cellsOf('bound').map(({ label }, index) => {
    const least = boundOf(index);
    const shown = Object.values(columns[index] ?? {}).map((all) => {
      const found = rolledBack(all).length === all.length ? '' : ` (${percentOf(rolledBack(all), all)} % found)`;
      return rolledBack(all).length === 0 ? 'never' : `${grouped(meanRequests(all))}, ×${(meanRequests(all) / least).toFixed(2)}${found}`;
    });
    return [label, grouped(least), ...shown];
  });
  return table(
    ['regression', 'bound', ...judges.map((judge) => (judge === defaults.name ? 'defaults' : 'no tolerance, one metric'))],
    rows,
  );
}

const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

function releaseTable(results: Results): string {
  const rows = releases.map(({ label }) => [
    label,
    ...rates.map((rps) => {
      const cell = cellsOf(`release ${rps} rps`).find((one) => one.label === label);
      return cell === undefined ? '' : threeWays(Object.values(outcomesOf(results, cell))[0] ?? []);
    }),
  ]);
  return table(['new version', ...rates.map((rps) => `${rps} rps`)], rows);
}

function threeWays(all: readonly Outcome[]): string {
  const [back, forward] = [rolledBack(all), promoted(all)];
  const waiting = all.filter(({ kind }) => kind === 'undecided');
  const at = (some: readonly Outcome[], what: string) =>
    some.length * 10 < all.length ? [] : [`${what} at ${median(some.map(({ atSeconds }) => atSeconds))} s`];
  const when = [...at(back, 'rollback'), ...at(forward, 'promote')].join(', ');
  return `${[back, forward, waiting].map((some) => percentOf(some, all)).join(' / ')}${when === '' ? '' : ` (${when})`}`;
}

/** At 100 requests a second: what share of each sort of version everybody would have promoted. */
function rivalTable(results: Results): string {
  const at = cellsOf('release 100 rps').map((cell) => ({ label: cell.label, outcomes: outcomesOf(results, cell) }));
  const judges = Object.keys(at[0]?.outcomes ?? {});
  const rows = at.map(({ label, outcomes }) => [label, ...judges.map((judge) => twoWays(outcomes[judge] ?? []))]);
  return table(['new version', ...judges], rows);
}

function twoWays(all: readonly Outcome[]): string {
  return `${percentOf(rolledBack(all), all)} / ${percentOf(promoted(all), all)}`;
}

function marginTable(results: Results): string {
  const rows = cellsOf('margin').map((cell) => {
    const all = Object.values(outcomesOf(results, cell))[0] ?? [];
    return [cell.label, percentOf(promoted(all), all), String(all.length)];
  });
  return table(['exactly at the margin', 'shown to be within it, %', 'replicates'], rows);
}
