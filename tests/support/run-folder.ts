// Folders of one test run. All that tests start and write belongs below the run's folder, so that the end of the run can see what is left.
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';

/** Names the run's folder; set before the tests start, and so in the environment of every process that they start. */
export const runFolderVariable = 'TEST_RUN_FOLDER';

/**
 * Makes a folder for one test; the test removes it. The name is kept short, for a unix socket may lie deep below it.
 * @param prefix two or three letters that tell whose folder it is.
 */
export const makeTestFolder = async (prefix: string): Promise<string> => {
  const folder = process.env[runFolderVariable];
  if (folder === undefined) throw new Error(`${runFolderVariable} is not set: tests are run by vitest with the repository's configuration`);
  return mkdtemp(join(folder, prefix));
};
