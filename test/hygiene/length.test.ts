/** A file that is read in one sitting. What is longer already may not grow, and leaves this list once it is short. */
import { describe, expect, test } from 'vitest';
import { files, isGenerated, isTest, read } from './repository.ts';

/** About eight screens: more than that nobody keeps in mind at once. */
const linesMax = 400;

const longer: Readonly<Record<string, number>> = {};

const linesOf = (file: string): number => read(file).split('\n').length - 1;
const sources = files.filter(
  (file) => /\.(ts|rego|tf|py|sh)$/.test(file) && !isGenerated(file) && !isTest(file) && !file.endsWith('_test.rego'),
);

describe('no source file', () => {
  test(`is longer than ${linesMax} lines, or than it was`, () => {
    const tooLong = sources.map((file) => ({ file, lines: linesOf(file) })).filter(({ file, lines }) => lines > (longer[file] ?? linesMax));
    expect(tooLong).toEqual([]);
  });

  test.each(Object.entries(longer))('%s is on the list of long files (%i lines) without need', (file) => {
    expect(sources).toContain(file);
    expect(linesOf(file)).toBeGreaterThan(linesMax);
  });
});
