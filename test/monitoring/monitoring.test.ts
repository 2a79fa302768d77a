/**
 * Goal: no alert and no dashboard asks for a metric that nobody exports. Method: every name in them against the API's
 * real registry, the names that Temporal's library of the worker carries, and those that our own worker counts by.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { Metrics } from '../../api/http/metrics.ts';
import { documents, files, read } from '../hygiene/repository.ts';
import { dashboardIn, expressionsOf } from './dashboards.ts';

const rule = z.object({
  alert: z.string(),
  expr: z.string(),
  labels: z.looseObject({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.object({ summary: z.string(), runbook: z.string() }),
});
const rules = z
  .object({ groups: z.array(z.object({ rules: z.array(rule) })) })
  .parse(parse(read('infra/monitoring/alerts.yaml')))
  .groups.flatMap((group) => group.rules);
const alerts = [...new Set(rules.map(({ alert }) => alert))];
const dashboards = files.filter((file) => /^infra\/monitoring\/dashboards\/.*\.json$/.test(file));

const asked = [
  ...rules.map(({ alert, expr }) => ({ where: alert, expr })),
  ...dashboards.flatMap((file) => expressionsOf(dashboardIn(file)).map((expr) => ({ where: file, expr }))),
];
/** Whatever looks like a series of ours; functions and labels of PromQL do not. */
const namesIn = (expr: string): readonly string[] => expr.match(/\b(?:temporal|plimsoll|http_server|nodejs|process)_\w+/g) ?? [];
/** A histogram is three series. */
const withoutSuffix = (name: string) => name.replace(/_(bucket|count|sum)$/, '');

const exportedByApi = new Set(new Metrics().registry.getMetricsAsArray().map(({ name }) => name));

/** What worker/main.ts asks of the library: names of counters end in `_total`, units are said, durations are seconds. */
const inLibrary = (name: string) => name.replace(/^temporal_/, '').replace(/_(total|seconds)$/, '');

/** Temporal's own library, as it was built for whatever machine: the names of its metrics are in it as text. */
function library(): Buffer {
  const releases = join(dirname(createRequire(import.meta.url).resolve('@temporalio/core-bridge/package.json')), 'releases');
  const built = ['x86_64-unknown-linux-gnu', 'aarch64-unknown-linux-gnu', 'aarch64-apple-darwin', 'x86_64-apple-darwin'];
  const found = built.map((name) => join(releases, name, 'index.node')).find((file) => existsSync(file));
  if (found === undefined) throw new Error(`Temporal's library is not in ${releases}`);
  return readFileSync(found);
}

const ofFindings = read('worker/findings/start.ts');
const namedByWorker = [...ofFindings.matchAll(/'(plimsoll_\w+)'/g)].map(([, name = '']) => name);

describe('every metric that is asked for is exported', () => {
  const names = [...new Set(asked.flatMap(({ expr }) => namesIn(expr)))];
  const ofTemporal = names.filter((name) => name.startsWith('temporal_'));
  const others = names.filter((name) => !name.startsWith('temporal_'));

  test('by the API, or by the worker’s own counters', () => {
    expect(others.length).toBeGreaterThan(6);
    const unknown = others.filter((name) => {
      const plain = withoutSuffix(name);
      return ![name, plain].some((one) => exportedByApi.has(one)) && !namedByWorker.includes(plain.replace(/_total$/, ''));
    });
    expect(unknown).toEqual([]);
  });

  test('by Temporal’s library', () => {
    const carried = library();
    expect(ofTemporal.length).toBeGreaterThan(8);
    expect(ofTemporal.filter((name) => !carried.includes(inLibrary(withoutSuffix(name))))).toEqual([]);
    expect(carried.includes('activity_execution_failure')).toBe(false);
  });

  test('and each expression asks for at least one', () => {
    expect(asked.filter(({ expr }) => namesIn(expr).length === 0).map(({ where }) => where)).toEqual([]);
  });
});

describe('run books of alerts', () => {
  test('are there for each alert, which names its own, and for nothing else', () => {
    for (const { alert, annotations } of rules) expect(annotations.runbook).toBe(`docs/alerts/${alert}.md`);
    const there = documents.filter((file) => dirname(file) === 'docs/alerts');
    expect(there.toSorted()).toEqual(alerts.map((alert) => `docs/alerts/${alert}.md`).toSorted());
  });

  test.each(alerts)('%s says what it means, how to see it, what to do, how to verify', (alert) => {
    const text = read(`docs/alerts/${alert}.md`);
    expect(text.startsWith(`# ${alert}\n`)).toBe(true);
    const places = ['**What it means.**', '**How to see it.**', '**What to do.**', '**How to verify.**'].map((part) => text.indexOf(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  test('and each alert is heard in a test of its own, and silent where nothing is wrong', () => {
    const cases = z
      .object({
        tests: z.array(z.object({ alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })) })),
      })
      .parse(parse(read('infra/monitoring/alerts.test.yaml')))
      .tests.flatMap((one) => one.alert_rule_test);
    const heard = new Set(cases.filter((one) => one.exp_alerts.length > 0).map(({ alertname }) => alertname));
    const silent = new Set(cases.filter((one) => one.exp_alerts.length === 0).map(({ alertname }) => alertname));
    expect([...heard].toSorted()).toEqual(alerts.toSorted());
    expect([...silent].toSorted()).toEqual(alerts.toSorted());
  });
});

describe.each(dashboards)('%s', (file) => {
  const { uid, panels } = dashboardIn(file);

  test('has a name that links can keep', () => {
    expect(file).toBe(`infra/monitoring/dashboards/${uid.replace('plimsoll-', '')}.json`);
  });

  test('has panels that do not cover each other, each with a sentence', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w } }) => Array.from({ length: w }, (_, column) => `${x + column},${y}`));
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
    expect(panels.filter(({ description }) => !description.endsWith('.'))).toEqual([]);
  });

  test('names alerts that exist', () => {
    const named = panels.flatMap(({ description }) => description.match(/Plimsoll[A-Z]\w+/g) ?? []);
    expect(named.filter((name) => !alerts.includes(name))).toEqual([]);
  });
});

test('there is a dashboard for releases, workers and API', () => {
  expect(dashboards).toHaveLength(3);
});
