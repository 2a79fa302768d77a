/**
 * Goal: what must not be released is stopped by the gate that is meant for it, with the finding that says why,
 * and where that is before the plan, nothing that needs a credential ever ran.
 * Method: the cases of examples/ml-platform, each merged and asked for; what to expect is in its `case.yaml`.
 */
import { describe, expect, test } from 'vitest';
import * as given from './given.ts';
import { people } from './given.ts';
import * as then from './then.ts';
import * as when from './when.ts';
import * as world from './world.ts';

/** Activities that assume a role of the environment. */
const withCredentials = ['planSpeculative', 'planForApply', 'applyPlan', 'observeApply'];

async function isBlocked(name: string): Promise<void> {
  const { expected } = given.caseNamed(name);
  const id = await when.ask(people.ana, await given.caseRequest(name));
  const outcome = await when.outcomeOf(id);
  expect(outcome.kind, outcome.reason).toBe(expected.outcome);

  const release = await when.show(id);
  expect(then.decidingPhase(release)).toBe(expected.phase);
  const found = await world.findingsOf(release);
  for (const finding of expected.findings ?? []) expect(found).toContainEqual(expect.objectContaining(finding));
  const violations = release.gate?.violations.map(({ code }) => code);
  expect(violations).toEqual(expect.arrayContaining([...(expected.violations ?? ['finding.blocking'])]));

  const { activities } = await world.historyOf(id);
  expect(activities).not.toContain('applyPlan');
  if (expected.phase === 'checking') expect(activities.filter((activity) => withCredentials.includes(activity))).toEqual([]);
  await then.recordIsWhole(id);
}

// One group after the other: all at once they would keep every other story from its first plan.
describe('before any plan', () => {
  test.concurrent.each(['external-data', 'foreign-provider', 'public-bucket', 'unformatted', 'unsafe-pickle'])('%s is blocked', isBlocked);
});

describe('by its plan', () => {
  test.concurrent.each(['denied-by-policy', 'destroys-key'])('%s is blocked', isBlocked);
});
