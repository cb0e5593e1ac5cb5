// Connections to simulated servers: whether anybody answers, who is logged in, and what a command comes to.
import type { Document } from 'mongodb';
import { ConnectionLost, ServerError } from '../../../src/mongo/errors.ts';
import { chance, clock, currentProgram, outward } from '../kernel.ts';
import { currentWorld, rootOf } from '../world.ts';
import { connected, diskOf, serverAt } from './life.ts';
import { runCommand } from './mongod.ts';
import { evolve } from './replication.ts';
import { primaryOfCluster, runRouterCommand } from './router.ts';
import type { Server } from './state.ts';

export type Connection = {
  command(database: string, command: Document): Promise<Document>;
  closed(): boolean;
  close(): void;
};

const refusedBy = (target: string): Error => Object.assign(new Error(`connect ECONNREFUSED ${target}`), { code: 'ECONNREFUSED' });
const never = (): Promise<never> => new Promise(() => {});
const lost = (): Error => new ConnectionLost('the server closed the connection');

/** @param target path of a unix socket, or address:port. @throws what the system says when nothing listens there. */
export function connectTo(target: string): Promise<Connection> {
  const machine = currentProgram()?.machine ?? '';
  return outward({ kind: 'mongo', name: `connect ${target.startsWith('/') ? 'own' : 'other'}`, writes: false }, async () => {
    evolve();
    const server = target.startsWith('/') ? serverOn(target) : serverAt(target);
    if (server === undefined) {
      if (!target.startsWith('/') && isCut(machine)) return never();
      throw refusedBy(target);
    }
    if (!connected(machine, server.machine)) return never();
    if (server.readyAt > clock.now()) throw refusedBy(target);
    if (server.frozen) return never();
    // A router listens only once it has found its config servers.
    if (server.program === 'mongos' && server.copiedAt === undefined) {
      if (primaryOfCluster(server) === undefined) throw refusedBy(target);
      server.copiedAt = clock.now();
    }
    return connectionTo(server, machine);
  });
}

const isCut = (machine: string): boolean => currentWorld().machines[machine]?.cut === true;

/** `<root>/var/snap/charmed-mongodb/common/var/mongodb-27017.sock` */
function serverOn(socket: string): Server | undefined {
  const { servers } = currentWorld();
  const program = socket.includes('27018') ? 'mongos' : 'mongod';
  return Object.values(servers).find(server => server.program === program && socket.startsWith(`${rootOf(server.machine)}/`));
}

function connectionTo(server: Server, machine: string): Connection {
  let open = true;
  let user: string | undefined;
  const there = (): boolean => currentWorld().servers[`${server.machine} ${server.program}`]?.incarnation === server.incarnation;
  return {
    closed: () => !open || !there(),
    close: () => {
      open = false;
    },
    command: (database, command) => {
      const name = Object.keys(command)[0] ?? '';
      return outward(
        { kind: 'mongo', name, writes: writing(name, command) },
        async () => {
          evolve();
          if (!open || !there()) throw lost();
          if (!connected(machine, server.machine) || server.frozen) return never();
          if (name === 'hello' && command.login !== undefined) user = logIn(server, command.login);
          else if (user === undefined && !PUBLIC.includes(name)) throw new ServerError(`command ${name} requires authentication`, 13);
          const run = server.program === 'mongos' ? runRouterCommand : runCommand;
          const answer = await run(server, database, command);
          if (!there()) throw lost();
          return { ok: 1, ...answer };
        },
        () => (['ping', 'find'].includes(name) ? lost() : failureFor(command)),
      );
    },
  };
}

const PUBLIC = ['hello', 'buildInfo'];

/** What mongod answers at a bad moment: not primary, or nothing more on this connection. */
function failureFor(command: Document): Error {
  return command.writeConcern !== undefined && chance() < 0.5 ? new ServerError('not primary', 10107) : lost();
}

const READS = ['hello', 'buildInfo', 'replSetGetConfig', 'replSetGetStatus', 'usersInfo', 'rolesInfo', 'find', 'getMore', 'aggregate'];
const MORE_READS = ['getParameter', 'serverStatus', 'listCollections', 'listDatabases', 'listShards', 'balancerStatus', 'dbStats'];
const writing = (name: string, command: Document): boolean =>
  name === 'profile' ? command.slowms !== undefined : !READS.includes(name) && !MORE_READS.includes(name);

/** @throws ServerError 18 */
function logIn(server: Server, { user, password, source }: { user: string; password: string; source: string }): string {
  const refuse = (): never => {
    throw new ServerError('Authentication failed.', 18);
  };
  if (user === '__system' && source === 'local') return server.settings.keys.includes(password) ? user : refuse();
  const users = server.program === 'mongos' ? usersOfCluster(server) : diskOf(server).data.users;
  return users?.[user]?.pwd === password ? user : refuse();
}

/** A router asks the config servers who its users are. */
function usersOfCluster(router: Server) {
  const primary = primaryOfCluster(router);
  if (primary === undefined) throw new ServerError('could not find host matching read preference', 133);
  return diskOf(primary).data.users;
}
