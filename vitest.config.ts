import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Stories of whole releases; the alone ones end processes of the stack, or count what it has, and get one for themselves. */
const alone = ['test/e2e/{chaos,requests}.e2e.test.ts'];
const stories = {
  globalSetup: ['test/support/stack-environment.ts', 'test/e2e/stage.ts'],
  // A story takes a minute or two; this ends one that would never end, also on a machine that is busy with others.
  testTimeout: 900_000,
  hookTimeout: 900_000,
};

/**
 * quick: no program but Node: rules, workflows, replay, hygiene. Minutes at most.
 * tools: each adapter against the real tool, on a running stack (`make test` starts one).
 * e2e:   whole releases on that stack, told as given, when, then; files side by side, each with services of its own.
 * alone: those that need a stack for themselves, one after the other; `make test` starts another one for them.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      {
        test: {
          name: 'quick',
          include: ['{domain,workflows,activities,worker,api,cli,backtest,verify,infra,test}/**/*.test.ts'],
          exclude: ['**/*.tool.test.ts', '**/*.e2e.test.ts', 'node_modules/**', 'dist/**'],
          globalSetup: ['test/support/workflow-bundle.ts'],
          // A story of two releases takes seconds; this ends one that would never end, also on a machine that is busy with others.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Workflow tests wait for Temporal most of their time.
          maxConcurrency: 16,
          // vitest leaves a core to itself, which of two is half of the machine.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      {
        test: {
          name: 'tools',
          include: ['{activities,worker,api,verify,infra,test}/**/*.tool.test.ts'],
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
          // They wait most of their time: as many as there are files.
          maxWorkers: 4,
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
    ],
  },
});
