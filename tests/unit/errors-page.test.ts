// docs/errors.md explains every status that the charm can show.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Status, status } from '../../src/core/status.ts';
import { projectFolder } from '../support/project.ts';

const page = readFileSync(join(projectFolder, 'docs', 'errors.md'), 'utf8');

/** Statuses that are made of parts, as the page shows them. */
const MADE: Readonly<Record<string, Status>> = {
  down: status.down(['mongodb/1']),
  otherState: status.otherState('…'),
  locked: status.locked('…'),
  badConfig: status.badConfig('…'),
  badClient: status.badClient('<client>', '…'),
  tooManyMembers: status.tooManyMembers(50),
};

test.each(Object.entries(status))('%s is explained', (name, one) => {
  const shown = typeof one === 'function' ? MADE[name] : one;
  if (shown === undefined) throw new Error(`this test does not know how ${name} is shown`);
  expect(page).toContain(shown.message === '' ? '(empty)' : `\`${shown.message}\``);
});
