// What programs of the machine print, read into facts.
import { describe, expect, test } from 'vitest';
import { decodeVersion } from '../../../src/host/build.ts';
import { decodeService } from '../../../src/host/snaps.ts';
import { decodeMountPoints } from '../../../src/host/storage.ts';

describe('mongod --version', () => {
  const said = (version: string, more = '') =>
    `db version v${version}\nBuild Info: {\n    "version": "${version}",${more}\n    "modules": []\n}\n`;
  test.each([
    ['of MongoDB', said('6.0.5'), { version: '6.0.5', percona: false }],
    ['of MongoDB, before a release', said('6.0.5-rc1'), { version: '6.0.5-rc1', percona: false }],
    ['of Percona, by its number', said('6.0.6-5'), { version: '6.0.6-5', percona: true }],
    ['of Percona, by its own field', said('6.0.6', '\n    "psmdbVersion": "6.0.6-5",'), { version: '6.0.6', percona: true }],
  ])('%s', (_, text, build) => expect(decodeVersion(text)).toEqual(build));
  test('of something else', () => expect(decodeVersion('mongos version v6.0.5\n')).toBeUndefined());
});

describe('snap services', () => {
  const table = (row: string) => `Service                     Startup   Current   Notes\n${row}\n`;
  test.each([
    ['running', table('charmed-mongodb.mongod      enabled   active    -'), { service: 'active' }],
    ['stopped', table('charmed-mongodb.mongod      disabled  inactive  -'), { service: 'inactive' }],
    ['waiting to be started again', table('charmed-mongodb.mongod      enabled   inactive  -'), { service: 'inactive', startsAgain: true }],
    ['another one of the snap', table('charmed-mongodb.mongod-two  enabled   active    -'), { service: 'absent' }],
    ['none', '', { service: 'absent' }],
  ])('%s', (_, text, state) => expect(decodeService(text, 'charmed-mongodb.mongod')).toEqual(state));
});

test('mount points', () => {
  const text = [
    '29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '412 29 7:3 / /var/snap/charmed-mongodb/common rw,relatime shared:2 master:1 - ext4 /dev/loop3 rw',
    '413 29 8:1 /a /mnt/a\\040folder\\134 rw - ext4 /dev/sda1 rw',
    '',
  ].join('\n');
  expect(decodeMountPoints(text)).toEqual(['/', '/var/snap/charmed-mongodb/common', '/mnt/a folder\\']);
});
