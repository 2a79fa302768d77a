/** The person or program at the other end. Tests bring their own. */
import { createInterface } from 'node:readline/promises';
import picocolors from 'picocolors';

export interface Terminal {
  /** Both ends are a person: lines may be rewritten, questions asked. */
  readonly interactive: boolean;
  /** How wide a line may be; it changes with the window. */
  readonly columns: number;
  readonly colors: ReturnType<typeof picocolors.createColors>;
  out(text: string): void;
  err(text: string): void;
  ask(question: string): Promise<string>;
}

/** What a log or a pipe takes without being broken up. */
const columnsOfNobody = 120;

export function processTerminal(): Terminal {
  const interactive = process.stdout.isTTY && process.stdin.isTTY;
  return {
    interactive,
    get columns() {
      return process.stdout.columns ?? columnsOfNobody;
    },
    // Codes in a file or a pipe are noise. NO_COLOR is picocolors' own affair.
    colors: picocolors.createColors(process.stdout.isTTY && picocolors.isColorSupported),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    async ask(question) {
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await lines.question(question);
      } finally {
        lines.close();
      }
    },
  };
}
