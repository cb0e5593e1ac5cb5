// A client's login at the router stand-in, while the config server on which it lies goes down. The config server is a stub.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openClient } from '../../../../tools/local-machine/router/client.ts';
import type { Cluster } from '../../../../tools/local-machine/router/cluster.ts';
import type { Connection } from '../../../../tools/local-machine/router/connection.ts';
import type { Document } from '../../../../tools/local-machine/router/documents.ts';
import { RouterError } from '../../../../tools/local-machine/router/errors.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const loggedIn = { ok: 1, authInfo: { authenticatedUsers: [{ user: 'shop', db: 'admin' }], authenticatedUserPrivileges: [] } };

/** A client on a config server that gives these answers one after the other; then it is asked for the user in another way. */
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
  const command = vi.fn(async (): Promise<Document> => ({ users: [{ inheritedPrivileges: [privilege] }] }));
  const cluster = { config: { connect: async () => connection, lost: vi.fn(), command } } as unknown as Cluster;
  const client = openClient(cluster, 1, 'peer', lost);
  const later = async () => {
    vi.advanceTimersByTime(2_000);
    const login = await client.login('insert');
    await vi.advanceTimersByTimeAsync(0);
    return login;
  };
  return { client, lost, command, later };
};
const privilege = { resource: { db: 'shop', collection: '' }, actions: ['insert'] };

describe('a config server that goes', () => {
  test.each<[string, Document | Error]>([
    ['while it says that it is shutting down', { ok: 0, code: 11600, errmsg: 'interrupted at shutdown' }],
    ['without a word', new RouterError('HostUnreachable', 'cannot reach c:1: ECONNRESET')],
  ])('%s takes no login along', async (_, answer) => {
    const { client, lost, command, later } = open(loggedIn, answer);
    await client.login('insert');
    expect(await later()).toMatchObject({ user: 'shop', privileges: [] });
    expect(await later()).toMatchObject({ user: 'shop', privileges: [] });
    expect(command).toHaveBeenCalledExactlyOnceWith('admin', { usersInfo: { user: 'shop', db: 'admin' }, showPrivileges: true });
    expect(await client.login('insert')).toMatchObject({ privileges: [privilege] });
    command.mockRejectedValueOnce(new RouterError('HostUnreachable', 'nobody is there'));
    expect(await later()).toMatchObject({ privileges: [privilege] });
    expect(lost).not.toHaveBeenCalled();
  });
  test('ends the connection of a client whose user was dropped meanwhile, and of one that wants to go on talking to it', async () => {
    const { client, lost, command, later } = open(loggedIn, new RouterError('HostUnreachable', 'gone'));
    await client.login('insert');
    await later();
    await expect(client.relay()).rejects.toThrow('has gone');
    expect(lost).toHaveBeenCalledOnce();
    command.mockResolvedValueOnce({ users: [] });
    await later();
    expect(lost).toHaveBeenCalledTimes(2);
    await expect(client.login('insert')).rejects.toThrow('has gone');
  });
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
