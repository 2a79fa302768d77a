/**
 * `npm run bench:judge`: how often the judge is wrong and how fast it is right, beside others, on the same
 * simulated traffic with fixed seeds. The quick set takes a minute or two; `--full` takes up to 20 minutes on two
 * cores and, with `--write`, puts its tables into docs/judge.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cells } from './cells.ts';
import { costTable } from './cost.ts';
import { withSections } from './document.ts';
import { runCells } from './pool.ts';
import { sections } from './tables.ts';
import { targetsOf, targetTable } from './targets.ts';

const { values } = parseArgs({
  options: { full: { type: 'boolean', default: false }, write: { type: 'boolean', default: false }, workers: { type: 'string' } },
});
const size = values.full ? 'full' : 'quick';
const workers = Number(values.workers ?? availableParallelism());
const document = join(import.meta.dirname, '../../../docs/judge.md');

const began = performance.now();
const results = await runCells(cells, size, workers, (part) => process.stderr.write(`\r\u001b[K${part}`));
process.stderr.write('\r\u001b[K');
const minutes = (performance.now() - began) / 60_000;

const targets = targetsOf(results);
const texts = {
  targets: targetTable(targets),
  ...Object.fromEntries(Object.entries(sections).map(([name, render]) => [name, render(results)])),
  cost: costTable(),
  run: `\`npm run bench:judge${values.full ? ' -- --full --write' : ''}\`: ${minutes.toFixed(1)} minutes with ${workers} workers.`,
};
for (const [name, text] of Object.entries(texts)) console.log(`\n## ${name}\n\n${text}`);
if (values.write) {
  if (!values.full) throw new Error('--write is for the full run: the quick one has too few replicates to be published; add --full');
  writeFileSync(document, withSections(readFileSync(document, 'utf8'), texts));
}
// The quick run sees regressions of the judge by these as well; its intervals are only wider.
if (values.full && targets.some(({ isReached }) => !isReached))
  console.log('\nNot every target is reached: see the reasons in docs/judge.md.');
