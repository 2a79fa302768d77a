/** What the demo does, it does as a person would: with the CLI. Only looking every half second is plain HTTP. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { repository as checkout } from '../repository.ts';

/** A failed demo is a sentence, not a stack trace. */
export class DemoError extends Error {}

/** Of the running stack; what the caller has set wins. */
export function stackEnvironment(): NodeJS.ProcessEnv {
  const file = join(process.env['PLIMSOLL_HOME'] ?? join(checkout, '.plimsoll'), 'stack.env');
  if (!existsSync(file)) throw new DemoError(`no running stack: ${file} is missing; \`make demo\` starts one`);
  return { ...parseEnv(readFileSync(file, 'utf8')), ...process.env };
}

export const say = (text: string): void => void process.stdout.write(`${text}\n`);
export const title = (text: string): void => say(`\n${process.stdout.isTTY ? `\u001b[1m${text}\u001b[22m` : text}\n`);

const view = z.object({
  phase: z.string(),
  status: z.string(),
  statementDigest: z.string().nullable(),
  history: z.array(z.object({ phase: z.string() })),
  outcome: z.object({ kind: z.string(), reason: z.string() }).nullable(),
});
export type View = z.infer<typeof view>;

const unavailable = 503;
/** Each waits some seconds for Temporal and its workers by itself. */
const looksMax = 6;
const untilNextLookMilliseconds = 500;

export class Console {
  readonly env: NodeJS.ProcessEnv;

  constructor(env: NodeJS.ProcessEnv) {
    this.env = env;
  }

  /** The CLI with this token; its output goes where ours goes, unless it is wanted. */
  plimsoll(token: string, words: readonly string[], wanted = false): Promise<{ readonly exitCode: number; readonly stdout: string }> {
    return new Promise((settle, reject) => {
      const child = spawn(join(checkout, 'bin/plimsoll'), words, {
        env: { ...this.env, PLIMSOLL_TOKEN: token },
        stdio: ['inherit', wanted ? 'pipe' : 'inherit', 'inherit'],
      });
      let stdout = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.once('error', reject);
      child.once('close', (code) => settle({ exitCode: code ?? 1, stdout }));
    });
  }

  async answer<T>(schema: z.ZodType<T>, token: string, words: readonly string[]): Promise<T> {
    return schema.parse(JSON.parse(await this.text(token, [...words, '--json'])));
  }

  async text(token: string, words: readonly string[]): Promise<string> {
    const { exitCode, stdout } = await this.plimsoll(token, words, true);
    if (exitCode !== 0) throw new DemoError(`plimsoll ${words.join(' ')} ended with ${exitCode}`);
    return stdout.trim();
  }

  /** A process each time would cost more than it tells. A worker that was busy for a moment is asked again, as `watch` does. */
  async look(token: string, id: string): Promise<View> {
    for (let look = 1; ; look++) {
      const response = await fetch(`${this.env['PLIMSOLL_API_URL']}/v1/releases/${id}`, { headers: { authorization: `Bearer ${token}` } });
      if (response.ok) return view.parse(await response.json());
      if (response.status !== unavailable || look === looksMax) throw new DemoError(`the API answers ${response.status} for ${id}`);
      await sleep(untilNextLookMilliseconds);
    }
  }
}
