import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { Mixed } from './test/order.ts';

// A server or browser test may be disturbed by a machine that is busy with something else: it gets one more try, and
// `npm test` names each test that needed it. Unit tests get none.
const shared = {
  environment: 'node',
  passWithNoTests: false,
  restoreMocks: true,
  // Workers, and the programs that tests start from the sources, compile what they read once for all.
  env: { NODE_COMPILE_CACHE: path.join(import.meta.dirname, 'node_modules/.cache/trainyard-tests') },
} as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          maxWorkers: 6,
          sequence: { groupOrder: 1 },
          include: ['test/unit/**/*.test.ts', 'test/unit/**/*.test.tsx'],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'integration',
          // These wait more than they work.
          maxWorkers: 6,
          sequence: { groupOrder: 1 },
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 300_000,
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
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
    pool: 'forks',
    sequence: { sequencer: Mixed },
  },
});
