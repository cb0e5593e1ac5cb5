// A copy of this checkout as a clone has it: without what git ignores.
import { cp } from 'node:fs/promises';
import { relative } from 'node:path';
import { projectFolder } from '../../support/project.ts';

const ignored = /^(\.git|node_modules|build|out|\.cache|mongos\/charm|[^/]*\.charm)$|(^|\/)\.terraform/;

export const copyCheckout = (to: string): Promise<void> =>
  cp(projectFolder, to, { recursive: true, verbatimSymlinks: true, filter: path => !ignored.test(relative(projectFolder, path)) });
