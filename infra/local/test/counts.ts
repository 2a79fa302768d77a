/** How many tests passed, failed and were skipped, and which failed, out of what each runner says. */
import { basename } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The failed ones by name, each with why: the end of a long log may be all that there is to look at. */
  readonly failures: readonly string[];
}

export const none: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };

export const add = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
  failures: [...a.failures, ...b.failures],
});

/** A runner that broke without naming a test has failed all the same. */
export const atLeastOneFailed = (counts: Counts, name: string): Counts =>
  counts.failed > 0 ? counts : { ...counts, failed: 1, failures: [name] };

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number().default(0),
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()).default([]) })),
    }),
  ),
});

/** A program that failed has said why in its output, which is part of the reason. */
const linesOfAReason = 20;

/** What the error says and the test's own line, without the library's part of the stack. */
function reasonOf(file: string, messages: readonly string[]): string {
  const lines = stripVTControlCharacters(messages.join('\n')).split('\n');
  const isCall = (line: string) => /^\s+at /.test(line);
  const said = lines.filter((line) => line.trim() !== '' && !isCall(line)).slice(0, linesOfAReason);
  const where = lines.find((line) => isCall(line) && line.includes(basename(file)));
  return [...said, ...(where === undefined ? [] : [where.trim()])].map((line) => `\n    ${line}`).join('');
}

export function vitestCounts(report: string): Counts {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = vitestReport.parse(JSON.parse(report));
  const failures = testResults.flatMap(({ name: file, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${basename(file)}: ${fullName}${reasonOf(file, failureMessages)}`),
  );
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests, failures };
}

const opaReport = z.array(
  z.object({ name: z.string(), fail: z.boolean().optional(), error: z.unknown().optional(), skip: z.boolean().optional() }),
);

export function opaCounts(report: string): Counts {
  const tests = opaReport.parse(JSON.parse(report));
  const skipped = tests.filter(({ skip }) => skip === true).length;
  const failures = tests.filter(({ fail, error }) => fail === true || error !== undefined).map(({ name }) => name);
  return { passed: tests.length - skipped - failures.length, failed: failures.length, skipped, failures };
}
