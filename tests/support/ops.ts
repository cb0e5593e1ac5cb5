// The Python library ops, for charms that are made with it.
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder } from './project.ts';
import { pythonPackages } from './python.ts';

const charms = join(projectFolder, 'tests', 'charms');
export type OpsCharm = 'ops-observer' | 'library-client';

/** What the charm's requirements.txt pins: the folder, or a sentence why it cannot be had. */
export const opsPackages = (charm: OpsCharm = 'ops-observer') =>
  pythonPackages(charm === 'ops-observer' ? 'ops' : charm, join(charms, charm, 'requirements.txt'));

/** Puts the charm together as a folder that can be deployed; its units write their events to `events`. */
export const stageOpsCharm = async (target: string, packages: string, events: string, charm: OpsCharm = 'ops-observer'): Promise<void> => {
  await mkdir(events, { recursive: true });
  await cp(join(charms, charm), target, { recursive: true });
  await cp(packages, join(target, 'venv'), { recursive: true });
  await writeFile(join(target, 'events-folder'), `${events}\n`);
};
