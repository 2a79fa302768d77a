/** What the judge has to reach, and whether these results do. */
import type { Cell } from './cells.ts';
import { defaults } from './contenders.ts';
import type { Outcome } from './measure.ts';
import type { Results } from './pool.ts';
import { limitsOf } from './statistics.ts';
import { boundOf, cellsOf, meanRequests, medianSeconds, outcomesOf } from './tables.ts';

export interface Target {
  readonly what: string;
  readonly wanted: string;
  readonly measured: string;
  readonly isReached: boolean;
}

/** A rate is held against its limit by the lower end of its confidence interval: chance alone must not fail it. */
const confidence = 0.99;
const [independentMax, dependentMax, promotionMax] = [0.01, 0.015, 0.05];

export function targetsOf(results: Results): readonly Target[] {
  const ofDefaults = (cell: Cell): readonly Outcome[] => outcomesOf(results, cell)[defaults.name] ?? [];
  const isDependent = ({ label }: Cell) => /retries|pauses/.test(label);
  const isOutside = ({ label }: Cell) => /noise/.test(label);
  const goods = [...cellsOf('good errors'), ...cellsOf('good latency')];
  const rateTarget = (what: string, some: readonly Cell[], most: number, hits: (all: readonly Outcome[]) => number): Target => {
    const worst = some
      .map((cell) => ({
        label: cell.label,
        all: what.startsWith('shown') ? (Object.values(outcomesOf(results, cell))[0] ?? []) : ofDefaults(cell),
      }))
      .map(({ label, all }) => ({ label, rate: { hits: hits(all), of: all.length } }))
      .toSorted((a, b) => b.rate.hits / b.rate.of - a.rate.hits / a.rate.of)[0];
    if (worst === undefined) throw new Error(`nothing was measured for ${what}`);
    const { lower, upper } = limitsOf(worst.rate, confidence);
    return {
      what,
      wanted: `≤ ${100 * most} % (lower 99 % limit)`,
      measured: `at worst ${percent(worst.rate.hits / worst.rate.of)} (${worst.label}; ${percent(lower)} to ${percent(upper)})`,
      isReached: lower <= most,
    };
  };
  const back = (all: readonly Outcome[]) => all.filter(({ kind }) => kind === 'rollback').length;
  const forward = (all: readonly Outcome[]) => all.filter(({ kind }) => kind === 'promote').length;

  const timeTarget = (table: string, label: string, seconds: number): Target => {
    const cell = cellsOf(table).find((one) => one.label === label);
    const measured = cell === undefined ? Number.NaN : medianSeconds(ofDefaults(cell));
    return { what: `${table}, ${label}`, wanted: `median ≤ ${seconds} s`, measured: `${measured} s`, isReached: measured <= seconds };
  };
  const boundTargets = cellsOf('bound')
    .filter(({ label }) => label.startsWith('errors'))
    .map((cell, index): Target => {
      const ratio = meanRequests(Object.values(outcomesOf(results, cell))[0] ?? []) / boundOf(index);
      return {
        what: `requests, ${cell.label}, no tolerance`,
        wanted: '≤ 1.5 × the bound',
        measured: `${ratio.toFixed(2)} ×`,
        isReached: ratio <= 1.5,
      };
    });
  return [
    rateTarget(
      'false rollbacks, independent requests',
      goods.filter((cell) => !isDependent(cell) && !isOutside(cell)),
      independentMax,
      back,
    ),
    rateTarget('false rollbacks, retries and pauses', goods.filter(isDependent), dependentMax, back),
    timeTarget('errors 0.1 → 1 %', '100 rps', 65),
    timeTarget('errors 1 → 2 %', '100 rps', 265),
    timeTarget('latency 100 rps', 'all ×1.2', 60),
    timeTarget('latency 100 rps', 'p99 ×1.5, tail only', 120),
    ...boundTargets,
    rateTarget('shown within the margin exactly at it', cellsOf('margin'), promotionMax, forward),
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

export const targetTable = (targets: readonly Target[]): string =>
  [
    '| what | wanted | measured | reached |',
    '| --- | --- | --- | --- |',
    ...targets.map(({ what, wanted, measured, isReached }) => `| ${what} | ${wanted} | ${measured} | ${isReached ? 'yes' : '**no**'} |`),
  ].join('\n');
