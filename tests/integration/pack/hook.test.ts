// A whole hook of each packed charm, from the folder that Juju unpacks it to: with nothing in its environment but what Juju puts there, and
// as another user, who may only read the charm.
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { integrate } from '../../../tools/local-juju/engine/relations.ts';
import type { Model } from '../../../tools/local-juju/state.ts';
import { inHook } from '../../support/hook.ts';
import { packedCharms } from '../../support/packed.ts';
import { projectFolder } from '../../support/project.ts';
import { makeTestFolder, runFolderVariable } from '../../support/run-folder.ts';
import { charmOf } from '../../unit/juju/deployed.ts';
import { simulation } from '../../unit/local-juju/engine/simulation.ts';
import { contentOf } from './content.ts';

const run = promisify(execFile);
// Only root can become somebody else.
const others = process.getuid?.() === 0 ? [{ is: 'as another user', user: { uid: 65_534, gid: 65_534 } }] : [];
const users = [{ is: 'with nothing else in its environment', user: {} }, ...others];

/** Units that wait, each for somebody else: one of mongodb for its leader's secret, one of mongos for a config server. */
const modelOf = async (): Promise<Model> => {
  const sim = simulation();
  sim.deploy('mongodb', await charmOf(projectFolder, 'mongodb'), { count: 2 });
  sim.deploy('data-integrator', await charmOf(join(projectFolder, 'tests', 'charms', 'data-integrator'), 'data-integrator'));
  sim.deploy('mongos', await charmOf(join(projectFolder, 'mongos'), 'mongos'));
  integrate(sim.model, 'mongos:mongos_proxy', 'data-integrator', sim.now);
  sim.settle();
  return sim.model;
};

/** A machine on which the snap is installed, by the look of it, and none of its services runs. */
const machineWith = async (name: string) => {
  const root = await makeTestFolder('an-');
  onTestFinished(() => rm(root, { recursive: true }));
  const charm = join(root, 'var/lib/juju/agents/unit', 'charm');
  await cp(join(await packedCharms(), name), charm, { recursive: true });
  await mkdir(join(root, 'snap/charmed-mongodb/1/usr/bin'), { recursive: true });
  await symlink('1', join(root, 'snap/charmed-mongodb/current'));
  await writeFile(join(root, 'snap/charmed-mongodb/1/usr/bin/mongod'), "#!/bin/sh\necho 'db version v6.0.5'\n", { mode: 0o755 });
  await mkdir(join(root, 'bin'));
  await writeFile(join(root, 'bin/snap'), "#!/bin/sh\necho 'Service Startup Current Notes'\n", { mode: 0o755 });
  // The folders of tests are closed to other users.
  await chmod(root, 0o755);
  await chmod(process.env[runFolderVariable] ?? '', 0o711);
  return { root, charm };
};

const units = [
  { name: 'mongodb', unit: 'mongodb/1', status: { current: 'waiting', message: 'waiting for the leader to make the passwords' } },
  { name: 'mongos', unit: 'mongos/0', status: { current: 'blocked', message: 'Missing relation to config-server.' } },
];

/** The charm's program as Juju runs it for update-status; answers what went to standard error. */
const updateStatus = async (unit: string, { root, charm }: { root: string; charm: string }, user = {}): Promise<string> => {
  const [tools = ''] = (process.env.PATH ?? '').split(':');
  await chmod(tools, 0o755);
  const environment = {
    PATH: `${tools}:${root}/bin:/usr/bin:/bin`,
    JUJU_CONTEXT_ID: process.env.JUJU_CONTEXT_ID,
    JUJU_UNIT_NAME: unit,
    JUJU_CHARM_DIR: charm,
    JUJU_HOOK_NAME: 'update-status',
  };
  const words = Object.entries(environment).map(([key, text]) => `${key}=${text}`);
  return run('/usr/bin/env', ['-i', ...words, './dispatch'], { cwd: charm, ...user }).then(
    ({ stderr }) => stderr,
    error => `exit code ${error.code}: ${error.stderr}`,
  );
};

describe.each(units)('$name', ({ name, unit, status }) => {
  test.each(users)('$is', async ({ user }) => {
    const machine = await machineWith(name);
    const before = await contentOf(machine.charm);
    const model = await modelOf();
    const { value, log, calls } = await inHook(model, unit, 'update-status', () => updateStatus(unit, machine, user));
    expect({ value, log }).toEqual({ value: '', log: [expect.stringMatching(/^INFO update-status: /)] });
    expect(model.units[unit]?.workload).toMatchObject(status);
    expect(calls.map(({ tool }) => tool)).toContain('status-set');
    expect(await contentOf(machine.charm)).toEqual(before);
  });

  test('loads what writes the log only where there is something to write', async () => {
    const machine = await machineWith(name);
    const model = await modelOf();
    const hook = () => inHook(model, unit, 'update-status', () => updateStatus(unit, machine));
    expect((await hook()).log).toHaveLength(1);
    for (const part of ['pino.js', 'pino.cache']) await rm(join(machine.charm, 'lib', part));
    expect(await hook()).toMatchObject({ value: '', log: [] });
    const { workload } = model.units[unit]!;
    model.units[unit]!.workload = { ...workload, message: 'another' };
    expect((await hook()).value).toContain('pino.js');
  });
});
