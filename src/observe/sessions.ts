// The sessions of one dispatch to this machine's mongod and router. They follow the credentials: the key file, and the operator's password.
import type { Bag } from '../core/observed.ts';
import { type Host, readKeyFile } from '../host/host.ts';
import { loadDriver } from '../mongo/connect.ts';
import { type Mongo, openMongo } from '../mongo/session.ts';
import { decodeAppSecret } from './secrets.ts';

export type Credentials = { readonly keyFile?: string | undefined; readonly operatorPassword?: string | undefined };
export type Sessions = {
  mongod(): Mongo;
  router(): Mongo;
  /** New sessions where these are not the credentials of the present ones. */
  follow(credentials: Credentials): Promise<void>;
  /**
   * Loads the driver, and connects to mongod, while Juju is still asked for the rest: whoever has a key file is going to ask MongoDB.
   * @param secret content of the application's secret. Without it, as for the charm of routers, nothing is connected.
   */
  beginEarly(secret?: Promise<Bag | undefined>): Promise<void>;
  close(): Promise<void>;
};

export function openSessions(host: Host): Sessions {
  let current: Credentials = {};
  const open = new Map<string, Mongo>();
  const sessionAt = (socket: string): Mongo => {
    const session = open.get(socket) ?? openMongo({ socket, ...current });
    open.set(socket, session);
    return session;
  };
  const close = async (): Promise<void> => {
    const sessions = [...open.values()];
    open.clear();
    await Promise.all(sessions.map(session => session.close()));
  };
  const sessions: Sessions = {
    mongod: () => sessionAt(host.paths.socket),
    router: () => sessionAt(host.paths.routerSocket),
    follow: async credentials => {
      if (credentials.keyFile === current.keyFile && credentials.operatorPassword === current.operatorPassword) return;
      current = credentials;
      await close();
    },
    beginEarly: async secret => {
      const keyFile = await readKeyFile(host);
      if (keyFile === undefined) return;
      await loadDriver();
      const operatorPassword = decodeAppSecret(await secret)?.passwords.operator;
      if (operatorPassword === undefined || open.size > 0) return;
      await sessions.follow({ keyFile, operatorPassword });
      await sessions.mongod().own();
    },
    close,
  };
  return sessions;
}
