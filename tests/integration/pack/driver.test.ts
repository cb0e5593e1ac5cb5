// MongoDB's driver as it is packed: with less in it than it has, and run by a script, against a real mongod.
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { charmParts } from '../../../tools/pack/charms.ts';
import { stage } from '../../../tools/pack/stage.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { clientOf, launch, makeSet } from '../mongo/open.ts';

const run = promisify(execFile);
/** SASLprep makes another one of it. */
const PASSWORD = 'Ⅳ\u00a0e\u0301';

test('logs in over a unix socket, IPv4 and IPv6, with any password, and tells mongod what it is', async () => {
  const room = await makeTestFolder('pd-');
  onTestFinished(() => rm(room, { recursive: true }));
  const charm = join(room, 'charm');
  await stage({ ...charmParts('data-integrator'), name: 'greeter', entry: join(import.meta.dirname, 'fixture', 'charm.ts') }, charm);
  const [mongod] = await launch(1);
  await makeSet([mongod!]);
  await clientOf(mongod!).db('admin').command({ createUser: 'greeter', pwd: PASSWORD, roles: [] });
  const proxy = createServer(socket => void socket.pipe(createConnection(mongod!.socket)).pipe(socket));
  await new Promise<void>(done => proxy.listen(0, '::1', done));
  onTestFinished(() => void proxy.close());

  const greet = async (server: string, password: string): Promise<string> => {
    const env = { PATH: '/usr/bin:/bin', JUJU_HOOK_NAME: 'start', SERVER: server, PASSWORD: password };
    return (await run(join(charm, 'dispatch'), { cwd: charm, env })).stdout;
  };
  const before = (await readFile(mongod!.log, 'utf8')).length;
  for (const server of [mongod!.socket, mongod!.host, `[::1]:${(proxy.address() as AddressInfo).port}`]) {
    expect(await greet(server, PASSWORD)).toBe('[{"user":"greeter","db":"admin"}]\n');
    expect(await greet(server, 'another')).toBe('Authentication failed.\n');
  }
  const greetings = (await readFile(mongod!.log, 'utf8')).slice(before).split('\n');
  expect(greetings.filter(line => line.includes('"driver":{"name":"nodejs","version":"7.') && line.includes('"charm"'))).not.toEqual([]);
});
