/** The checkout, from wherever this runs: the sources, or the build under `dist/`, which holds no package.json. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const repository: string = checkoutAbove(import.meta.dirname);

function checkoutAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  if (dirname(folder) === folder) throw new Error('this runs outside of a checkout of Plimsoll');
  return checkoutAbove(dirname(folder));
}
