/** Rows as the bytes of a Parquet file. The same rows are the same bytes: neither a clock nor a name of this machine is in them. */
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { type ColumnType, type EventRow, eventColumns } from '../domain/ledger/rows.ts';

type SchemaElement = NonNullable<Parameters<typeof parquetWriteBuffer>[0]['schema']>[number];
type Column = keyof EventRow;

const columns = Object.entries(eventColumns) as readonly (readonly [Column, ColumnType])[];

const textElement = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' } as const;
const elements: Readonly<Record<ColumnType, (name: string) => readonly SchemaElement[]>> = {
  string: (name) => [{ name, ...textElement }],
  timestamp: (name) => [{ name, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'OPTIONAL' }],
  bigint: (name) => [{ name, type: 'INT64', repetition_type: 'OPTIONAL' }],
  int: (name) => [{ name, type: 'INT32', repetition_type: 'OPTIONAL' }],
  double: (name) => [{ name, type: 'DOUBLE', repetition_type: 'OPTIONAL' }],
  boolean: (name) => [{ name, type: 'BOOLEAN', repetition_type: 'OPTIONAL' }],
  // Three levels, as the format wants lists: an empty one is another thing than none.
  'array<string>': (name) => [
    { name, converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', ...textElement },
  ],
};

const schema: SchemaElement[] = [
  { name: 'plimsoll', num_children: columns.length },
  ...columns.flatMap(([name, type]) => elements[type](name)),
];

export function parquetOf(rows: readonly EventRow[]): Uint8Array {
  const columnData: ColumnSource[] = columns.map(([name, type]) => ({ name, data: rows.map((row) => valueOf(type, row[name])) }));
  return new Uint8Array(parquetWriteBuffer({ columnData, schema, createdBy: 'plimsoll' }));
}

function valueOf(type: ColumnType, value: EventRow[Column]): unknown {
  if (value === null) return null;
  if (type === 'timestamp') return new Date(value as string);
  return type === 'bigint' ? BigInt(value as number) : value;
}
