// Where things lie on a machine, by snapd's rules, below the machine's root folder.
import { join } from 'node:path';

export const snapName = 'charmed-mongodb';

export type SnapFolders = {
  readonly root: string;
  /** The stand-in's own folder: its state, its commands, the services' output. */
  readonly own: string;
  readonly commands: string;
  readonly state: string;
  /** What /snap/charmed-mongodb/current is on a real machine, through the link. */
  readonly mount: string;
  readonly mounts: string;
  /** $SNAP_DATA through the link `current`. */
  readonly data: string;
  readonly dataOfAll: string;
  /** $SNAP_COMMON. */
  readonly common: string;
  readonly environmentFile: string;
  /** Short-lived files and the unix socket of a mongod that names no folder for it. */
  readonly temporary: string;
};

export const snapFolders = (root: string): SnapFolders => {
  const own = join(root, '.machine');
  const mounts = join(root, 'snap', snapName);
  const dataOfAll = join(root, 'var', 'snap', snapName);
  return {
    root,
    own,
    commands: join(own, 'bin'),
    state: join(own, 'state.json'),
    mounts,
    mount: join(mounts, 'current'),
    dataOfAll,
    data: join(dataOfAll, 'current'),
    common: join(dataOfAll, 'common'),
    environmentFile: join(root, 'etc', 'environment'),
    temporary: join(root, 'tmp'),
  };
};

/** The file with what a service wrote to its standard output and standard error. */
export const outputOf = (folders: SnapFolders, service: string): string => join(folders.own, `${service}.log`);
