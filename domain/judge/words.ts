/** The judge's numbers as people read them, the same in Temporal's UI, in plots and on the command line. */
import type { Count } from './counters.ts';
import type { MetricReading, Verdict } from './judge.ts';

/** Thousands apart: 12,300. */
export const wholeText = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

/** Two decimals say enough of a percentage; of a very small one two digits do. */
export function shareText(share: number): string {
  const percent = share * 100;
  if (percent >= 10) return `${percent.toFixed(1)} %`;
  return percent >= 0.01 || percent === 0 ? `${percent.toFixed(2)} %` : `${percent.toPrecision(2)} %`;
}

/** From here on only the power of ten matters. */
const poweredFrom = 1e6;

/**
 * Odds that the evidence gives against the new version, of which only the size matters: three digits. An
 * e-value of 3,200 is `1 : 3,200`; below 1 it speaks for the new version.
 */
export function evidenceText(logEvidence: number): string {
  const odds = Math.exp(logEvidence);
  if (odds >= poweredFrom) return `1 : 10^${Math.floor(logEvidence / Math.LN10 + powerSlack)}`;
  if (odds >= 10) return `1 : ${wholeText(Number(odds.toPrecision(3)))}`;
  return odds > 0.01 - powerSlack ? `1 : ${Number(odds.toPrecision(2))}` : '1 : 0.01 or less';
}

/** A power of ten that was a logarithm in between must not count as the one below. */
const powerSlack = 1e-9;

export const countText = ({ events, of }: Count): string => `${wholeText(events)} of ${wholeText(of)}`;

/** `×1.50 [1.10, 2.20]`: the estimate and its 95 % confidence sequence. */
export function oddsRatioText(oddsRatio: MetricReading['oddsRatio']): string {
  if (oddsRatio === null) return '–';
  const { estimate, interval } = oddsRatio;
  const range = `[${interval.low.toFixed(2)}, ${interval.high === null ? '∞' : interval.high.toFixed(2)}]`;
  return estimate === null ? range : `×${estimate.toFixed(2)} ${range}`;
}

/** Where κ and the tolerances come from: a verdict is worth what its calibration is. */
export function provenanceText({ from, windowSeconds, polls }: Verdict['calibration']): string {
  switch (from) {
    case 'history':
      // Young or quiet: how often its events happen is known, how much its requests depend on each other is not.
      if (polls === 0) return 'shares of the old version; too little history for κ, which is then 2';
      return `calibrated on ${durationText(windowSeconds)} of the old version, ${wholeText(polls)} polls`;
    case 'catalog':
      return 'κ was set in the catalog';
    case 'none':
      return 'no history of the old version: careful defaults';
  }
}

/** In the largest unit that it fills: 24 h, 45 min, 30 s. */
export function durationText(seconds: number): string {
  if (seconds >= 3600) return `${Number((seconds / 3600).toFixed(1))} h`;
  return seconds >= 60 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds)} s`;
}

/** `12:03:05`, UTC. */
export const clockText = (instantSeconds: number): string => new Date(instantSeconds * 1000).toISOString().slice(11, 19);
