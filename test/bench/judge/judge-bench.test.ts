/**
 * The benchmark on a few replicates: that it measures what it says, and bounds that only a broken judge would
 * miss. Seeds are fixed, so this passes always or never. The figures themselves: `npm run bench:judge`.
 */
import { describe, expect, test } from 'vitest';
import { read } from '../../hygiene/repository.ts';
import { type Cell, cells, nameOf } from './cells.ts';
import { defaults } from './contenders.ts';
import { withSections } from './document.ts';
import { defaultEdgesSeconds } from './latency.ts';
import { type Outcome, type Outcomes, runReplicates } from './measure.ts';
import { good, retrying, stepping } from './scenarios.ts';
import { limitsOf, median } from './statistics.ts';
import { medianSeconds, sections, shareOf } from './tables.ts';
import { targetsOf, targetTable } from './targets.ts';
import { historyOf, trafficOf } from './traffic.ts';

function cellOf(name: string): Cell {
  const cell = cells.find((one) => nameOf(one) === name);
  if (cell === undefined) throw new Error(`no cell is called ${name}`);
  return cell;
}

const ofDefaults = (outcomes: Outcomes): readonly Outcome[] => outcomes[defaults.name] ?? [];

describe('the traffic', () => {
  const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

  test('has the rates, weights and errors that the scenario says', () => {
    const { increments } = trafficOf(good(100, 0.01, true), 3);
    const [canary, stable] = [sumOf(increments.map((one) => one.canary.requests)), sumOf(increments.map((one) => one.stable.requests))];
    expect((canary + stable) / 3600).toBeCloseTo(100, 0);
    expect(canary / (canary + stable)).toBeCloseTo(0.1, 2);
    expect(sumOf(increments.map((one) => one.stable.errors)) / stable).toBeCloseTo(0.01, 3);
  });

  test('has buckets that are cumulative and end in all requests', () => {
    for (const { canary, edgesSeconds } of trafficOf(good(100, 0.01, true), 1).increments) {
      expect(edgesSeconds).toBe(defaultEdgesSeconds);
      expect(canary.atMost).toEqual(canary.atMost.toSorted((a, b) => a - b));
      expect(canary.atMost.at(-1)).toBe(canary.requests);
    }
  });

  test('changes its weights when it says so', () => {
    const { increments, steps } = trafficOf(stepping(false), 0);
    const shareAfter = (seconds: number) => {
      const some = increments.filter(({ instantSeconds }) => instantSeconds > seconds && instantSeconds <= seconds + 900);
      const canary = sumOf(some.map((one) => one.canary.requests));
      return canary / (canary + sumOf(some.map((one) => one.stable.requests)));
    };
    expect(steps.map(({ instantSeconds }) => instantSeconds)).toEqual([900, 1800, 2700]);
    for (const { instantSeconds, share } of steps) expect(shareAfter(instantSeconds)).toBeCloseTo(share, 1);
  });

  test('has failures in clusters under retries, and history that says so', () => {
    const errors = [...historyOf(retrying, 3600, 0)].map(({ pods }) => pods.map((pod) => pod.errors)).flat();
    const mean = sumOf(errors) / errors.length;
    const variance = sumOf(errors.map((count) => (count - mean) ** 2)) / errors.length;
    // Clusters of 1, 2 or 3 with probabilities 0.3, 0.21 and 0.49: E c² / E c = 2.53.
    expect(variance / mean).toBeGreaterThan(2.3);
    expect(variance / mean).toBeLessThan(2.8);
  });
});

