import { defineConfig } from 'vitest/config';

/**
 * quick: no program but Node: rules, workflows, replay, hygiene. Minutes at most.
 * tools: each adapter against the real tool, on a running stack (`make test` starts one).
 * e2e:   whole releases on that stack, told as given, when, then.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      {
        test: {
          name: 'quick',
          include: ['{domain,workflows,activities,worker,api,cli,backtest,infra,test}/**/*.test.ts'],
          exclude: ['**/*.tool.test.ts', '**/*.e2e.test.ts', 'node_modules/**', 'dist/**'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // Workflow tests wait for Temporal most of their time.
          maxConcurrency: 16,
        },
      },
      {
        test: {
          name: 'tools',
          include: ['{activities,worker,api,infra,test}/**/*.tool.test.ts'],
          globalSetup: ['test/support/stack-environment.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.test.ts'],
          globalSetup: ['test/support/stack-environment.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
