/** How the stand-in for AWS is started: moto's own Python, and what `stand_in/` adds to moto. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../repository.ts';
import { toolFolder, toolNamed } from '../tools/paths.ts';

const folder = join(repository, 'infra/local/aws/stand_in');

export interface StandInCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The installation of moto is an environment of its own (infra/local/tools/sources.ts), with an interpreter in it. */
export const standInCommand = (host: string, port: number, env: Readonly<Record<string, string>>): StandInCommand => ({
  file: join(toolFolder(toolNamed('moto')), 'environment/moto/bin/python'),
  args: [join(folder, 'server.py'), '-H', host, '-p', String(port)],
  env: {
    ...env,
    // Modules attach AWS's own managed policies; without this moto knows none.
    MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
    // The checkout is not the place for compiled files.
    PYTHONDONTWRITEBYTECODE: '1',
  },
});

/** What is read at the start only: whoever changed it wants another process. */
export function standInDigest(): string {
  const sum = createHash('sha256');
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith('.py'))
    .toSorted())
    sum.update(readFileSync(join(folder, name)));
  return sum.digest('hex');
}
