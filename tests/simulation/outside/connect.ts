// Connections to the simulated servers, in the place of those of MongoDB's driver. A login is shown the password, which the server compares.
import type { connect as connectReally } from '../../../src/mongo/connect.ts';
import { within } from '../../../src/mongo/deadline.ts';
import { type Connection, connectTo } from '../database/server.ts';
import { heard } from '../strange.ts';

export const loadDriver = async (): Promise<void> => {};

export const connect: typeof connectReally = async (target, { timeoutMs, login }) => {
  const greeted = async (): Promise<Connection> => {
    const connection = await connectTo(target);
    await connection.command('admin', { hello: 1, ...(login === undefined ? {} : { login }) });
    return connection;
  };
  const { command, closed, close } = await within(greeted(), timeoutMs);
  return { command: (database, asked) => heard(database, asked, () => command(database, asked)), isClosed: closed, close };
};
