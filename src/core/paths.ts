// Where things lie on the unit's machine. All of them are given by the snap but for the storage, which Juju mounts at `common`.

/** `root` stands before every path; it is empty on a real machine. */
export const mongodPaths = (root: string) => {
  const common = `${root}/var/snap/charmed-mongodb/common`;
  const settings = `${root}/var/snap/charmed-mongodb/current/etc/mongod`;
  const logs = `${common}/var/log/mongodb`;
  return {
    common,
    settings,
    config: `${settings}/mongod.conf`,
    keyFile: `${settings}/keyFile`,
    routerConfig: `${settings}/mongos.conf`,
    data: `${common}/var/lib/mongodb`,
    logs,
    log: `${logs}/mongodb.log`,
    auditLog: `${logs}/audit.log`,
    routerLogs: `${common}/var/log/mongos`,
    routerLog: `${common}/var/log/mongos/mongos.log`,
    socketFolder: `${common}/var`,
    socket: `${common}/var/mongodb-27017.sock`,
    routerSocket: `${common}/var/mongodb-27018.sock`,
    /** snapd reads it before it starts a service. */
    environment: `${root}/etc/environment`,
    /** The snap's own files, which nobody writes. */
    snap: `${root}/snap/charmed-mongodb/current`,
  } as const;
};
export type MongodPaths = ReturnType<typeof mongodPaths>;

/**
 * Whether a mongod of the charm `mongodb` is on this machine, by the text of mongod.conf: the snap brings one along that names no key file.
 */
export const isOfMongod = (config: string | undefined, { keyFile }: Pick<MongodPaths, 'keyFile'>): boolean =>
  config?.includes(keyFile) ?? false;

/** What the snap is to start mongos with. */
export const routerWords = (paths: MongodPaths): string => `--config ${paths.routerConfig}`;
