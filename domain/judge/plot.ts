/**
 * One verdict as a picture: the evidence over time between its thresholds, and below it how far each metric of
 * the new version is from the old one's. SVG as text, from the verdict alone: the same verdict is the same file.
 */
import type { MetricReading, TracePoint, Verdict } from './judge.ts';
import { clockText, durationText, evidenceText, oddsRatioText, provenanceText, shareText, wholeText } from './words.ts';

const width = 960;
/** Room for the names of metrics and of powers of ten on the left, of what was counted on the right. */
const plotLeft = 190;
const plotRight = 660;
const chartTop = 96;
const chartHeight = 240;
const barsGap = 84;
const rowHeight = 26;
/** Dark enough to print in grey; against, for, and what neither of them is. */
const colors = { against: '#b3261e', promote: '#1b6e3c', ink: '#1f2328', pale: '#8c959f', grid: '#e2e5e9' };

export function plotVerdict(verdict: Verdict, title: string): string {
  const barsTop = chartTop + chartHeight + barsGap;
  const bars = oddsBars(verdict.metrics, barsTop);
  const height = barsTop + Math.max(1, verdict.metrics.length) * rowHeight + 64;
  const body = [
    element('rect', { width, height, fill: '#ffffff' }),
    text(24, 34, title, { 'font-size': 18, 'font-weight': 'bold' }),
    text(24, 58, `${verdict.kind}: ${verdict.reason}`),
    text(24, 78, armsText(verdict), { fill: colors.pale }),
    ...evidenceChart(verdict),
    ...bars,
    text(24, height - 16, provenanceText(verdict.calibration), { fill: colors.pale }),
  ];
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'font-family': 'sans-serif',
      'font-size': 13,
      fill: colors.ink,
    },
    [element('title', {}, [escaped(title)]), ...body].map((line) => `\n  ${line}`).join(''),
    '\n',
  )}\n`;
}

const armsText = ({ canary, stable }: Verdict): string =>
  `new: ${wholeText(canary.requests)} requests, ${wholeText(canary.errors)} failed · old: ${wholeText(stable.requests)} requests, ${wholeText(stable.errors)} failed`;

/* --------------------------------------------------------------- evidence */

/** Evidence is shown from a hundredth on, however strongly it speaks for the new version. */
const lowestLog10 = -2;
/** Beyond a billion the number is no news any more. */
const highestLog10 = 9;

interface Axes {
  readonly x: (instantSeconds: number) => number;
  readonly y: (log10: number) => number;
}

function evidenceChart({ trace, logRollbackAt, logPromoteAt }: Verdict): readonly string[] {
  const thresholds = { rollback: logRollbackAt / Math.LN10, promote: logPromoteAt / Math.LN10 };
  const highest = Math.max(
    ...trace.flatMap((point) => [point.log10Evidence, point.log10Promotion]),
    thresholds.rollback,
    thresholds.promote,
  );
  const top = Math.min(highestLog10, Math.ceil(highest + 0.2));
  const axes = axesOf(trace, top);
  const decades = Array.from({ length: top - lowestLog10 + 1 }, (_, index) => lowestLog10 + index);
  const grid = decades.flatMap((log10) => [
    line(plotLeft, axes.y(log10), plotRight, axes.y(log10), { stroke: colors.grid }),
    text(plotLeft - 8, axes.y(log10) + 4, evidenceText(log10 * Math.LN10), { 'text-anchor': 'end', fill: colors.pale }),
  ]);
  return [
    ...grid,
    ...timeAxis(trace, axes),
    ...threshold(axes.y(thresholds.rollback), `rolled back at ${evidenceText(logRollbackAt)}`, colors.against),
    ...threshold(axes.y(thresholds.promote), `promoted at ${evidenceText(logPromoteAt)}`, colors.promote),
    curve(trace, axes, 'log10Evidence', colors.against),
    curve(trace, axes, 'log10Promotion', colors.promote),
    ...legend(),
  ];
}

function axesOf(trace: readonly TracePoint[], top: number): Axes {
  const first = trace[0]?.instantSeconds ?? 0;
  const seconds = Math.max(1, (trace.at(-1)?.instantSeconds ?? 0) - first);
  return {
    x: (instantSeconds) => plotLeft + ((instantSeconds - first) / seconds) * (plotRight - plotLeft),
    y: (log10) => chartTop + chartHeight * ((top - clamped(log10, lowestLog10, top)) / (top - lowestLog10)),
  };
}

/** Begin, middle and end: when, and how long it took. */
function timeAxis(trace: readonly TracePoint[], { x }: Axes): readonly string[] {
  const [first, last] = [trace[0], trace.at(-1)];
  const bottom = chartTop + chartHeight;
  if (first === undefined || last === undefined)
    return [text((plotLeft + plotRight) / 2, bottom - 12, 'nothing was looked at yet', { 'text-anchor': 'middle', fill: colors.pale })];
  return [0, 0.5, 1].map((part) => {
    const instant = first.instantSeconds + (last.instantSeconds - first.instantSeconds) * part;
    const after = part === 0 ? 'UTC' : `+${durationText(instant - first.instantSeconds)}`;
    return text(x(instant), bottom + 18, `${clockText(instant)} ${after}`, {
      'text-anchor': part === 0 ? 'start' : part === 1 ? 'end' : 'middle',
      fill: colors.pale,
    });
  });
}

const threshold = (y: number, label: string, stroke: string): readonly string[] => [
  line(plotLeft, y, plotRight, y, { stroke, 'stroke-dasharray': '6 4' }),
  text(plotRight + 8, y + 4, label, { fill: stroke }),
];

const curve = (trace: readonly TracePoint[], { x, y }: Axes, member: 'log10Evidence' | 'log10Promotion', stroke: string): string =>
  element('polyline', {
    points: trace.map((point) => `${rounded(x(point.instantSeconds))},${rounded(y(point[member]))}`).join(' '),
    fill: 'none',
    stroke,
    'stroke-width': 2,
  });

/** Below the time axis; by name, so that colours need not be told apart. */
const legend = (): readonly string[] => {
  const y = chartTop + chartHeight + 40;
  return [
    line(plotLeft, y - 4, plotLeft + 24, y - 4, { stroke: colors.against, 'stroke-width': 2 }),
    text(plotLeft + 32, y, 'against the new version'),
    line(plotLeft + 240, y - 4, plotLeft + 264, y - 4, { stroke: colors.promote, 'stroke-width': 2 }),
    text(plotLeft + 272, y, 'for "no worse than the margin", the weakest metric'),
  ];
};

/* ------------------------------------------------------------ odds ratios */

/** An axis that shows at least half to double, and no further than the judge's own grid. */
const oddsRange = { low: 0.5, high: 2, lowest: 1 / 8, highest: 32 };

function oddsBars(metrics: readonly MetricReading[], top: number): readonly string[] {
  const bottom = top + Math.max(1, metrics.length) * rowHeight;
  const at = oddsAxis(metrics);
  const title = text(24, top - 14, 'Odds ratio, new to old, with its 95 % interval; ┆ tolerance, | margin', { 'font-weight': 'bold' });
  const equal = [
    line(at(1), top - 6, at(1), bottom, { stroke: colors.pale }),
    text(at(1), bottom + 14, '×1', { 'text-anchor': 'middle', fill: colors.pale }),
  ];
  return [title, ...equal, ...metrics.flatMap((reading, index) => oddsRow(reading, top + index * rowHeight + rowHeight / 2, at))];
}

function oddsAxis(metrics: readonly MetricReading[]): (ratio: number) => number {
  // An end that is open says nothing about how wide the axis has to be.
  const shown = metrics.flatMap(({ oddsRatio }) => {
    const { low, high } = oddsRatio?.interval ?? { low: 0, high: null };
    return [...(low > 0 ? [low] : []), ...(high === null ? [] : [high])];
  });
  const low = Math.log(clamped(Math.min(oddsRange.low, ...shown), oddsRange.lowest, oddsRange.low));
  const high = Math.log(clamped(Math.max(oddsRange.high, ...shown), oddsRange.high, oddsRange.highest));
  return (ratio) =>
    plotLeft + ((clamped(Math.log(Math.max(ratio, Number.MIN_VALUE)), low, high) - low) / (high - low)) * (plotRight - plotLeft);
}

function oddsRow(reading: MetricReading, y: number, at: (ratio: number) => number): readonly string[] {
  const { metric, guarded, oddsRatio, toleranceOddsRatio, canaryShare, stableShare, answer } = reading;
  const stroke = answer === 'fail' ? colors.against : answer === 'pass' ? colors.promote : colors.ink;
  const margin = marginOddsRatio(reading);
  const mark = (ratio: number, dashes: string) =>
    line(at(ratio), y - 9, at(ratio), y + 9, { stroke: colors.ink, ...(dashes !== '' && { 'stroke-dasharray': dashes }) });
  const old = stableShare === null ? '' : ` vs ${shareText(stableShare)}`;
  return [
    text(plotLeft - 8, y + 4, guarded ? metric : `(${metric})`, { 'text-anchor': 'end' }),
    ...(toleranceOddsRatio === null ? [] : [mark(toleranceOddsRatio, '2 2')]),
    ...(margin === null ? [] : [mark(margin, '')]),
    ...(oddsRatio === null ? [] : intervalBar(oddsRatio, y, at, stroke)),
    text(plotRight + 8, y + 4, `${shareText(canaryShare)}${old}, ${oddsRatioText(oddsRatio)}`, { fill: stroke }),
  ];
}

function intervalBar(
  { estimate, interval }: NonNullable<MetricReading['oddsRatio']>,
  y: number,
  at: (ratio: number) => number,
  stroke: string,
) {
  const [left, right] = [at(interval.low), at(interval.high ?? Number.POSITIVE_INFINITY)];
  const bar = line(left, y, right, y, { stroke, 'stroke-width': 6, 'stroke-opacity': 0.35 });
  return estimate === null ? [bar] : [bar, element('circle', { cx: rounded(at(estimate)), cy: rounded(y), r: 4, fill: stroke })];
}

/** What the margin allows, as an odds ratio to what the old version does. */
function marginOddsRatio({ stableShare, limitShare }: MetricReading): number | null {
  if (stableShare === null || stableShare <= 0 || stableShare >= 1 || limitShare >= 1) return null;
  return limitShare / (1 - limitShare) / (stableShare / (1 - stableShare));
}

/* -------------------------------------------------------------------- SVG */

type Attributes = Readonly<Record<string, string | number>>;

function element(name: string, attributes: Attributes, children: readonly string[] | string = [], end = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const inside = typeof children === 'string' ? children : children.join('');
  return inside === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${inside}${end}</${name}>`;
}

const text = (x: number, y: number, words: string, attributes: Attributes = {}): string =>
  element('text', { x: rounded(x), y: rounded(y), ...attributes }, [escaped(words)]);

const line = (x1: number, y1: number, x2: number, y2: number, attributes: Attributes): string =>
  element('line', { x1: rounded(x1), y1: rounded(y1), x2: rounded(x2), y2: rounded(y2), ...attributes });

/** A tenth of a pixel is finer than anybody sees. */
const rounded = (value: number): number => Math.round(value * 10) / 10;

const clamped = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Names and reasons come from catalogs and services; control characters are no XML at all. */
const escaped = (words: string): string => words.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? '');
