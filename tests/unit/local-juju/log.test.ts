// The log of the background process.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { serveClient } from '../../../tools/local-juju/engine/session.ts';
import { openLog } from '../../../tools/local-juju/log.ts';

let room: string;
let path: string;
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'lo-'));
  path = join(room, 'daemon.log');
  const used = room;
  onTestFinished(() => rm(used, { recursive: true, force: true }));
});

const lines = async () =>
  (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));

test('a line has its time, its level, what happened and the stack of what was thrown', async () => {
  const log = openLog(path);
  log.info('begun');
  log.error(new TypeError('no such model'), 'cannot open');
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(await lines()).toEqual([
    { level: 'info', time, msg: 'begun' },
    {
      level: 'error',
      time,
      msg: 'cannot open',
      err: { type: 'TypeError', message: 'no such model', stack: expect.stringContaining('log.test.ts') },
    },
  ]);
});

test('a log goes on with what is there, and begins anew when that is large', async () => {
  openLog(path).info('one');
  openLog(path).info('two');
  expect((await lines()).map(({ msg }) => msg)).toEqual(['one', 'two']);
  await writeFile(path, 'x'.repeat(1_000_001));
  openLog(path).info('three');
  expect((await lines()).map(({ msg }) => msg)).toEqual(['three']);
});

test('where the folder is gone, nobody is told', async () => {
  const log = openLog(path);
  await rm(room, { recursive: true });
  expect(() => log.error('lost')).not.toThrow();
});

test('a command that fails for a reason of ours is logged by its name, without its words', async () => {
  const fails = () => Promise.reject(new Error('a defect'));
  const server = createServer(socket => void serveClient(socket, {} as never, fails, () => true, openLog(path)));
  await new Promise<void>(ready => server.listen(join(room, 'sock'), ready));
  const client = connect(join(room, 'sock'));
  client.write(`${JSON.stringify({ words: ['add-secret', 'mine', 'password=hunter2'] })}\n`);
  const answer = await client.toArray();
  server.close();
  expect(Buffer.concat(answer).toString()).toContain('"exit":1');
  expect(await lines()).toMatchObject([{ level: 'error', msg: 'cannot run the command add-secret', err: { message: 'a defect' } }]);
  expect(await readFile(path, 'utf8')).not.toContain('hunter2');
});
