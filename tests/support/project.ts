// Where things lie in the checkout.
import { join, resolve } from 'node:path';

export const projectFolder = resolve(import.meta.dirname, '..', '..');

/** The Node that the packages bring along, whatever Node runs the tests. */
export const packagedNode = join(projectFolder, 'node_modules', '.bin', 'node');
