// One client's connection: its login, which lives on a connection of its own to the config servers, and what it may do.
import { createHash } from 'node:crypto';
import { Binary } from 'mongodb';
import type { Cluster } from './cluster.ts';
import type { Connection } from './connection.ts';
import type { Document } from './documents.ts';
import { isNetwork, isNotPrimary, RouterError, ServerError } from './errors.ts';
import { allows, type Need, type Privilege } from './privileges.ts';

export type Login = { readonly user: string; readonly db: string; readonly privileges: readonly Privilege[]; readonly authInfo: Document };
export type Client = {
  readonly id: number;
  readonly peer: string;
  /** The connection to the config servers on which the client's own conversation takes place; opened when first needed. */
  relay(): Promise<Connection>;
  /** @throws {RouterError} Unauthorized when nobody is logged in. */
  login(command: string): Promise<Login>;
  /** @throws {RouterError} Unauthorized. */
  require(command: string, db: string, needs: readonly Need[]): Promise<Login>;
  /** What the user may do may have changed. */
  forgetLogin(): void;
  /** The member that the login lies on is not the primary any more. */
  loseLogin(): void;
  close(): void;
};

// How long a user that was dropped or got other roles may go on here; a real mongos looks every 30 s.
const loginForMs = 1_000;

/** @param lost called when the login is lost, so that the client's connection has to end. */
export const openClient = (cluster: Cluster, id: number, peer: string, lost: () => void): Client => {
  let relay: Promise<Connection> | undefined;
  let known: { at: number; login: Login } | undefined;
  let open = true;
  // The relay is closed, and cannot be opened again: only the client has the password.
  let gone = false;
  let renewing = false;

  const connect = async () => {
    const connection = await cluster.config.connect();
    if (!open) connection.close();
    connection.onClose(() => {
      if (!open) return;
      cluster.config.lost(connection.host);
      gone = true;
      // A conversation that has not come to its end has to begin anew. Who is logged in may stay.
      if (known === undefined) lost();
    });
    return connection;
  };

  const relayed = (): Promise<Connection> => {
    if (gone) {
      lost();
      return Promise.reject(new RouterError('HostUnreachable', 'the config server on which the client logged in has gone'));
    }
    relay ??= connect().catch(error => {
      relay = undefined;
      throw error;
    });
    return relay;
  };

  const login = async (command: string): Promise<Login> => {
    const before = known;
    if (before !== undefined && Date.now() - before.at < loginForMs) return before.login;
    if (before !== undefined && gone) {
      void renew(before.login);
      return before.login;
    }
    let reply: Document;
    try {
      const connection = await relayed();
      reply = await connection.ask('admin', { connectionStatus: 1, showPrivileges: true });
      if (!Number(reply.ok)) throw new ServerError(reply);
    } catch (error) {
      const isGoing = isNetwork(error) || (error instanceof ServerError && isNotPrimary(error.code));
      if (before === undefined || !isGoing) throw error;
      loseLogin();
      return before.login;
    }
    const [first] = reply.authInfo.authenticatedUsers as { user: string; db: string }[];
    if (first === undefined) throw new RouterError('Unauthorized', `command ${command} requires authentication`);
    const login = { ...first, privileges: reply.authInfo.authenticatedUserPrivileges as Privilege[], authInfo: reply.authInfo };
    known = { at: Date.now(), login };
    return login;
  };

  /** Like a real mongos, which knows users from the config servers, and asks them while commands go on. */
  const renew = async (login: Login): Promise<void> => {
    if (renewing) return;
    renewing = true;
    try {
      const { user, db } = login;
      const { users } = await cluster.config.command('admin', { usersInfo: { user, db }, showPrivileges: true });
      known = users.length === 0 ? undefined : { at: Date.now(), login: { ...login, privileges: users[0].inheritedPrivileges } };
      if (known === undefined) lost();
    } catch {
      // They are asked again with the next command.
    } finally {
      renewing = false;
    }
  };

  const loseLogin = () => {
    relay?.then(
      connection => connection.close('it is not the primary any more'),
      () => undefined,
    );
  };

  return {
    id,
    peer,
    relay: relayed,
    login,
    require: async (command, db, needs) => {
      const found = await login(command);
      if (needs.every(need => allows(found.privileges, need))) return found;
      throw new RouterError('Unauthorized', `not authorized on ${db} to execute command ${command}`);
    },
    forgetLogin: () => {
      known = undefined;
    },
    loseLogin,
    close: () => {
      open = false;
      relay?.then(
        connection => connection.close(),
        () => undefined,
      );
    },
  };
};

/** The user's part of a session id, by which a shard tells the sessions of two users apart. */
export const userDigest = ({ user, db }: Login): Binary => new Binary(createHash('sha256').update(`${db}.${user}`).digest());
