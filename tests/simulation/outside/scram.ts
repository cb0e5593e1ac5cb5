// A login without the arithmetic of SCRAM: the simulated server is shown the password, and compares it. All else is as it is.
import type { Document } from 'bson';
import type { Wire } from '../../../src/mongo/wire.ts';

export * from '../../../src/mongo/scram.ts';
export type Login = { readonly user: string; readonly password: string; readonly source: string };

export const greetAndLogIn = (wire: Wire, greeting: Document, login: Login): Promise<Document> =>
  wire.command('admin', { ...greeting, login });
