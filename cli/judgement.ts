/** What the judge says, as people read it in a terminal; without colours too. Pure: values in, text out. */
import type { MetricReading, ReleaseVerdict, Verdict } from './client/generated/index.ts';
import type { Terminal } from './terminal.ts';

type Colors = Terminal['colors'];

/* ---------------------------------------------------------------- numbers */

/** Thousands apart: 12,300. */
const wholeText = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

/** Odds that the evidence gives, as `domain/judge/words.ts` writes them; the CLI knows the API alone. */
export function evidenceText(logEvidence: number): string {
  const odds = Math.exp(logEvidence);
  if (odds >= 1e6) return `1 : 10^${Math.floor(logEvidence / Math.LN10 + 1e-9)}`;
  if (odds >= 10) return `1 : ${wholeText(Number(odds.toPrecision(3)))}`;
  return odds > 0.01 - 1e-9 ? `1 : ${Number(odds.toPrecision(2))}` : '1 : 0.01 or less';
}

export function shareText(share: number): string {
  const percent = share * 100;
  if (percent >= 10) return `${percent.toFixed(1)} %`;
  return percent >= 0.01 || percent === 0 ? `${percent.toFixed(2)} %` : `${percent.toPrecision(2)} %`;
}

const armText = ({ requests, errors, p99Seconds }: Verdict['canary']): string => {
  const share = requests === 0 ? '' : ` (${shareText(errors / requests)})`;
  const p99 = p99Seconds === null ? 'p99 –' : `p99 ≤ ${Math.round(p99Seconds * 1000)} ms`;
  return `${wholeText(requests)} requests, ${wholeText(errors)} errors${share}, ${p99}`;
};

const kindText = (kind: Verdict['kind'], colors: Colors): string =>
  ({ pass: colors.green('pass'), fail: colors.red('fail'), 'not enough': colors.yellow('not enough yet') })[kind];

/** One line, for lists of facts. */
export const verdictText = (verdict: Verdict, colors: Colors): string =>
  `new ${armText(verdict.canary)} | live ${armText(verdict.stable)} | ${kindText(verdict.kind, colors)}: ${verdict.reason}`;

/* ------------------------------------------------------------- evidence */

/** A tenth on the left: what speaks for the new version more strongly than that looks the same. */
const lowestLog10 = -1;
/** Room to the right of the threshold, so that a marker beyond it can be seen there. */
const beyondLog10 = 0.5;
/** An axis with fewer places says less than its numbers. */
const axisMin = 16;
const axisMax = 64;
const nameMax = 24;

interface Row {
  readonly name: string;
  readonly logEvidence: number;
  /** `null`: promotion does not wait for it. */
  readonly logPromotion: number | null;
  readonly tail: string;
}

/**
 * One line a metric on one logarithmic axis: `●` is the evidence against the new version, `○` that it is no
 * worse than its margin; `│` and `┊` are what they have to reach, and `┼` is no evidence at all.
 */
export function evidenceLines(verdict: Verdict, columns: number): readonly string[] {
  const rows = [togetherRow(verdict), ...verdict.metrics.map(metricRow)];
  const name = Math.min(nameMax, Math.max(...rows.map((row) => row.name.length)));
  const odds = Math.max(...rows.map(({ logEvidence }) => evidenceText(logEvidence).length));
  const tail = Math.max(...rows.map((row) => row.tail.length));
  const axis = Math.min(axisMax, Math.max(axisMin, columns - name - odds - tail - 6));
  const lines = rows.map((row) => {
    const head = `${row.name.slice(0, name).padEnd(name)}  ${evidenceText(row.logEvidence).padStart(odds)}`;
    return `${head}  ${axisText(row, verdict, axis)}  ${row.tail}`.trimEnd().slice(0, columns);
  });
  return [...lines, ...legend(verdict).map((line) => line.slice(0, columns))];
}

const legend = ({ logRollbackAt, logPromoteAt }: Verdict): readonly string[] => [
  `● against the new version, rolled back at │ ${evidenceText(logRollbackAt)}`,
  `○ no worse than its margin, promoted at ┊ ${evidenceText(logPromoteAt)}`,
];

/** What a rollback goes by: the metrics' evidence, each with its share. */
const togetherRow = ({ logEvidence }: Verdict): Row => ({ name: 'together', logEvidence, logPromotion: null, tail: '' });

const metricRow = ({ metric, answer, guarded, logEvidence, logPromotion, missingRequests }: MetricReading): Row => ({
  name: metric,
  logEvidence,
  logPromotion: guarded ? logPromotion : null,
  tail: answer === 'not enough' ? missingText(guarded, missingRequests) : answer,
});

function missingText(guarded: boolean, missingRequests: number): string {
  if (!guarded) return 'watched';
  return missingRequests === 0 ? 'not enough' : `${wholeText(missingRequests)} missing`;
}

