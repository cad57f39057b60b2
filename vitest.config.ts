import { defineConfig } from 'vitest/config';

// A server or browser test may be disturbed by a machine that is busy with something else: it gets one more try, and
// `npm test` names each test that needed it. Unit tests get none.
const shared = { environment: 'node', passWithNoTests: false, restoreMocks: true } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/unit/**/*.test.tsx'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          retry: 1,
        },
      },
      {
        test: {
          ...shared,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          retry: 1,
          fileParallelism: false,
        },
      },
    ],
    pool: 'forks',
    // Tests of servers and moves wait more than they work.
    maxWorkers: 3,
  },
});
