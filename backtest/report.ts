/** What came out, for people and, a line a recording, for programs. Pure: values in, text out. */
import type { Objectives } from '../domain/catalog.ts';
import type { MetricReading } from '../domain/judge/judge.ts';
import { clockText, countText, evidenceText, oddsRatioText, shareText, wholeText } from '../domain/judge/words.ts';
import type { PeerAnswer } from './peers.ts';
import type { Replay, ReplayedStep } from './replay.ts';

export interface Judged {
  readonly name: string;
  readonly replay: Replay;
  readonly peers: readonly PeerAnswer[];
}

/* --------------------------------------------------------------- programs */

/** A number that JSON cannot hold would come out as null: beyond this the size is no news. */
const evidenceMax = 1e300;
/** Twelve digits: a threshold of 125 is written as 125. */
const oddsOf = (log: number): number => Number(Math.min(evidenceMax, Math.exp(log)).toPrecision(12));

export function jsonLine({ name, replay, peers }: Judged): string {
  const { verdict, startSeconds, instantSeconds, metric, weightPercent, steps, calibrated } = replay;
  return JSON.stringify({
    file: name,
    verdict: verdict.kind,
    instant: instantSeconds,
    seconds: instantSeconds - startSeconds,
    metric,
    evidence: oddsOf(verdict.logEvidence),
    rollbackAt: oddsOf(verdict.logRollbackAt),
    reason: verdict.reason,
    weightPercent,
    canary: verdict.canary,
    stable: verdict.stable,
    steps,
    metrics: verdict.metrics,
    calibration: { ...verdict.calibration, source: calibrated.source },
    peers: peers.map(({ rule, source, decision }) => ({
      rule,
      source,
      decision: decision.kind,
      instant: decision.atSeconds,
      seconds: decision.atSeconds - startSeconds,
      reason: decision.reason,
    })),
  });
}

/* ----------------------------------------------------------------- people */

/** What any rule has decided, in one word for all of them. */
type Decided = 'rolled back' | 'promoted' | 'undecided';

interface Line {
  readonly rule: string;
  readonly decided: Decided;
  readonly atSeconds: number;
  readonly because: string;
}

const ownName = 'Plimsoll';

function linesOf({ replay, peers }: Judged): readonly Line[] {
  const decided = { fail: 'rolled back', pass: 'promoted', 'not enough': 'undecided' } as const;
  const peerDecided = { rollback: 'rolled back', promote: 'promoted', undecided: 'undecided' } as const;
  return [
    { rule: ownName, decided: decided[replay.verdict.kind], atSeconds: replay.instantSeconds, because: replay.verdict.reason },
    ...peers.map(({ rule, decision }) => ({
      rule,
      decided: peerDecided[decision.kind],
      atSeconds: decision.atSeconds,
      because: decision.reason,
    })),
  ];
}

/** Everything about one recording. */
export function recordingText(judged: Judged, objectives: Objectives): string {
  const { name, replay } = judged;
  const { verdict, startSeconds, steps, calibrated } = replay;
  const kappa = objectives.dispersion === 'auto' ? '' : `, κ set to ${objectives.dispersion}`;
  const parts = [
    `${name}, from ${dayText(startSeconds)} UTC on`,
    tableText(
      ['rule', 'decision', 'after', 'at', 'because'],
      linesOf(judged).map(({ rule, decided, atSeconds, because }) => [
        rule,
        decided,
        spanText(atSeconds - startSeconds),
        clockText(atSeconds),
        because,
      ]),
    ),
    `  until then the new version served ${wholeText(verdict.canary.requests)} requests, ${wholeText(verdict.canary.errors)} of them failed; the old one ${wholeText(verdict.stable.requests)}, ${wholeText(verdict.stable.errors)} failed`,
    `  evidence against the new version ${evidenceText(verdict.logEvidence)}, rolled back from ${evidenceText(verdict.logRollbackAt)}, promoted from ${evidenceText(verdict.logPromoteAt)}`,
    ...(steps.length < 2 ? [] : [steps.map((step) => stepText(step, startSeconds)).join('\n')]),
    tableText(['metric', 'answer', 'new', 'old', 'odds ratio', 'evidence', 'κ', 'missing'], verdict.metrics.map(metricCells)),
    `  calibrated on ${calibrated.source}${kappa}`,
  ];
  return `${parts.join('\n')}\n`;
}

function stepText({ weightPercent, fromSeconds, passedAtSeconds }: ReplayedStep, startSeconds: number): string {
  const went = passedAtSeconds === null ? 'had not shown enough' : `could go on after ${spanText(passedAtSeconds - fromSeconds)}`;
  return `  ${weightPercent === null ? 'no weight' : `${weightPercent} %`} from +${spanText(fromSeconds - startSeconds)}: ${went}`;
}

const metricCells = (reading: MetricReading): readonly string[] => [
  reading.guarded ? reading.metric : `(${reading.metric})`,
  reading.answer,
  `${countText(reading.canary)} (${shareText(reading.canaryShare)})`,
  reading.stable === null || reading.stableShare === null ? '–' : `${countText(reading.stable)} (${shareText(reading.stableShare)})`,
  oddsRatioText(reading.oddsRatio),
  evidenceText(reading.logEvidence),
  String(Number(reading.kappa.toFixed(2))),
  reading.missingRequests === 0 ? '–' : wholeText(reading.missingRequests),
];

/** Two lines a recording, where there are many. */
export function briefText(judged: Judged): string {
  const { name, replay } = judged;
  const [own, ...others] = linesOf(judged).map(
    ({ rule, decided, atSeconds }) => `${rule} ${decided} after ${spanText(atSeconds - replay.startSeconds)}`,
  );
  const why = [...(replay.metric === null ? [] : [replay.metric]), `evidence ${evidenceText(replay.verdict.logEvidence)}`];
  return `${name}: ${own} (${why.join(', ')})\n  ${others.join('; ')}\n`;
}

/** How often each rule decided what, over all recordings. */
export function summaryText(all: readonly Judged[]): string {
  const byRule = Map.groupBy(
    all.flatMap((judged) => linesOf(judged).map((line) => ({ ...line, seconds: line.atSeconds - judged.replay.startSeconds }))),
    ({ rule }) => rule,
  );
  const rows = [...byRule].map(([rule, lines]) => {
    const of = (decided: Decided) => lines.filter((line) => line.decided === decided);
    const back = of('rolled back').map(({ seconds }) => seconds);
    const counts = (['rolled back', 'promoted', 'undecided'] as const).map((decided) => String(of(decided).length));
    return [rule, ...counts, back.length === 0 ? '–' : spanText(median(back))];
  });
  return `${tableText([`${all.length} recordings`, 'rolled back', 'promoted', 'undecided', 'median time to a rollback'], rows)}\n`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/* -------------------------------------------------------------------- text */

/** 65 s, 4 min 55 s, 1 h 5 min. */
export function spanText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 === 0 ? '' : ` ${whole % 60} s`}`;
  const minutes = Math.floor((whole % 3600) / 60);
  return `${Math.floor(whole / 3600)} h${minutes === 0 ? '' : ` ${minutes} min`}`;
}

const dayText = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');

/** Columns as wide as what is in them; the last one as long as it is. */
function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [head, ...rows].map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()).join('\n');
}