function axisText({ logEvidence, logPromotion }: Row, { logRollbackAt, logPromoteAt }: Verdict, width: number): string {
  const highest = logRollbackAt / Math.LN10 + beyondLog10;
  const place = (log: number): number => {
    const share = (log / Math.LN10 - lowestLog10) / (highest - lowestLog10);
    return Math.round(Math.min(1, Math.max(0, share)) * (width - 1));
  };
  const cells: string[] = Array.from({ length: width }, (_, index) => (index < place(0) ? '·' : '─'));
  cells[place(0)] = '┼';
  if (logPromotion !== null) cells[place(logPromoteAt)] = '┊';
  cells[place(logRollbackAt)] = '│';
  if (logPromotion !== null) cells[place(logPromotion)] = '○';
  const against = place(logEvidence);
  cells[against] = cells[against] === '○' ? '◉' : '●';
  return cells.join('');
}

/** What is rewritten while a person watches: who has seen how much, what it means, and the evidence. */
export function progressLines(verdict: Verdict, columns: number, colors: Colors): readonly string[] {
  const says = kindText(verdict.kind, colors);
  const fits = (text: string, taken = 0) => text.slice(0, Math.max(0, columns - taken));
  const said = fits(`: ${verdict.reason}`, plainKind[verdict.kind].length);
  return [
    fits(`new  ${armText(verdict.canary)}`),
    fits(`live ${armText(verdict.stable)}`),
    `${says}${said}`,
    ...evidenceLines(verdict, columns),
  ];
}

const plainKind: Readonly<Record<Verdict['kind'], string>> = { pass: 'pass', fail: 'fail', 'not enough': 'not enough yet' };

/* --------------------------------------------------------- one judgement */

/** Everything about one verdict, for `plimsoll verdict`. */
export function judgementText(found: ReleaseVerdict, columns: number, colors: Colors): string {
  const { verdict } = found;
  const title = `${colors.bold(found.releaseId)} at ${found.weightPercent} %: ${kindText(verdict.kind, colors)}, ${verdict.reason}`;
  const after = found.decision === null ? '' : `${decisionText(found)}\n`;
  const blocks = [
    `${title}\n${after}new  ${armText(verdict.canary)}\nlive ${armText(verdict.stable)}`,
    evidenceLines(verdict, columns).join('\n'),
    ...(verdict.metrics.length === 0 ? [] : [verdict.metrics.map(countsLine).join('\n')]),
    colors.dim(provenanceText(verdict.calibration)),
    ...(found.steps.length < 2 ? [] : [found.steps.map(stepLine).join('\n')]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const decisionText = ({ decision, at }: Pick<ReleaseVerdict, 'decision' | 'at'>): string =>
  `${({ advance: 'went on', 'roll back': 'rolled back', 'ask a person': 'a person was asked' } as const)[decision ?? 'advance']} at ${at?.slice(11, 19) ?? ''} UTC`;

/** `latency 250ms: 347 of 12,000 (2.89 %), live 2,063 of 108,000 (1.91 %), allowed 2.40 %, ×1.53 [1.12, 2.21], κ 1`. */
function countsLine(reading: MetricReading): string {
  const { metric, canary, canaryShare, stable, stableShare, limitShare, oddsRatio, kappa, crossedAtSeconds, noticedWithin } = reading;
  const count = ({ events, of }: MetricReading['canary'], share: number) =>
    `${wholeText(events)} of ${wholeText(of)} (${shareText(share)})`;
  return [
    `${metric}: ${count(canary, canaryShare)}`,
    ...(stable === null || stableShare === null ? [] : [`live ${count(stable, stableShare)}`]),
    `allowed ${shareText(limitShare)}`,
    ...(oddsRatio === null ? [] : [ratioText(oddsRatio)]),
    `κ ${Number(kappa.toFixed(2))}`,
    ...(crossedAtSeconds === null ? [] : [`crossed at ${new Date(crossedAtSeconds * 1000).toISOString().slice(11, 19)} UTC`]),
    ...(noticedWithin === null ? [] : [`ten times as many: seen within ${wholeText(noticedWithin)} requests`]),
  ].join(', ');
}

function ratioText({ estimate, interval }: NonNullable<MetricReading['oddsRatio']>): string {
  const range = `[${interval.low.toFixed(2)}, ${interval.high === null ? '∞' : interval.high.toFixed(2)}]`;
  return estimate === null ? range : `×${estimate.toFixed(2)} ${range}`;
}

function provenanceText({ from, windowSeconds, polls }: Verdict['calibration']): string {
  if (from === 'history' && polls === 0) return 'shares of the live version; too little history for κ, which is then 2';
  if (from === 'history')
    return `calibrated on ${Number((windowSeconds / 3600).toFixed(1))} h of the live version, ${wholeText(polls)} polls`;
  return from === 'catalog' ? 'κ was set in the catalog' : 'no history of the live version: careful defaults';
}

const stepLine = (step: ReleaseVerdict['steps'][number]): string => {
  const decided = step.decision === null ? 'is judged' : decisionText(step);
  return `${`${step.weightPercent} %`.padStart(5)}  ${decided}: ${step.verdict.kind}, against ${evidenceText(step.verdict.logEvidence)}`;
};
