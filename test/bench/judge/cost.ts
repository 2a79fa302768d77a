/** What judging costs, as a table: time for one poll of a thousand tables, and what a day of polls leaves behind. */
import { costOfDay, costOfPolls } from './poll.ts';

export function costTable(): string {
  const { tables, observeMs, verdictMs } = costOfPolls();
  const { polls, stateBytesAfterHour, stateBytes } = costOfDay();
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB of JSON`;
  return [
    '| what | measured, time of one core |',
    '| --- | --- |',
    `| one poll of 1,000 tables, 500 requests each (on ${tables} tables) | ${observeMs.toFixed(1)} ms |`,
    `| their verdicts, for people | ${verdictMs.toFixed(1)} ms |`,
    `| state of one release with nine tables after an hour | ${kib(stateBytesAfterHour)} |`,
    `| after a day, ${polls} polls | ${kib(stateBytes)} |`,
  ].join('\n');
}
