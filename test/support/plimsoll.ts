/** `plimsoll` as it is called, by somebody who sees what it says; and folders that are copies of a bucket. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import picocolors from 'picocolors';
import { run } from '../../cli/program.ts';

/** A terminal that remembers what it was told. Without an answer nobody sits before it. */
export function terminalOf(answer?: string) {
  const said = { out: '', err: '' };
  const terminal = {
    interactive: answer !== undefined,
    columns: 100,
    colors: picocolors.createColors(false),
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    ask: async () => answer ?? '',
  };
  return { said, terminal };
}

export async function runPlimsoll(mounted: Parameters<typeof run>[2], words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { said, terminal } = terminalOf();
  const code = await run(words, { env, terminal }, mounted);
  return { code, ...said };
}

export function writeObjects(folder: string, objects: ReadonlyMap<string, string | Uint8Array>): void {
  for (const [key, content] of objects) {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), content);
  }
}
