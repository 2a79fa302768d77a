/**
 * Athena's questions, asked on this machine: the same text, of files with the same columns. DuckDB and Athena agree about
 * most of SQL; the few functions that DuckDB has under another name are given Athena's here, and a test compares what a
 * question means to either (test/platform).
 */
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { type Question, type Table, type TableName, tables } from './questions.ts';

/** Folders, as they lie in buckets. What is not there has no table, and a question about it is not asked. */
export type Sources = { readonly [Name in TableName]?: string | undefined };

export type Answer = readonly Readonly<Record<string, unknown>>[];

const macros = [
  'json_extract_scalar(json, path) AS json_extract_string(json, path)',
  'array_join(list, separator) AS array_to_string(list, separator)',
  // DuckDB wants formats before it knows what it is given: those that questions have, in its own spelling.
  "date_parse(text, format) AS strptime(text, ['%Y-%m-%dT%H:%M:%SZ', '%d/%b/%Y:%H:%M:%S'])",
];

export class Engine {
  readonly #connection: DuckDBConnection;
  readonly has: (table: TableName) => boolean;

  private constructor(connection: DuckDBConnection, sources: Sources) {
    this.#connection = connection;
    this.has = (table) => sources[table] !== undefined;
  }

  static async over(sources: Sources): Promise<Engine> {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    // Nothing here needs the network, and nothing is installed by asking.
    await connection.run('SET autoinstall_known_extensions = false');
    for (const macro of macros) await connection.run(`CREATE MACRO ${macro}`);
    for (const [name, folder] of Object.entries(sources))
      if (folder !== undefined)
        await connection.run(`CREATE VIEW ${name} AS ${views[name as TableName](folder, tables[name as TableName])}`);
    return new Engine(connection, sources);
  }

  /** Columns are in lower case, as in Athena; times come as RFC 3339, numbers as numbers. */
  async ask({ name, parameters, sql }: Question, values: Readonly<Record<string, string | number>>): Promise<Answer> {
    const missing = parameters.filter((parameter) => values[parameter] === undefined);
    if (missing.length > 0) throw new Error(`${name} needs ${missing.join(', ')}`);
    const answer = await this.#connection.runAndReadAll(
      sql,
      parameters.map((parameter): DuckDBValue => values[parameter] ?? null),
    );
    return answer
      .getRowObjectsJS()
      .map((row) => Object.fromEntries(Object.entries(row).map(([column, value]) => [column.toLowerCase(), plain(value)])));
  }

  close(): void {
    this.#connection.closeSync();
  }
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'bigint' ? Number(value) : value;
}

/* ---------------------------------------------------------------- tables */

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const pathPart = (pattern: string): string => `regexp_extract(filename, '${pattern}', 1)`;
const struct = ({ columns }: Table): string => columns.map(([name, type]) => `${quoted(name)}: ${quoted(duckType(type))}`).join(', ');

const views: Readonly<Record<TableName, (folder: string, table: Table) => string>> = {
  ledger_events: (folder) =>
    `SELECT * FROM read_parquet(${quoted(`${folder}/*/*/*.parquet`)}, hive_types = {'dt': VARCHAR, 'hour': VARCHAR})`,
  ledger: (folder, table) =>
    `SELECT *, parse_path(filename)[-2] AS release FROM read_json(${quoted(`${folder}/*/*.json`)}, columns = {${struct(table)}}, filename = true)`,
  // A file is one object with a list of events. Its partitions are in its path alone, as in Athena.
  cloudtrail: (folder, table) => `
    SELECT event.*, ${pathPart('/(\\d{12})/CloudTrail/')} AS account, ${pathPart('/CloudTrail/([^/]+)/')} AS region,
      ${pathPart('/CloudTrail/[^/]+/(\\d{4}/\\d\\d/\\d\\d)/')} AS dt
    FROM (
      SELECT unnest("Records") AS event, filename
      FROM read_json(${quoted(`${folder}/**/*.json*`)}, columns = {'Records': 'STRUCT(${fields(table)})[]'}, filename = true,
        maximum_object_size = 268435456)
    )`,
  eks_audit: (folder, table) =>
    `SELECT *, ${pathPart('/(\\d{4}/\\d\\d/\\d\\d)/')} AS dt FROM read_json(${quoted(`${folder}/**/*`)}, format = 'newline_delimited', columns = {${struct(table)}}, filename = true)`,
  access_logs: (folder, { columns, regex = '' }) => `
    SELECT line.* FROM (
      SELECT regexp_extract(line, ${quoted(regex)}, [${columns.map(([name]) => quoted(name)).join(', ')}]) AS line
      FROM read_csv(${quoted(`${folder}/**/*`)}, columns = {'line': 'VARCHAR'}, delim = '\\x01', quote = '', escape = '', header = false)
    )`,
};

const fields = ({ columns }: Table): string => columns.map(([name, type]) => `"${name}" ${duckType(type)}`).join(', ');

/** `struct<a:string,b:array<int>>` is `STRUCT("a" VARCHAR, "b" INTEGER[])`. */
function duckType(type: string): string {
  const [, kind, inner = ''] = /^(struct|array|map)<(.*)>$/.exec(type) ?? [];
  if (kind === 'array') return `${duckType(inner)}[]`;
  if (kind === 'map') return `MAP(${partsOf(inner).map(duckType).join(', ')})`;
  if (kind === 'struct')
    return `STRUCT(${partsOf(inner)
      .map((part) => `"${part.slice(0, part.indexOf(':'))}" ${duckType(part.slice(part.indexOf(':') + 1))}`)
      .join(', ')})`;
  return plainTypes[type] ?? type.toUpperCase();
}

const plainTypes: Readonly<Record<string, string>> = { string: 'VARCHAR', int: 'INTEGER' };

/** At the commas that are in no brackets. */
function partsOf(list: string): readonly string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (let index = 0; index < list.length; index++) {
    const sign = list[index];
    if (sign === '<') depth += 1;
    else if (sign === '>') depth -= 1;
    else if (sign === ',' && depth === 0) {
      parts.push(list.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, list.slice(start)];
}
