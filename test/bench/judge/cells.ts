/**
 * What is measured: cells of a scenario and those who judge it, grouped as the document's tables are. Workers
 * find a cell by its name.
 */
import {
  type Contender,
  defaults,
  errorRules,
  latencyRules,
  marginOnly,
  releasing,
  releasingRules,
  strictAtBound,
  strictly,
  strictlyMeasured,
  withoutHistory,
} from './contenders.ts';
import { unchanged } from './latency.ts';
import { drifting, good, moreErrors, noisy, pausing, rates, release, retrying, slowdowns, slower, stepping } from './scenarios.ts';
import type { Scenario } from './traffic.ts';

export interface Cell {
  readonly table: string;
  /** Column of the table; a row where the table is about scenarios. */
  readonly label: string;
  readonly scenario: Scenario;
  readonly contenders: readonly Contender[];
  /** Replicates of the quick and of the full run. */
  readonly quick: number;
  readonly full: number;
}

export const nameOf = ({ table, label }: Cell): string => `${table} | ${label}`;

/** Good versions need many replicates: a rate of 1 % is a handful among hundreds. Slow cells get fewer. */
const counts = {
  good: { quick: 40, full: 2000 },
  goodLatency: { quick: 16, full: 1000 },
  goodBusy: { quick: 8, full: 500 },
  bad: { quick: 30, full: 1000 },
  badLatency: { quick: 16, full: 600 },
  badBusy: { quick: 4, full: 300 },
  decision: { quick: 10, full: 500 },
} as const;

/** What κ is good for shows where requests depend on each other, and what it costs in one cell where they do not. */
const isAboutKappa = (label: string): boolean => /retries|pauses/.test(label) || label.endsWith(' 100 rps') || label === '100 rps';

const ours = (family: 'errors' | 'latency', label: string): readonly Contender[] =>
  isAboutKappa(label) ? [defaults, withoutHistory, strictly(family), strictlyMeasured(family)] : [defaults, strictly(family)];

const goodErrors: readonly Cell[] = [
  ...([0.001, 0.01] as const).flatMap((share) =>
    rates.map((rps) => ({ label: `${share * 100} %, ${rps} rps`, scenario: good(rps, share, false), bad: share === 0.001 ? 0.01 : 0.02 })),
  ),
  { label: 'drift, shared outage', scenario: drifting(false), bad: 0.02 },
  { label: 'weights 1→50 %, drift', scenario: stepping(false), bad: 0.02 },
  { label: 'client retries', scenario: retrying, bad: 0.02 },
  { label: 'noise of its own pods', scenario: noisy, bad: 0.02 },
].map(({ label, scenario, bad }) => ({
  table: 'good errors',
  label,
  scenario,
  contenders: [...ours('errors', label), ...errorRules(scenario.errorShare, bad)],
  ...counts.good,
}));

const goodLatency: readonly Cell[] = [
  { label: '10 rps', scenario: good(10, 0.001, true), ...counts.goodLatency },
  { label: '100 rps', scenario: good(100, 0.001, true), ...counts.goodLatency },
  { label: '1000 rps', scenario: good(1000, 0.001, true), ...counts.goodBusy },
  { label: 'drift, shared outage', scenario: drifting(true), ...counts.goodLatency },
  { label: 'weights 1→50 %, drift', scenario: stepping(true), ...counts.goodLatency },
  { label: 'pauses, 100 rps', scenario: pausing(100), ...counts.goodLatency },
  { label: 'pauses, 1000 rps', scenario: pausing(1000), ...counts.goodBusy },
].map((cell) => ({
  table: 'good latency',
  contenders: [...ours('latency', cell.label), ...latencyRules({ of: 'all', factor: 1.2 })],
  ...cell,
}));

export const errorChanges = [
  [0.001, 0.01],
  [0.01, 0.02],
  [0.01, 0.05],
] as const;
export const errorChange = (from: number, to: number) => `${from * 100} → ${to * 100} %`;

const moreErrorsCells: readonly Cell[] = errorChanges.flatMap(([from, to]) =>
  rates.map((rps) => ({
    table: `errors ${errorChange(from, to)}`,
    label: `${rps} rps`,
    scenario: moreErrors(rps, from, to),
    contenders: [defaults, withoutHistory, strictly('errors'), ...errorRules(from, to)],
    ...counts.bad,
  })),
);

