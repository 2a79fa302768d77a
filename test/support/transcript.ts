/**
 * What a test shows of its run, where somebody wants to read it: `npm run transcript` names a folder, and puts together
 * what lies there afterwards. Everybody else pays nothing.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Transcript {
  /** A sentence of Markdown. */
  say(text: string): void;
  /** A command, and what it printed. */
  show(command: string, printed: string): void;
  /** Something that is quoted as it is, of this language. */
  quote(language: string, text: string): void;
}

/** Parts are put together in the order of their names. */
export function transcript(part: string): Transcript {
  const folder = process.env['PLIMSOLL_TRANSCRIPT'] ?? '';
  const write = (text: string) => {
    if (folder === '') return;
    mkdirSync(folder, { recursive: true });
    appendFileSync(join(folder, `${part}.md`), `${text.trim()}\n\n`);
  };
  const quote = (language: string, text: string) => write(`~~~${language}\n${text.trimEnd()}\n~~~`);
  return { say: write, quote, show: (command, printed) => quote('console', `$ ${command}\n${printed}`) };
}
