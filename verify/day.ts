/** A day as an option: an hour would be another question, and a word for one is nobody's day in particular. */
import { InvalidArgumentError } from 'commander';

export function day(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError('a day such as 2026-11-24 is needed');
}
