// The Python library ops, for a charm that is not ours.
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder } from './project.ts';
import { pythonPackages } from './python.ts';

const charm = join(projectFolder, 'tests', 'charms', 'ops-observer');

/** What the charm's requirements.txt pins: the folder, or a sentence why it cannot be had. */
export const opsPackages = () => pythonPackages('ops', join(charm, 'requirements.txt'));

/** Puts the charm together as a folder that can be deployed; its units write their events to `events`. */
export const stageObserver = async (target: string, packages: string, events: string): Promise<void> => {
  await mkdir(events, { recursive: true });
  await cp(charm, target, { recursive: true });
  await cp(packages, join(target, 'venv'), { recursive: true });
  await writeFile(join(target, 'events-folder'), `${events}\n`);
};
