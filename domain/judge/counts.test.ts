import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PodCounters } from './counters.ts';
import { type CountedInstant, CountsError, parseCounts, writeCounts } from './counts.ts';

const header = 'instant,version,pod,requests,errors,le_0.1,le_0.25,le_+Inf';
const file = (...lines: readonly string[]) => [header, ...lines].join('\n');

describe('counts as CSV', () => {
  test('have one line for each pod and instant, the old version first', () => {
    const pod = (name: string, requests: number): PodCounters => ({
      pod: name,
      requests,
      errors: 1,
      atMost: [requests - 2, requests - 1, requests],
      quality: { drift: { events: 3, of: requests } },
    });
    const sample = { instantSeconds: 60, edgesSeconds: [0.1, 0.25], canary: [pod('new', 10)], stable: [pod('old', 90)] };
    expect(writeCounts([{ sample, weightPercent: 10 }])).toBe(
      [`${header},weight,events_drift,of_drift`, '60,stable,old,90,1,88,89,90,10,3,90', '60,canary,new,10,1,8,9,10,10,3,10', ''].join('\n'),
    );
  });

  test('come back as they were written', () => {
    const counts = fc.nat(1_000_000);
    const pod = (edges: number, metrics: readonly string[]) =>
      fc
        .record({
          requests: counts,
          errorShare: fc.double({ min: 0, max: 1, noNaN: true }),
          steps: fc.array(counts, { minLength: edges + 1, maxLength: edges + 1 }),
        })
        .map(({ requests, errorShare, steps }): Omit<PodCounters, 'pod'> => {
          let sum = 0;
          return {
            requests,
            errors: Math.floor(requests * errorShare),
            atMost: steps.map((step) => (sum += step)),
            quality: Object.fromEntries(metrics.map((metric, index) => [metric, { events: index, of: index + requests }])),
          };
        });
    const names = fc.uniqueArray(
      fc.string({ minLength: 1 }).filter((name) => name.trim() === name && !/[\r\n]/.test(name)),
      { maxLength: 3 },
    );
    const instants = fc
      .record({
        edges: fc
          .uniqueArray(fc.double({ min: 0, max: 100, noNaN: true }).map(Math.abs), { maxLength: 6 })
          .map((edges) => edges.toSorted((a, b) => a - b)),
        metrics: fc.constantFrom([], ['drift'], ['low-confidence', 'score 0.5']),
        weightPercent: fc.option(fc.nat(100)),
      })
      .chain(({ edges, metrics, weightPercent }) => {
        const arm = names.chain((pods) =>
          fc.tuple(...pods.map((name) => pod(edges.length, metrics).map((rest): PodCounters => ({ pod: name, ...rest })))),
        );
        const sample = fc.record({ canary: arm, stable: arm });
        return fc.array(sample, { maxLength: 4 }).map((samples) =>
          samples
            .map((arms, index): CountedInstant => ({ sample: { instantSeconds: index * 5, edgesSeconds: edges, ...arms }, weightPercent }))
            // An instant without a pod has no line.
            .filter(({ sample: { canary, stable } }) => canary.length + stable.length > 0),
        );
      });
    fc.assert(
      fc.property(instants, (written) => {
        expect(parseCounts(writeCounts(written), 'x')).toEqual(written);
      }),
    );
  });

  test('may come in any order, with blank lines and the line ends of another system', () => {
    const [one, two] = ['65,canary,new,20,0,19,20,20', '60,canary,new,10,0,9,10,10'];
    const instants = parseCounts(`\uFEFF${file(one ?? '', '', two ?? '').replaceAll('\n', '\r\n')}\r\n`, 'x');
    expect(instants.map(({ sample }) => [sample.instantSeconds, sample.canary[0]?.requests])).toEqual([
      [60, 10],
      [65, 20],
    ]);
  });

  test('keep only the edges that every pod of an instant has', () => {
    const [{ sample } = { sample: undefined }] = parseCounts(file('60,canary,new,10,0,,9,10', '60,stable,old,90,0,80,85,90'), 'x');
    expect(sample).toMatchObject({ edgesSeconds: [0.25], canary: [{ atMost: [9, 10] }], stable: [{ atMost: [85, 90] }] });
  });
});

describe('a mistake names the file, the line, the field, the value and what is allowed', () => {
  test.each<[string, string, string]>([
    ['a missing column', 'instant,version,pod,requests,errors', 'counts.csv:1: header = '],
    ['an unknown column', `${header},colour`, 'counts.csv:1: header = "colour": instant,version'],
    ['half a pair', `${header},events_drift`, 'counts.csv:1: header = "events_drift"'],
    ['a column twice', `${header},errors`, 'counts.csv:1: header = "errors": each column once'],
    ['an edge that is no number', header.replace('0.25', 'slow'), 'counts.csv:1: header = "le_slow": le_ and seconds'],
    ['a cell too few', file('60,canary,new,10,0,9,10'), 'counts.csv:2: line = "60,canary,new,10,0,9,10": 8 cells'],
    ['a version of another name', file('60,new,new,10,0,9,10,10'), 'counts.csv:2: version = "new": stable or canary'],
    ['a fraction of a request', file('', '60,canary,new,9.5,0,9,10,10'), 'counts.csv:3: requests = "9.5": a whole number'],
    ['nothing where a number is', file('60,canary,new,,0,9,10,10'), 'counts.csv:2: requests = "": a whole number'],
    ['no time', file('soon,canary,new,10,0,9,10,10'), 'counts.csv:2: instant = "soon": Unix seconds'],
    ['more failures than requests', file('60,canary,new,10,11,9,10,10'), 'counts.csv:2: errors = "11": at most the 10 requests'],
    ['buckets that are not cumulative', file('60,canary,new,10,0,9,1,10'), 'counts.csv:2: le_0.25 = 1: at least the 9'],
    ['a pod twice', file('60,canary,new,1,0,1,1,1', '60,canary,new,1,0,1,1,1'), 'counts.csv:3: pod = "new": one line for each'],
  ])('%s', (_, text, message) => {
    expect(() => parseCounts(text, 'counts.csv')).toThrow(CountsError);
    expect(() => parseCounts(text, 'counts.csv')).toThrow(message);
  });

  test.each([
    ['beyond 100 %', ['60,canary,new,1,0,1,1,1,101'], 'counts.csv:2: weight = "101": percent'],
    ['that differs within an instant', ['60,canary,new,1,0,1,1,1,10', '60,stable,old,1,0,1,1,1,20'], 'counts.csv:3: weight = 20: the same'],
  ])('a weight %s', (_, lines, message) => {
    expect(() => parseCounts([`${header},weight`, ...lines].join('\n'), 'counts.csv')).toThrow(message);
  });
});
