// What the pages' actions print of users and passwords, and whether a server takes them.
import { MongoServerError } from 'mongodb';
import { expect } from 'vitest';
import { type Credentials, withMongo } from '../../support/client.ts';
import type { Reader } from './reader.ts';

export const nobody: Credentials = { username: '', password: '', uris: '', database: '' };
export const unauthorized = { codeName: 'Unauthorized' };

/** What get-credentials has printed on the page. @param of the charm that the client is integrated with. */
export const credentialsOf = (reader: Reader, application: string, of: 'mongodb' | 'mongos' = 'mongodb'): Credentials => {
  const printed = reader.printed(`juju run ${application}/leader get-credentials`) as Record<string, unknown>;
  expect(printed.ok).toBe('True');
  expect(printed[of]).toBeDefined();
  return printed[of] as Credentials;
};

export const hostsOf = ({ uris }: Credentials): string[] => /@([^/]+)\//.exec(uris)?.[1]?.split(',') ?? [];

/** What get-password prints. */
export const operatorPassword = async (reader: Reader, application: string): Promise<string> => {
  const command = `juju run ${application}/leader get-password username=operator`;
  await reader.type(command);
  return (reader.printed(command) as { password: string }).password;
};

/** The operator's way to where a client's URI leads. */
export const operatorUri = (uri: string, password: string): string =>
  uri.replace(
    /^mongodb:\/\/[^@]+@([^/]+)\/[^?]*/,
    (_, hosts: string) => `mongodb://operator:${encodeURIComponent(password)}@${hosts}/admin`,
  );

/** Whether the server answers that it does not let this user in. Any other failure is thrown. */
export const isRefused = async (uri: string): Promise<boolean> => {
  try {
    await withMongo(uri, client => client.db().command({ ping: 1 }));
    return false;
  } catch (error) {
    // The second one: the user was dropped in the middle of the login.
    if (error instanceof MongoServerError && ['AuthenticationFailed', 'UserNotFound'].includes(error.codeName ?? '')) return true;
    throw error;
  }
};

/** Whether status lists a relation between these two, each `application:endpoint`. */
export const isListed = async (reader: Reader, ...endpoints: readonly [string, string]): Promise<boolean> => {
  await reader.type('juju status --relations');
  const lines = reader.output('juju status --relations').split('\n');
  return lines.some(line => endpoints.every(endpoint => line.includes(endpoint)));
};
