/** Shares the parts of all cells among worker threads. What comes out does not depend on how many there are. */
import { Worker } from 'node:worker_threads';
import { type Cell, nameOf } from './cells.ts';
import { type Outcomes, replicatesPerHistory } from './measure.ts';
import type { Answer, Part } from './worker.ts';

export type Results = ReadonlyMap<string, Outcomes>;

export async function runCells(
  cells: readonly Cell[],
  size: 'quick' | 'full',
  workers: number,
  done: (part: string) => void,
): Promise<Results> {
  // The parts of one history are one worker's, since it would be made again by another.
  const parts = cells.flatMap((cell) =>
    Array.from({ length: Math.ceil(cell[size] / replicatesPerHistory) }, (_, index): Part => {
      const from = index * replicatesPerHistory;
      return { cell: nameOf(cell), from, to: Math.min(from + replicatesPerHistory, cell[size]) };
    }),
  );
  const waiting = parts.toReversed();
  const answers: Answer[] = [];
  await Promise.all(
    Array.from({ length: workers }, () =>
      work(waiting, (answer) => {
        answers.push(answer);
        done(`${answers.length}/${parts.length} ${answer.cell}`);
      }),
    ),
  );
  return merged(answers);
}

function work(waiting: Part[], heard: (answer: Answer) => void): Promise<void> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url));
  const next = () => {
    const part = waiting.pop();
    if (part === undefined) void worker.terminate();
    else worker.postMessage(part, []);
  };
  return new Promise((resolve, reject) => {
    worker.on('message', (answer: Answer) => {
      heard(answer);
      next();
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve());
    next();
  });
}

function merged(answers: readonly Answer[]): Results {
  const results = new Map<string, Outcomes>();
  for (const { cell, outcomes } of answers.toSorted((a, b) => a.from - b.from)) {
    const before = results.get(cell) ?? {};
    results.set(cell, Object.fromEntries(Object.entries(outcomes).map(([name, all]) => [name, [...(before[name] ?? []), ...all]])));
  }
  return results;
}
