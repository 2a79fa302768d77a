/**
 * What one poll costs, and what a day of polls leaves behind. Fixed seeds; `node test/bench/judge/poll.ts` prints it.
 *
 * A thousand tables are a hundred releases at once: each a judge with errors and the latency edges of a
 * histogram, fed by 100 requests a second. Counted is everything between an increment and the next state; the
 * verdict, for people, is counted apart.
 */
import { fileURLToPath } from 'node:url';
import type { Increment } from '../../../domain/judge/counters.ts';
import type { JudgeState } from '../../../domain/judge/judge.ts';
import { stateOf } from '../../../domain/judge/state.ts';
import { statisticalJudge } from '../../../domain/judge/statistical.ts';
import { defaultObjectives } from '../../../domain/objectives.ts';
import { good } from './scenarios.ts';
import { pollSeconds, trafficOf } from './traffic.ts';

const tablesWanted = 1000;
const daySeconds = 24 * 3600;
/** So often, that the engine has compiled what it will compile; then so often, that a clock of 4 ms is fine enough. */
const warmups = 20;
const rounds = 200;

export interface PollCost {
  readonly tables: number;
  readonly observeMs: number;
  readonly verdictMs: number;
}

const begun = (): JudgeState =>
  statisticalJudge.begin({
    objectives: defaultObjectives,
    baseline: true,
    instantSeconds: 0,
    plannedSeconds: 3600,
    calibration: { from: 'none', windowSeconds: 0, polls: 0, metrics: {} },
    promotes: true,
  });

const increments: readonly Increment[] = trafficOf(good(100, 0.01, true), 0).increments;

/** The same polls over and over, at later and later instants. */
function incrementAt(poll: number): Increment {
  const increment = increments[poll % increments.length];
  if (increment === undefined) throw new Error('the scenario has no polls');
  return { ...increment, instantSeconds: (poll + 1) * pollSeconds };
}

/** Time of this thread on its core: what others do on the machine meanwhile does not count. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Means, a thousand tables. */
export function costOfPolls(): PollCost {
  const tablesEach = stateOf(statisticalJudge.observe(begun(), incrementAt(0))).tables.length;
  let states = Array.from({ length: Math.ceil(tablesWanted / tablesEach) }, begun);
  let poll = 0;
  const observeAll = () => {
    poll++;
    // Each release is at another poll of the traffic, so that no two tables see the same counts.
    states = states.map((state, release) => {
      const increment = incrementAt(poll + 7 * release);
      return statisticalJudge.observe(state, { ...increment, instantSeconds: poll * pollSeconds });
    });
  };
  const judgeAll = () => {
    for (const state of states) statisticalJudge.verdict(state);
  };
  const tables = states.length * tablesEach;
  const perThousand = (ms: number) => (ms * tablesWanted) / tables;
  return { tables, observeMs: perThousand(meanMs(observeAll)), verdictMs: perThousand(meanMs(judgeAll)) };
}

function meanMs(work: () => void): number {
  for (let round = 0; round < warmups; round++) work();
  const start = cpuMs();
  for (let round = 0; round < rounds; round++) work();
  return (cpuMs() - start) / rounds;
}

export interface DayCost {
  readonly polls: number;
  /** JSON after the first hour and after the day. */
  readonly stateBytesAfterHour: number;
  readonly stateBytes: number;
  /** Heap after a collection, likewise; `null` without `--expose-gc`. */
  readonly heapGrowthBytes: number | null;
}

export function costOfDay(): DayCost {
  const polls = daySeconds / pollSeconds;
  const hour = 3600 / pollSeconds;
  let state = begun();
  let afterHour = { state: 0, heap: 0 };
  for (let poll = 0; poll < polls; poll++) {
    state = statisticalJudge.observe(state, incrementAt(poll));
    statisticalJudge.verdict(state);
    if (poll + 1 === hour) afterHour = { state: sizeOf(state), heap: heapBytes() };
  }
  const heapGrowthBytes = globalThis.gc === undefined ? null : heapBytes() - afterHour.heap;
  return { polls, stateBytesAfterHour: afterHour.state, stateBytes: sizeOf(state), heapGrowthBytes };
}

const sizeOf = (state: JudgeState): number => Buffer.byteLength(JSON.stringify(state));

function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { tables, observeMs, verdictMs } = costOfPolls();
  const { polls, stateBytesAfterHour, stateBytes, heapGrowthBytes } = costOfDay();
  const heap = heapGrowthBytes === null ? 'not measured without --expose-gc' : `${(heapGrowthBytes / 1024).toFixed(0)} KiB`;
  process.stdout.write(
    [
      `one poll, measured on ${tables} tables: ${observeMs.toFixed(2)} ms a 1,000 tables`,
      `their verdicts: ${verdictMs.toFixed(2)} ms a 1,000 tables`,
      `state after an hour and after ${polls} polls of a day: ${stateBytesAfterHour} and ${stateBytes} bytes of JSON`,
      `heap between an hour and a day: ${heap}`,
      '',
    ].join('\n'),
  );
}
