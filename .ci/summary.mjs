// Prints the last line of .ci/run from Vitest's JSON report. A test file that failed
// without a failed test (it could not be loaded, or what comes before its tests failed) counts as one failed test.
import { readFileSync } from 'node:fs';

const read = path => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    process.stdout.write('\nThere is no report of the tests: they did not run to their end.\n');
    process.exitCode = 1;
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  }
};

const report = read(process.argv[2]);
const unloaded = report.testResults.filter(
  file => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
).length;
const failed = report.numFailedTests + unloaded;
const skipped = report.numPendingTests + report.numTodoTests;
process.stdout.write(`\n${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`);
