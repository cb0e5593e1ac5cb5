// A mongod without Juju and without a charm: with the options and the settings of the set that the local machines have.
import { connect } from 'node:net';
import { join } from 'node:path';

export const port = 27017;
/** As the charm initiates its set: docs/decisions/0004. */
export const setSettings = { heartbeatIntervalMillis: 500, electionTimeoutMillis: 5_000, heartbeatTimeoutSecs: 5 };

/** In the mongod's own folder. */
export const socketName = `mongodb-${port}.sock`;

/** @property folder has a folder `data`, and will have the socket and the file `log`. */
export const mongodWords = ({
  folder,
  address,
  set,
  keyFile,
}: {
  folder: string;
  address: string;
  set: string;
  keyFile: string;
}): string[] => [
  ...['--dbpath', join(folder, 'data'), '--port', String(port), '--bind_ip', address, '--replSet', set, '--keyFile', keyFile],
  ...['--unixSocketPrefix', folder, '--logpath', join(folder, 'log'), '--logappend', '--wiredTigerCacheSizeGB', '0.25'],
  ...['--wiredTigerEngineConfigString', 'log=(file_max=8MB)', '--setParameter', 'authenticationMechanisms=SCRAM-SHA-256'],
  ...['--setParameter', 'diagnosticDataCollectionEnabled=false', '--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=100'],
];

/** Whether anything takes connections there. */
export const accepts = (where: { path: string } | { host: string; port: number }): Promise<boolean> =>
  new Promise(answer => {
    const connection = connect(where);
    connection.once('connect', () => {
      connection.destroy();
      answer(true);
    });
    connection.once('error', () => answer(false));
  });
