// The projects of the test suite. `vitest run --project unit` runs one of them, `vitest run tests/unit/plan` what lies below a folder.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// However Vitest was called, the tests and what they start run on the packaged Node, which runs TypeScript as it is.
const programs = join(import.meta.dirname, 'node_modules', '.bin');
process.env.PATH = `${programs}:${process.env.PATH}`;
if (!process.features.typescript) {
  const again = spawnSync(join(programs, 'node'), process.argv.slice(1), { stdio: 'inherit' });
  process.exit(again.status ?? 1);
}

/** Short files that take long: begun last, by their size, they would be waited for with nothing beside them. */
const LONG = /\/(how-to|demo|scenarios)\/|\/(failures|load|drivers|sample|another-cluster)\.test\.ts$/;
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter(file => !isLong(file))];
  }
}

// Quick ones first and as many at once as there are cores; then those that start mongod, two files side by side.
const quick = { sequence: { groupOrder: 0 }, maxWorkers: Math.max(2, availableParallelism()) };
const heavy = { sequence: { groupOrder: 1 }, maxWorkers: 2 };
const report = process.env.TEST_REPORT;

export default defineConfig({
  test: {
    globalSetup: ['tests/support/run.ts'],
    sequence: { sequencer: LongFirst },
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    projects: [
      { extends: true, test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], testTimeout: 120_000, ...quick } },
      { extends: true, test: { name: 'simulation', include: ['tests/simulation/**/*.test.ts'], testTimeout: 120_000, ...quick } },
      {
        extends: true,
        test: {
          name: 'scenarios',
          include: ['tests/scenarios/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxConcurrency: 2,
          ...heavy,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxConcurrency: 2,
          ...heavy,
        },
      },
    ],
  },
});
