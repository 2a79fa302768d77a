/** Alerts before Prometheus' own tool: well formed, heard when they must be; and every expression of the dashboards parses. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { files } from '../hygiene/repository.ts';
import { run } from '../support/chart.ts';
import { dashboardIn, expressionsOf } from './dashboards.ts';

test('the rules are ones that Prometheus takes', async () => {
  const answer = await run('promtool', ['check', 'rules', 'infra/monitoring/alerts.yaml']);
  expect(answer).toMatchObject({ code: 0 });
  expect(answer.stdout).toMatch(/SUCCESS: \d+ rules found/);
});

test('each alert is heard where it must be, and none where nothing is wrong', async () => {
  expect(await run('promtool', ['test', 'rules', 'infra/monitoring/alerts.test.yaml'])).toMatchObject({ code: 0 });
});

test('what dashboards ask is PromQL', async () => {
  const expressions = files
    .filter((file) => file.startsWith('infra/monitoring/dashboards/'))
    .flatMap((file) => expressionsOf(dashboardIn(file)));
  expect(expressions.length).toBeGreaterThan(15);
  const rules = expressions.map((expr, index) => ({ record: `dashboard:expression:${index}`, expr }));
  const file = join(mkdtempSync(join(tmpdir(), 'plimsoll-dashboards-')), 'rules.yaml');
  writeFileSync(file, stringify({ groups: [{ name: 'dashboards', rules }] }));
  expect(await run('promtool', ['check', 'rules', file])).toMatchObject({ code: 0 });
});
