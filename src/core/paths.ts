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
    data: `${common}/var/lib/mongodb`,
    logs,
    log: `${logs}/mongodb.log`,
    auditLog: `${logs}/audit.log`,
    socketFolder: `${common}/var`,
    socket: `${common}/var/mongodb-27017.sock`,
    /** The snap's own files, which nobody writes. */
    snap: `${root}/snap/charmed-mongodb/current`,
  } as const;
};
export type MongodPaths = ReturnType<typeof mongodPaths>;
