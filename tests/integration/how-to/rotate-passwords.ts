// The promises of docs/how-to/rotate-passwords.md.
import { expect } from 'vitest';
import { type Credentials, withMongo } from '../../support/client.ts';
import { type StrictWriter, strictWriter } from '../../support/strict-writer.ts';
import { until } from '../../support/until.ts';
import { credentialsOf, isRefused, nobody, operatorPassword, operatorUri } from './credentials.ts';
import type { Promises } from './promises.ts';
import type { Reader } from './reader.ts';

type Memory = { before: Credentials; now: Credentials; writer: StrictWriter | undefined };

/** The client writes with what it was given first, all the time. */
const goesOn = async ({ writer }: Memory): Promise<void> => {
  if (writer === undefined) throw new Error('nobody writes');
  const before = writer.acknowledged();
  await until('more writes', () => writer.acknowledged() > before + 5);
  expect(writer.failures()).toEqual([]);
};
const untilOperator = (reader: Reader, { now }: Memory, right: (password: string) => boolean) =>
  until(
    'the password of the operator',
    async () => {
      const password = await operatorPassword(reader, 'mongodb');
      return right(password) && !(await isRefused(operatorUri(now.uris, password)));
    },
    60_000,
  );
type Secrets = Record<string, { label?: string; rotation?: string }>;
const rotations = async (reader: Reader): Promise<Record<string, string | undefined>> => {
  const { stdout } = await reader.type('juju secrets --format=json');
  return Object.fromEntries(
    Object.values(JSON.parse(stdout) as Secrets).map(({ label = '', rotation }) => [label.replace(/\d+/, 'N'), rotation]),
  );
};

export const rotatePasswords: Promises<Memory> = {
  memory: () => ({ before: nobody, now: nobody, writer: undefined }),
  leave: async ({ writer }) => writer?.end(),
  sections: {
    'Deploy a replica set and a client': async (reader, memory) => {
      memory.before = credentialsOf(reader, 'data-integrator');
      memory.writer = strictWriter(memory.before.uris, 'shop');
      await goesOn(memory);
    },
    'Change the passwords of clients': async (reader, memory) => {
      const second = credentialsOf(reader, 'data-integrator');
      expect(second).toMatchObject({ username: memory.before.username, database: 'shop' });
      expect(await isRefused(memory.before.uris)).toBe(true);
      expect(await isRefused(second.uris)).toBe(true); // it has been changed once more since
      await reader.type('juju run data-integrator/leader get-credentials');
      memory.now = credentialsOf(reader, 'data-integrator');
      await withMongo(memory.now.uris, async client =>
        expect(await client.db('shop').collection('written').countDocuments()).toBeGreaterThan(0),
      );
      await goesOn(memory);
    },
    'Change them on a schedule': async reader => {
      await until('the schedule', async () => (await rotations(reader))['database.N.user.secret'] === 'monthly', 60_000);
    },
    "Change the passwords of the charm's own users": async reader => {
      await until('the schedule', async () => (await rotations(reader))['mongodb.app'] === 'quarterly', 60_000);
    },
    'Choose them yourself, in a secret': async (reader, memory) => {
      await untilOperator(reader, memory, password => /^[A-Za-z0-9]{32}$/.test(password));
      await goesOn(memory);
    },
    'Clean up': async reader => {
      expect(await reader.models()).toEqual([]);
    },
  },
  commands: {
    'Choose them yourself, in a secret: juju run mongodb/leader get-password': (reader, memory) =>
      untilOperator(reader, memory, password => password === 'correct-horse-battery-staple').then(() => undefined),
    'Choose them yourself, in a secret: juju update-secret passwords operator=another-horse': (reader, memory) =>
      untilOperator(reader, memory, password => password === 'another-horse').then(() => undefined),
  },
};
