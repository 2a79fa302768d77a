/** One of the bench's workers: runs the part of a cell that it is told to, and answers with what became of it. */
import { parentPort } from 'node:worker_threads';
import { cells, nameOf } from './cells.ts';
import { type Outcomes, runReplicates } from './measure.ts';

export interface Part {
  readonly cell: string;
  readonly from: number;
  readonly to: number;
}

export interface Answer extends Part {
  readonly outcomes: Outcomes;
}

parentPort?.on('message', (part: Part) => {
  const cell = cells.find((one) => nameOf(one) === part.cell);
  if (cell === undefined) throw new Error(`no cell is called ${part.cell}`);
  parentPort?.postMessage({ ...part, outcomes: runReplicates(cell, part.from, part.to) } satisfies Answer, []);
});
