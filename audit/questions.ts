/**
 * The questions that auditors ask, and the tables that they are about: the very files that the Terraform module gives to
 * Athena. A question's comment says what it asks, and in which order its question marks are filled in.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Question {
  readonly name: string;
  readonly about: string;
  /** What its question marks stand for, in their order. */
  readonly parameters: readonly string[];
  readonly sql: string;
  /** Those that it reads. */
  readonly tables: readonly TableName[];
}

export const tableNames = ['ledger_events', 'ledger', 'cloudtrail', 'eks_audit', 'access_logs'] as const;
export type TableName = (typeof tableNames)[number];

export interface Table {
  /** Name and type, as Athena spells types. */
  readonly columns: readonly (readonly [string, string])[];
  readonly partitions: readonly string[];
  /** Of a table of lines: a group for each column. */
  readonly regex?: string;
}

const module = moduleAbove(import.meta.dirname);

/** From the sources, or from what was built of them below `dist/`. */
function moduleAbove(folder: string): string {
  const found = join(folder, 'infra/terraform/modules/audit-trail');
  if (existsSync(join(found, 'tables.json'))) return found;
  if (dirname(folder) === folder) throw new Error('infra/terraform/modules/audit-trail is missing: the questions of the report are there');
  return moduleAbove(dirname(folder));
}

export const tables = JSON.parse(readFileSync(join(module, 'tables.json'), 'utf8')) as Readonly<Record<TableName, Table>>;

export const questions: readonly Question[] = readdirSync(join(module, 'questions'))
  .map((file) => file.replace(/\.sql$/, ''))
  .toSorted()
  .map((name) => questionOf(name, readFileSync(join(module, 'questions', `${name}.sql`), 'utf8')));

export function questionOf(name: string, text: string): Question {
  const comment = text
    .split('\n')
    .filter((line) => line.startsWith('-- '))
    .map((line) => line.slice(3))
    .join(' ');
  const [, about = '', parameters = ''] = /^(.*) Parameters: (.*)\.$/.exec(comment) ?? [];
  const sql = text.slice(text.search(/^(?!--)/m));
  return {
    name,
    about,
    parameters: parameters.split(', '),
    sql,
    tables: tableNames.filter((table) => new RegExp(`\\b(FROM|JOIN) ${table}\\b`).test(sql)),
  };
}

export function questionNamed(name: string): Question {
  const question = questions.find((one) => one.name === name);
  if (question === undefined) throw new Error(`there is no question ${name}`);
  return question;
}
