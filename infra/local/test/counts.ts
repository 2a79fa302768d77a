/** How many tests passed, failed and were skipped, out of what each runner says. */
import { z } from 'zod';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const none: Counts = { passed: 0, failed: 0, skipped: 0 };

export const add = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

/** A runner that broke without naming a test has failed all the same. */
export const atLeastOneFailed = (counts: Counts): Counts => (counts.failed > 0 ? counts : { ...counts, failed: 1 });

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number().default(0),
});

export function vitestCounts(report: string): Counts {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = vitestReport.parse(JSON.parse(report));
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
}

const opaReport = z.array(z.object({ fail: z.boolean().optional(), error: z.unknown().optional(), skip: z.boolean().optional() }));

export function opaCounts(report: string): Counts {
  const tests = opaReport.parse(JSON.parse(report));
  const skipped = tests.filter(({ skip }) => skip === true).length;
  const failed = tests.filter(({ fail, error }) => fail === true || error !== undefined).length;
  return { passed: tests.length - skipped - failed, failed, skipped };
}
