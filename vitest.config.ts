import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Stories of whole releases; the alone ones end processes of the stack, or count what it has: nobody else is on it then. */
const alone = ['test/e2e/{chaos,requests}.e2e.test.ts'];
/** An adapter's bad days on AWS alone, which nobody ends: they wait for AWS to settle, and for whoever outlives a worker. */
const patient = ['activities/terraform/trouble.tool.test.ts'];
const stories = {
  globalSetup: ['test/support/stack-environment.ts', 'test/e2e/stage.ts'],
  // A story takes a minute or two; this ends one that would never end, also on a machine that is busy with others.
  testTimeout: 900_000,
  hookTimeout: 900_000,
};

/** Vitest's own second is less than a busy machine takes to show a state that is there. */
const patience = { poll: { timeout: 100_000 } };

/**
 * What decides how long the others of its project take, longest first. Vitest knows durations of an earlier run only: in
 * a fresh checkout it begins with the file of most lines, and the longest story would begin when the others have ended.
 */
const longest = [
  'test/e2e/infrastructure.e2e.test.ts',
  'test/e2e/canary.e2e.test.ts',
  'test/e2e/pipelines.e2e.test.ts',
  'test/e2e/people.e2e.test.ts',
  'test/e2e/gates.e2e.test.ts',
  'activities/terraform/trouble.tool.test.ts',
  'test/platform/account.tool.test.ts',
  'activities/terraform/release.tool.test.ts',
  'infra/terraform/modules.tool.test.ts',
];
for (const file of longest)
  if (!existsSync(join(import.meta.dirname, file)))
    throw new Error(`vitest.config.ts names ${file} as one of the longest; it is not there`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const asVitestWould = await super.sort.call(this, files);
    const projects = Object.values(Object.groupBy(asVitestWould, ({ project }) => project.name));
    return projects.flatMap((project = []) => project.toSorted((a, b) => placeOf(a) - placeOf(b)));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = longest.findIndex((file) => moduleId.endsWith(file));
  return place === -1 ? longest.length : place;
}

/**
 * quick: no program but Node: rules, workflows, replay, hygiene. Minutes at most.
 * tools: each adapter against the real tool, on a running stack (`make test` starts one).
 * e2e:   whole releases on that stack, told as given, when, then; files side by side, each with services of its own.
 * alone: those that need the stack for themselves, one after the other.
 * platform: what a platform team gets, and that needs no release: modules, policies, chart; and Terraform's bad days.
 *        `make test` runs it beside the alone ones, which wait most of their time: one file at a time.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'quick',
          include: ['{domain,workflows,activities,worker,api,cli,backtest,verify,audit,integrations,infra,test}/**/*.test.ts'],
          exclude: ['**/*.tool.test.ts', '**/*.e2e.test.ts', 'node_modules/**', 'dist/**'],
          expect: patience,
          globalSetup: ['test/support/workflow-bundle.ts'],
          // A story of two releases takes seconds; this ends one that would never end, also on a machine that is busy with others:
          // sixteen of a file at once last as long as the file, which took 129 s with a dozen programs on two cores.
          testTimeout: 300_000,
          hookTimeout: 120_000,
          // Modules are loaded once a process and not once a file, which is a quarter of the time. What a file replaces or
          // fakes, it puts back (test/hygiene/bans.test.ts).
          isolate: false,
          // Workflow tests wait for Temporal most of their time, others for a deadline.
          maxConcurrency: 16,
          maxWorkers: availableParallelism() + 1,
        },
      },
      {
        test: {
          name: 'tools',
          include: ['{activities,worker,api,verify,infra/local}/**/*.tool.test.ts'],
          exclude: patient,
          expect: patience,
          globalSetup: ['test/support/stack-environment.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...stories,
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.test.ts'],
          exclude: alone,
          // They wait most of their time, but begin with scans. The short gates come last, when the cores are idle, and not
          // while the longest story scans.
          maxWorkers: 3,
          maxConcurrency: 16,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...stories,
          name: 'alone',
          include: alone,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'platform',
          include: ['{infra/opa,infra/terraform,test}/**/*.tool.test.ts', ...patient],
          expect: patience,
          globalSetup: ['test/support/stack-environment.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
