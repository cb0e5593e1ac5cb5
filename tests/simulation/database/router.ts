// A router, as far as the charm talks to one. Filled in with the cluster.
import type { Document } from 'bson';
import { ServerError } from '../../../src/mongo/errors.ts';
import type { Server } from './state.ts';

export async function runRouterCommand(server: Server, _database: string, command: Document): Promise<Document> {
  const name = Object.keys(command)[0] ?? '';
  if (name === 'hello') return { msg: 'isdbgrid', isWritablePrimary: true, automationServiceDescriptor: server.settings.descriptor };
  if (name === 'buildInfo') return { version: '6.0.6' };
  throw new ServerError(`no such command: '${name}'`, 59);
}
