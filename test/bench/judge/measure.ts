/** Runs replicates of a cell: one traffic each, put before every judge. */
import { createHistory } from '../../../domain/judge/dispersion.ts';
import type { Calibration } from '../../../domain/judge/judge.ts';
import type { Cell } from './cells.ts';
import { historyOf, type Scenario, type Traffic, trafficOf } from './traffic.ts';

export interface Outcome {
  readonly kind: 'rollback' | 'promote' | 'undecided';
  readonly atSeconds: number;
  /** Of both versions, until then. */
  readonly requests: number;
  /** Failed requests that the new version served until then. */
  readonly canaryErrors: number;
}

/** By the judge's name, one outcome a replicate. */
export type Outcomes = Readonly<Record<string, readonly Outcome[]>>;

/** Six hours before the release; in production it is a day, which is less noisy. */
const historySeconds = 6 * 3600;
/** So many replicates share one history: it costs more than they do, and its noise is seen often enough. */
export const replicatesPerHistory = 100;

export function runReplicates({ scenario, contenders }: Cell, from: number, to: number): Outcomes {
  const outcomes = Object.fromEntries(contenders.map(({ name }): [string, Outcome[]] => [name, []]));
  for (let replicate = from; replicate < to; replicate++) {
    const traffic = trafficOf(scenario, replicate);
    const calibration = calibrationOf(scenario, Math.floor(replicate / replicatesPerHistory));
    for (const contender of contenders) {
      const { kind, atSeconds } = contender.decide(traffic, calibration);
      outcomes[contender.name]?.push({ kind, atSeconds, ...servedUntil(traffic, atSeconds) });
    }
  }
  return outcomes;
}

const calibrations = new Map<string, Calibration>();

function calibrationOf(scenario: Scenario, seed: number): Calibration {
  const name = `${scenario.name}/${seed}`;
  const known = calibrations.get(name);
  if (known !== undefined) return known;
  const history = createHistory();
  for (const poll of historyOf(scenario, historySeconds, seed)) history.add(poll);
  const calibration = history.calibration(historySeconds);
  calibrations.set(name, calibration);
  return calibration;
}

function servedUntil({ increments }: Traffic, atSeconds: number): Pick<Outcome, 'requests' | 'canaryErrors'> {
  let [requests, canaryErrors] = [0, 0];
  for (const { instantSeconds, canary, stable } of increments) {
    if (instantSeconds > atSeconds) break;
    requests += canary.requests + stable.requests;
    canaryErrors += canary.errors;
  }
  return { requests, canaryErrors };
}
