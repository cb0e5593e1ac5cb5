// docs/errors.md explains every status that the charm can show.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Status, status } from '../../src/core/status.ts';
import { CODES } from '../../src/plan/client-grant.ts';
import { projectFolder } from '../support/project.ts';

const page = readFileSync(join(projectFolder, 'docs', 'errors.md'), 'utf8');

/** Statuses that are made of parts, as the page shows them. */
const MADE: Readonly<Record<string, Status>> = {
  withForeign: status.withForeign('10.0.0.9:27017'),
  setOfOthers: status.setOfOthers('10.0.0.7:27017, 10.0.0.8:27017'),
  down: status.down(['mongodb/1']),
  otherState: status.otherState('…'),
  locked: status.locked('…'),
  noSnap: status.noSnap('mongodb', 'arm64'),
  badConfig: status.badConfig('…'),
  otherSet: status.otherSet('shop'),
  badSystemUsers: status.badSystemUsers('…'),
  badClient: status.badClient('<client>', '…'),
  badClients: status.badClients(['shop', 'reports']),
  tooManyMembers: status.tooManyMembers(50),
  hostSilent: status.hostSilent('data-integrator'),
  roleUnknown: status.roleUnknown('mongodb', 'replication', 'role=nonsense must be replication, config-server or shard'),
  roleFixed: status.roleFixed('mongodb', 'replication', 'shard'),
  shardOutdated: status.shardOutdated('6', '7'),
  shardsOutdated: status.shardsOutdated('7', ['shard-a']),
  waitsForShard: status.waitsForShard('shard-a'),
  shardSyncing: status.shardSyncing('shard-a'),
  addingShard: status.addingShard('shard-a'),
  shardNotAdded: status.shardNotAdded('shard-a', '…'),
  shardRejoins: status.shardRejoins('shard-a'),
  shardsUnreachable: status.shardsUnreachable(['shard-a', 'shard-b']),
  primaryStrange: status.primaryStrange('…'),
  clusterSilent: status.clusterSilent('…'),
  draining: status.draining('shard-a', 2, 1),
  drainStuck: status.drainStuck('shard-a', '…'),
  drainTurn: status.drainTurn('shard-a'),
  jumboChunks: status.jumboChunks('shard-a', ['shop.orders']),
  lastShard: status.lastShard('shard-a'),
  shardDraining: status.shardDraining(1, 2),
  held: status.held('…'),
};

test.each(Object.entries(status))('%s is explained', (name, one) => {
  const shown = typeof one === 'function' ? MADE[name] : one;
  if (shown === undefined) throw new Error(`this test does not know how ${name} is shown`);
  expect(page).toContain(shown.message === '' ? '(empty)' : `\`${shown.message}\``);
});

/** Rows of the sections that quote what clients and actions are refused with: the cells, without those of the head. */
const quoted = ['## What a client asks for and is not given', '## Passwords: what is refused'].flatMap(title => {
  const section = page.slice(page.indexOf(title)).split('\n## ')[0] ?? '';
  return section.split('\n').flatMap(line => /`([^`]*)` +\|[^|]*\|$/.exec(line)?.[1] ?? []);
});

const sources = ['core', 'interfaces', 'observe', 'plan', 'actions']
  .flatMap(room => readdirSync(join(projectFolder, 'src', room)).map(name => join(projectFolder, 'src', room, name)))
  .map(path => readFileSync(path, 'utf8'))
  .join('\n');

test('each code that a client can be told is explained', () => {
  for (const code of Object.values(CODES)) expect(page).toContain(`| ${code} |`);
});

test('what the page quotes of refusals is what the charm says', () => {
  expect(quoted.length).toBeGreaterThan(40);
  // What differs from case to case is left out of the comparison: names, numbers, and what the page abridges.
  const varies =
    /…|mongodb\/\S+|config-server\/leader|\boperator\b|4096|shop \(relation 3\)|relation 7|default, admin, monitor, backup|set-password|rotate-client-password|extra-user-roles|; /;
  const missing = quoted.filter(sentence => !sentence.split(varies).every(part => sources.includes(part.trim())));
  expect(missing).toEqual([]);
});
