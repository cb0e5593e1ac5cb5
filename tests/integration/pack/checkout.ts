// A copy of this checkout as a clone has it: without what git ignores.
import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { projectFolder } from '../../support/project.ts';

const ignored = /^(\.git|node_modules|build|out|\.cache|mongos\/charm|[^/]*\.charm)$|(^|\/)\.terraform/;

export const copyCheckout = (to: string): Promise<void> =>
  cp(projectFolder, to, { recursive: true, verbatimSymlinks: true, filter: path => !ignored.test(relative(projectFolder, path)) });

/** Gives the copy the packages that npm would install in it; on the same file system it shares their files. */
export const sharePackages = async (copy: string): Promise<void> => {
  const words = [join(projectFolder, 'node_modules'), copy];
  await promisify(execFile)('cp', ['-al', ...words]).catch(() => promisify(execFile)('cp', ['-a', ...words]));
};
