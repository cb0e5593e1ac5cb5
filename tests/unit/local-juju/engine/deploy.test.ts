// `juju deploy` of a charm's folder: how far it comes before it is refused, and what it says until then.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeployRequest } from '../../../../tools/local-juju/contract.ts';
import { applyConsequences } from '../../../../tools/local-juju/engine/consequences.ts';
import { deploy } from '../../../../tools/local-juju/engine/deploy.ts';
import { req } from './charms.ts';
import { simulation } from './simulation.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'juju-deploy-'));
  const files = {
    'stor/metadata.yaml': 'name: stor\nstorage: {data: {type: filesystem, location: /srv/data}}\n',
    'sub/metadata.yaml': 'name: sub\nsubordinate: true\nrequires: {host: {interface: juju-info, scope: container}}\n',
  };
  for (const [path, text] of Object.entries(files)) {
    const charm = join(folder, path, '..');
    await mkdir(charm, { recursive: true });
    await writeFile(join(folder, path), text);
    await writeFile(join(charm, 'dispatch'), '');
    await writeFile(join(charm, 'config.yaml'), 'options: {i: {type: int}}\n');
    await writeFile(join(charm, 'manifest.yaml'), 'bases: [{name: ubuntu, channel: "22.04"}]\n');
  }
});
afterAll(() => rm(folder, { recursive: true }));

const located = 'Located local charm "stor", revision 0';
const deploying = (name: string) => [located, `Deploying "${name}" from local charm "stor", revision 0 on ubuntu@22.04/stable`];
const refused: [string, Partial<DeployRequest>, string, string[], number?][] = [
  ['a name with capitals', { application: 'Bad' }, 'invalid application name "Bad", unexpected uppercase character', [], 2],
  ['a number for a word', { application: 'a-1' }, 'invalid application name "a-1", unexpected number(s) found after last hyphen', [], 2],
  ['a charm that is not there', { source: './nope' }, 'no charm was found at "./nope"', []],
  ['another base', { base: 'ubuntu@18.04' }, 'stor is not available on the following base: ubuntu@18.04/stable', []],
  [
    'a subordinate with units',
    { source: './sub', count: 2 },
    'cannot use --num-units or --to with subordinate application',
    ['Located local charm "sub", revision 0'],
  ],
  ['an unknown option', { config: { s: '1' } }, 'unknown option "s"', deploying('stor')],
  ['an option of another type', { config: { i: 'zz' } }, 'option "i" expected int, got "zz"', deploying('stor')],
  ['a machine that is not there', { to: ['99'] }, 'cannot deploy "stor" to machine 99: machine 99 not found', deploying('stor')],
  [
    'unknown storage',
    { storage: { nope: '1' } },
    'cannot add application "stor": charm "stor" has no store called "nope"',
    deploying('stor'),
  ],
  ['an unknown pool', { storage: { data: 'bogus' } }, 'cannot add application "stor": pool "bogus" not found', deploying('stor')],
  [
    'a name that is taken',
    { application: 'there' },
    'cannot add application "there": application already exists: \ndeploy application using an alias name:\n    juju deploy <application> <alias>\nor use remove-application to remove the existing one and try again.',
    deploying('there'),
  ],
];

test.each(refused)('%s', async (_title, asked, message, said, exitCode = 1) => {
  const sim = simulation();
  sim.deploy('there', req);
  const lines: string[] = [];
  const request: DeployRequest = {
    ...{ source: './stor', cwd: folder, count: 1, config: {}, trust: false, to: [], storage: {}, attachStorage: [], constraints: '' },
    ...asked,
  };
  const place = { folder: join(folder, 'model'), now: () => sim.now };
  const units = Object.keys(sim.model.units);
  await expect(deploy(sim.model, request, place, text => lines.push(text))).rejects.toMatchObject({ message, exitCode });
  expect(lines).toEqual(said);
  applyConsequences(sim.model, place.folder, sim.now);
  expect(Object.keys(sim.model.charms)).toEqual([req.url]);
  expect(Object.keys(sim.model.units)).toEqual(units);
});
