/** Golden pictures, to be looked at in a browser, and what no verdict may do to them. */
import { expect, test } from 'vitest';
import { failVerdict, firstVerdict, reading } from '../../test/support/verdicts.ts';
import { plotVerdict } from './plot.ts';

const golden = (name: string) => `../../test/golden/judge/${name}.svg`;

test('a rollback shows the evidence over its threshold, and which metric is how far off', async () => {
  await expect(plotVerdict(failVerdict, 'fraud-scorer-production-0123456789ab at 10 %')).toMatchFileSnapshot(golden('rolled-back'));
});

test('a first release without a look has neither a curve nor bars, and says so', async () => {
  await expect(plotVerdict(firstVerdict, 'fraud-scorer-staging-0123456789ab at 100 %')).toMatchFileSnapshot(golden('first-release'));
});

test('names and reasons cannot leave their element', () => {
  const metric = `<script>alert("1")</script>&'\u0000`;
  const svg = plotVerdict({ ...failVerdict, reason: metric, metrics: [reading({ metric })] }, metric);
  expect(svg).not.toContain('<script');
  expect(svg).not.toContain('\u0000');
  expect(svg.match(/&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;&amp;&#39; /g)).toHaveLength(4);
});

test.each([
  ['evidence beyond every scale', { log10Evidence: 400, log10Promotion: -400 }],
  ['the smallest of numbers', { log10Evidence: -1e9, log10Promotion: 1e9 }],
])('%s stays inside the chart', (_, point) => {
  const svg = plotVerdict(
    {
      ...failVerdict,
      trace: [
        { instantSeconds: 1, ...point },
        { instantSeconds: 2, ...point },
      ],
    },
    'x',
  );
  const [, points = ''] = /<polyline points="([^"]+)"/.exec(svg) ?? [];
  const ys = points.split(' ').map((pair) => Number(pair.split(',')[1]));
  expect(ys).toHaveLength(2);
  expect(ys.every((y) => y >= 96 && y <= 336)).toBe(true);
});

test('an interval without an upper bound ends at the edge, and no number is missing anywhere', () => {
  const svg = plotVerdict(failVerdict, 'x');
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  expect(svg).toContain('[0.00, ∞]');
});
