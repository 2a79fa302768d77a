/**
 * The one name of a set of policies: the revision its bundle is built with (`opa build -r`), which OPA gives
 * back with every decision, so that a decision says under exactly which rules it was made.
 *
 * Covers what decides (`.rego` and `.json`), not what proves (tests) nor what explains (documents).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { type Digest, digestBytes, digestOf } from '../../domain/digest.ts';

const decides = (path: string) => /\.(rego|json)$/.test(path) && !path.endsWith('_test.rego');

/** Paths are relative to the folder, with `/`: the same policies have the same revision on every machine. */
export function policyRevision(folder: string): Digest {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(decides);
  if (paths.length === 0) throw new Error('there are no policies in the folder given');
  const named = paths.map((path) => [path.split(sep).join('/'), digestBytes(readFileSync(join(folder, path)))] as const);
  return digestOf(named.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
