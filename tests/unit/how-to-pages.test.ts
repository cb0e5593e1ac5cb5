// Every page of docs/how-to that has commands is typed by a test.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPages } from '../support/pages.ts';
import { projectFolder } from '../support/project.ts';

test.each(readPages().filter(({ sections }) => sections.some(({ commands }) => commands.length > 0)))('$name is typed', ({ name }) => {
  expect(existsSync(join(projectFolder, 'tests', 'integration', 'how-to', `${name}.test.ts`))).toBe(true);
});