describe('a few replicates', () => {
  test('are the same whoever runs them, in one part or in two', () => {
    const cell = cellOf('errors 0.1 → 1 % | 100 rps');
    const [whole, first, second] = [runReplicates(cell, 0, 4), runReplicates(cell, 0, 2), runReplicates(cell, 2, 4)];
    expect(Object.keys(whole)).toEqual(cell.contenders.map(({ name }) => name));
    for (const [name, outcomes] of Object.entries(whole)) expect(outcomes).toEqual([...(first[name] ?? []), ...(second[name] ?? [])]);
  });

  test.each(['good errors | 1 %, 100 rps', 'good errors | client retries', 'good latency | pauses, 100 rps'])(
    'of good versions are not rolled back: %s',
    (name) => {
      expect(shareOf(ofDefaults(runReplicates(cellOf(name), 0, 6)))).toBe(0);
    },
  );

  test.each([
    ['errors 0.1 → 1 % | 100 rps', 80],
    ['errors 1 → 2 % | 100 rps', 350],
    ['latency 100 rps | all ×1.2', 80],
    ['latency 100 rps | p99 ×1.5, tail only', 160],
  ])('of %s are found within %d seconds, in the median', (name, seconds) => {
    expect(medianSeconds(ofDefaults(runReplicates(cellOf(name), 0, 21)))).toBeLessThanOrEqual(seconds);
  });

  test('of an identical release are promoted, and of a bad one are not', () => {
    const kinds = (name: string) => new Set(ofDefaults(runReplicates(cellOf(name), 0, 6)).map(({ kind }) => kind));
    expect(kinds('release 100 rps | identical, 1 % errors')).toEqual(new Set(['promote']));
    expect(kinds('release 100 rps | errors 0.1 → 1 %')).toEqual(new Set(['rollback']));
  });
});

describe('the tables', () => {
  /** As if everybody had rolled everything back after two minutes. */
  const outcome: Outcome = { kind: 'rollback', atSeconds: 120, requests: 12_000, canaryErrors: 3 };
  const results = new Map(
    cells.map((cell) => [nameOf(cell), Object.fromEntries(cell.contenders.map(({ name }) => [name, [outcome, outcome]]))]),
  );

  test('have one name each, which seeds their traffic', () => {
    expect(new Set(cells.map(nameOf)).size).toBe(cells.length);
  });

  test.each(Object.entries(sections))('%s has as many columns in every row', (_, render) => {
    for (const block of render(results)
      .split('\n\n')
      .filter((text) => text.startsWith('|'))) {
      const widths = block.split('\n').map((line) => line.split('|').length);
      expect(new Set(widths).size).toBe(1);
      expect(widths.length).toBeGreaterThan(2);
    }
  });

  test('say which targets are not reached: a judge that rolls everything back has none of the rates', () => {
    const targets = targetsOf(results);
    expect(targets.filter(({ what, isReached }) => what.startsWith('false rollbacks') && isReached)).toEqual([]);
    expect(targetTable(targets)).toContain('| **no** |');
  });

  test('all have their place in the document, with the command that makes them', () => {
    const document = read('docs/judge.md');
    const texts = Object.fromEntries(['targets', ...Object.keys(sections), 'cost', 'run'].map((name) => [name, `new ${name}`]));
    const written = withSections(document, texts);
    for (const text of Object.values(texts)) expect(written).toContain(text);
    expect(document).toContain('npm run bench:judge');
    expect(() => withSections('', { targets: '' })).toThrow('docs/judge.md lacks <!-- bench:judge targets -->');
  });
});

describe('the statistics', () => {
  test('have the limits of Clopper and Pearson', () => {
    const { lower, upper } = limitsOf({ hits: 5, of: 100 }, 0.975);
    expect(lower).toBeCloseTo(0.0164, 4);
    expect(upper).toBeCloseTo(0.1128, 4);
    expect(limitsOf({ hits: 0, of: 100 }, 0.95)).toEqual({ lower: 0, upper: expect.closeTo(0.0295, 4) as number });
    expect(limitsOf({ hits: 4, of: 4 }, 0.95).upper).toBe(1);
  });

  test('have a median that counts what never happened', () => {
    expect(median([3, Number.POSITIVE_INFINITY, 1])).toBe(3);
    expect(median([3, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
  });
});
