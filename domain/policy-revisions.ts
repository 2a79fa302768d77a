/**
 * Which policies may decide. Whoever publishes a bundle writes its revision into a file, one a line; while a new bundle
 * takes the place of an old one both stand there, since OPA may answer by either. What answers by others is nobody.
 */
import { type Digest, digestPattern } from './digest.ts';

/** Lines that begin with `#` are for people. Throws what is wrong with the rest; no revision at all is wrong, too. */
export function revisionsIn(text: string): readonly Digest[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const stray = lines.find((line) => !digestPattern.test(line));
  if (stray !== undefined) throw new RangeError(`"${stray}" is no revision: one a line, sha256: and 64 hexadecimal digits`);
  if (lines.length === 0) throw new RangeError('it names no revision');
  return lines as readonly Digest[];
}

/** Why an answer does not count; `undefined`: it does. OPA with two sets of policies does not say which one answered. */
export function whyUnexpected(answered: readonly string[], expected: readonly Digest[]): string | undefined {
  const revisions = [...new Set(answered)];
  if (revisions.length === 1 && expected.some((one) => one === revisions[0])) return undefined;
  return `OPA answers by ${revisions.length === 0 ? 'no bundle' : revisions.join(' and ')}, expected is ${expected.join(' or ')}`;
}
