/** Where a program of the stack lies, for tests that start one of their own. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toolsPath } from '../../infra/local/tools/paths.ts';

export function findTool(name: string): string {
  const folders = (process.env['PLIMSOLL_TOOLS_PATH'] ?? toolsPath()).split(':');
  const path = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  if (path === undefined) throw new Error(`\`${name}\` is not installed: \`make doctor\` says how to get it`);
  return path;
}
