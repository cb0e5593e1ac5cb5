// A client's login at the router stand-in, while the config server on which it lies goes down. The config server is a stub.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openClient } from '../../../../tools/local-machine/router/client.ts';
import type { Cluster } from '../../../../tools/local-machine/router/cluster.ts';
import type { Connection } from '../../../../tools/local-machine/router/connection.ts';
import type { Document } from '../../../../tools/local-machine/router/documents.ts';
import { RouterError } from '../../../../tools/local-machine/router/errors.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const loggedIn = { ok: 1, authInfo: { authenticatedUsers: [{ user: 'shop', db: 'admin' }], authenticatedUserPrivileges: [] } };

/** A client on a config server that gives these answers one after the other. */
const open = (...answers: (Document | Error)[]) => {
  const lost = vi.fn();
  const listeners: (() => void)[] = [];
  const connection = {
    host: 'c:1',
    ask: async () => {
      const answer = answers.shift();
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('asked too often');
      return answer;
    },
    onClose: (listener: () => void) => void listeners.push(listener),
    close: () => {
      for (const listener of listeners) listener();
    },
  } as unknown as Connection;
  const cluster = { config: { connect: async () => connection, lost: vi.fn() } } as unknown as Cluster;
  return { client: openClient(cluster, 1, 'peer', lost), lost };
};

test.each<[string, Document | Error]>([
  ['says that it is shutting down', { ok: 0, code: 11600, errmsg: 'interrupted at shutdown' }],
  ['has gone', new RouterError('HostUnreachable', 'cannot reach c:1: ECONNRESET')],
])('what a client has begun goes on when the config server %s; then it has to log in again', async (_, answer) => {
  const { client, lost } = open(loggedIn, answer);
  expect(await client.login('insert')).toMatchObject({ user: 'shop' });
  vi.advanceTimersByTime(2_000);
  expect(await client.login('insert')).toMatchObject({ user: 'shop' });
  expect(lost).toHaveBeenCalledOnce();
});

test('without a login from before, and for any other trouble, the answer is an error', async () => {
  const down = { ok: 0, code: 11600, errmsg: 'interrupted at shutdown' };
  await expect(open(down).client.login('insert')).rejects.toThrow('interrupted at shutdown');
  const { client, lost } = open(loggedIn, { ok: 0, code: 13, errmsg: 'not authorized' });
  await client.login('insert');
  vi.advanceTimersByTime(2_000);
  await expect(client.login('insert')).rejects.toThrow('not authorized');
  expect(lost).not.toHaveBeenCalled();
});
