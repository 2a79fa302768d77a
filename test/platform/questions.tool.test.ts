/**
 * Goal: a question means the same to Athena, which tests never meet, as to DuckDB, which they ask.
 * Method: sqlglot reads each file as Athena's SQL, which it refuses when it is none, and says the same in DuckDB's. Its
 * answer has to be the one that the file itself gives, over a week in which every question finds something.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../audit/engine.ts';
import { questions } from '../../audit/questions.ts';
import { engineOver, valuesFor } from '../support/audit-engine.ts';
import { findTool } from '../support/find-tool.ts';
import { plantedWeek } from '../support/week.ts';

const week = plantedWeek(20261123);
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-athena-'));
let engine: Engine;
let said: readonly string[];

/** All at once: starting Python takes longer than reading them all. */
function inDuckDb(texts: readonly string[]): readonly string[] {
  const marked = texts.map((text) => `SELECT '-next-';\n${text}`).join(';\n');
  const { stdout } = execaSync(findTool('sqlglot'), ['-', '--read', 'athena', '--write', 'duckdb'], { input: marked });
  return stdout.split(/^SELECT\s+'-next-'$/m).slice(1);
}

beforeAll(async () => {
  engine = await engineOver(folder, week);
  said = inDuckDb(questions.map(({ sql }) => sql));
});
afterAll(() => {
  engine.close();
  rmSync(folder, { recursive: true });
});

test('what is no SQL of Athena is refused', () => {
  expect(() => inDuckDb(['SELECT FROM WHERE GROUP'])).toThrow(/ParseError/);
});

test.each(questions.map((question, index) => ({ ...question, index })))('$name means the same to both', async ({ index, ...question }) => {
  const rows = await engine.ask(question, valuesFor(week));
  expect(await engine.ask({ ...question, sql: said[index] ?? '' }, valuesFor(week))).toEqual(rows);
  // Only an answer compares anything. No record of this week is missing, which audit/questions.test.ts has.
  expect(rows.length > 0).toBe(question.name !== 'records-that-do-not-follow');
});
