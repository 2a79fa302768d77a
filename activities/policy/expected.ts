/** The revisions that are expected, read anew each time: a new bundle needs no new worker. */
import { readFile } from 'node:fs/promises';
import type { Digest } from '../../domain/digest.ts';
import { revisionsIn } from '../../domain/policy-revisions.ts';
import { failure } from '../failure.ts';

export const expectedIn = (file: string) => async (): Promise<readonly Digest[]> => {
  try {
    return revisionsIn(await readFile(file, 'utf8'));
  } catch (error) {
    // One line, without the path of this machine.
    const why = error instanceof RangeError ? error.message : error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw failure('policy.unexpected', `the file of PLIMSOLL_POLICY_REVISIONS does not say which policies are expected: ${why}`);
  }
};
