/** Answers as CSV (RFC 4180), for whoever opens an annex in a spreadsheet: no cell of it is a formula. */
import type { Answer } from './engine.ts';

export function csvOf(answer: Answer): string {
  const [first] = answer;
  if (first === undefined) return '';
  const columns = Object.keys(first);
  const lines = [columns, ...answer.map((row) => columns.map((column) => row[column]))];
  return lines.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

/** Spreadsheets compute what begins so, whoever wrote it: in front of it goes what makes it text. */
const formula = /^[=+\-@\t\r]/;

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return quoted(JSON.stringify(value));
  return quoted(formula.test(value) ? `'${value}` : value);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
