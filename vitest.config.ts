import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// A server or browser test may be disturbed by a machine that is busy with something else: it gets one more try, and
// `npm test` names each test that needed it. Unit tests get none.
const shared = {
  environment: 'node',
  passWithNoTests: false,
  restoreMocks: true,
  // Workers, and the programs that tests start from the sources, compile what they read once for all.
  env: { NODE_COMPILE_CACHE: path.join(import.meta.dirname, 'node_modules/.cache/trainyard-tests') },
} as const;

/** Files that take longest begin first, so that no core idles at the end; a clone that has never run them knows only their sizes. */
const long =
  /integration\/(migrations|run-backups|places|recovery|vault)\/|box-(moving|supervisor)|samples|e2e\/looks/;
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          maxWorkers: 5,
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
          maxWorkers: 5,
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
    sequence: { sequencer: LongFirst },
  },
});