/** Seconds after the start at which a late regression begins. */
export const lateSeconds = 1200;
const lateCells: readonly Cell[] = errorChanges.slice(0, 2).map(([from, to]) => ({
  table: 'late',
  label: errorChange(from, to),
  scenario: moreErrors(100, from, to, lateSeconds),
  contenders: [defaults, strictly('errors'), ...errorRules(from, to)],
  ...counts.bad,
}));

export const slowdownLabel = (of: 'all' | 'tail', factor: number) => (of === 'all' ? `all ×${factor}` : `p99 ×${factor}, tail only`);

const slowerCells: readonly Cell[] = rates.flatMap((rps) =>
  slowdowns.map((slowdown) => ({
    table: `latency ${rps} rps`,
    label: slowdownLabel(slowdown.of, slowdown.factor),
    scenario: slower(rps, slowdown),
    contenders: [defaults, withoutHistory, strictly('latency'), ...latencyRules(slowdown)],
    ...(rps === 1000 ? counts.badBusy : counts.badLatency),
  })),
);

const boundCells: readonly Cell[] = [
  ...errorChanges.map(([from, to]) => ({
    table: 'bound',
    label: `errors ${errorChange(from, to)}`,
    scenario: { ...moreErrors(100, from, to), name: `bound ${from} ${to}` },
    contenders: [strictAtBound('errors'), defaults],
    ...counts.bad,
  })),
  // At 20 requests a second a poll is 100 requests: finer than that no judge here looks.
  ...slowdowns.map((slowdown) => ({
    table: 'bound',
    label: `latency, ${slowdownLabel(slowdown.of, slowdown.factor)}`,
    scenario: slower(20, slowdown),
    contenders: [strictAtBound('latency'), defaults],
    ...counts.badLatency,
  })),
];

const errorsTo = (errorShare: number) => ({ errorShare, slowdown: unchanged });
const latencyTo = (of: 'all' | 'tail', factor: number) => ({ errorShare: null, slowdown: { of, factor } });

export const releases = [
  { label: 'identical, 0.1 % errors', errors: 0.001, change: null },
  { label: 'identical, 1 % errors', errors: 0.01, change: null },
  { label: 'errors 0.1 → 1 %', errors: 0.001, change: errorsTo(0.01) },
  { label: 'errors 1 → 2 %', errors: 0.01, change: errorsTo(0.02) },
  { label: 'errors 1 → 1.2 % (inside the margin)', errors: 0.01, change: errorsTo(0.012) },
  { label: 'latency ×1.1 (between tolerance and margin)', errors: 0.001, change: latencyTo('all', 1.1) },
  { label: 'latency ×1.5', errors: 0.001, change: latencyTo('all', 1.5) },
  { label: 'p99 ×1.5, tail only', errors: 0.001, change: latencyTo('tail', 1.5) },
] as const;

const releaseCells: readonly Cell[] = rates.flatMap((rps) =>
  releases.map(({ label, errors, change }) => ({
    table: `release ${rps} rps`,
    label,
    scenario: release(label, rps, errors, change),
    contenders: [releasing, ...releasingRules],
    ...(rps === 1000 ? counts.badBusy : counts.decision),
  })),
);

const marginCells: readonly Cell[] = ([100, 1000] as const).flatMap((rps) =>
  [
    { label: `errors 0.1 → 0.2 %, ${rps} rps`, scenario: moreErrors(rps, 0.001, 0.002), family: 'errors' as const, ...counts.bad },
    { label: `errors 1 → 1.5 %, ${rps} rps`, scenario: moreErrors(rps, 0.01, 0.015), family: 'errors' as const, ...counts.bad },
    {
      label: `latency ×1.25, ${rps} rps`,
      scenario: slower(rps, { of: 'all', factor: 1.25 }),
      family: 'latency' as const,
      ...counts.decision,
    },
  ].map(({ family, ...cell }) => ({ table: 'margin', contenders: [marginOnly(family)], ...cell })),
);

export const cells: readonly Cell[] = [
  ...goodErrors,
  ...goodLatency,
  ...moreErrorsCells,
  ...lateCells,
  ...slowerCells,
  ...boundCells,
  ...releaseCells,
  ...marginCells,
];
