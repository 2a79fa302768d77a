/** Puts the addresses of the running stack into the environment of tests that need the real tools. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

export default function setup(): void {
  const file = join(process.env['PLIMSOLL_HOME'] ?? '.plimsoll', 'stack.env');
  if (!existsSync(file))
    throw new Error(`no running stack: ${file} is missing. \`make up\` starts one, \`make test\` starts one of its own.`);
  // What the caller has already set wins, so that one test run can point elsewhere.
  for (const [name, value] of Object.entries(parseEnv(readFileSync(file, 'utf8')))) process.env[name] ??= value ?? '';
}
