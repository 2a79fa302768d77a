/**
 * The action in one file, since GitHub runs what a repository holds and installs nothing. `npm run build:action`
 * writes it; a test bundles again and compares, so that nobody has to read it.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export const bundleFile = here('generated/action.cjs');

export async function bundleAction(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: here('../..'),
    entryPoints: ['integrations/github/main.ts'],
    bundle: true,
    write: false,
    platform: 'node',
    // What `runs.using` of action.yml says.
    target: 'node24',
    format: 'cjs',
    minify: true,
    // Names in stack traces, and licences of what is inside.
    keepNames: true,
    legalComments: 'inline',
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

if (import.meta.main) writeFileSync(bundleFile, await bundleAction());
