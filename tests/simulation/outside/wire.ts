// Connections to the simulated servers, at the level of command documents.
import type { Document } from 'bson';
import type { Wire } from '../../../src/mongo/wire.ts';
import { connectTo } from '../database/server.ts';
import { heard } from '../strange.ts';

export { Binary, Double, Long } from 'bson';

export const openWire = async (where: { path: string } | { host: string; port: number }): Promise<Wire> => {
  const connection = await connectTo('path' in where ? where.path : `${where.host}:${where.port}`);
  return {
    command: (database: string, command: Document) => heard(database, command, () => connection.command(database, command)),
    closed: () => connection.closed(),
    close: () => connection.close(),
  };
};
