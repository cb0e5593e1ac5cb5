// A machine that its unit leaves: nothing of the charm stays, and never is anything lost that lies on the storage.
import { access, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { namesIn } from '../../../src/host/files.ts';
import { keptForGood, readFiles } from '../../../src/host/host.ts';
import { whyKept } from '../../../src/host/storage.ts';
import { until } from '../../support/until.ts';
import { configFor, hello, KEY_FILE, openTestHost, started, type TestHost } from './open.ts';

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** A storage at the snap's common folder, which on a local machine is a link. It lies on the machine's own disk unless another place is named. */
async function attach({ root, host }: TestHost, volume = join(root, 'volume')): Promise<string> {
  await mkdir(volume, { recursive: true });
  await mkdir(join(host.paths.common, '..'), { recursive: true });
  await symlink(volume, host.paths.common);
  return volume;
}

/** A folder on another disk than the test's. */
async function onAnotherDisk(): Promise<string> {
  const folder = await mkdtemp('/dev/shm/storage-');
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const KEPT = 'cannot remove the snap, which would delete the data: ';

test('storage that Juju will take away is kept while it is there and after it went; then the snap goes; all of it twice', async () => {
  const opened = await openTestHost();
  const { paths } = opened.host;
  const volume = await attach(opened, await onAnotherDisk());
  await started(opened);
  await opened.done({ do: 'stop-mongod' });
  const data = join(volume, 'var', 'lib', 'mongodb');
  const before = await readdir(data);
  expect(before).toContain('WiredTiger');
  await writeFile(`${paths.keyFile}.new`, 'what a killed hook left of a key');

  for (const _ of ['once', 'twice']) {
    const kept = await opened.apply({ do: 'clean-machine' });
    expect(kept).toEqual({ ok: false, reason: `${KEPT}there is data in ${paths.data}` });
    expect(await keptForGood(opened.host)).toBeUndefined();
    expect(await readdir(paths.settings)).toEqual([]);
    expect(await readFiles(opened.host)).toMatchObject({ snap: { revision: '123' } });
    expect(await namesIn(opened.host.paths.data)).toContain('WiredTiger');
    expect(await readdir(data)).toEqual(before);
  }

  await rm(paths.common);
  await opened.done({ do: 'clean-machine' }, { do: 'clean-machine' });
  expect(await exists(join(opened.root, 'snap', 'charmed-mongodb'))).toBe(false);
  expect(await exists(join(paths.common, '..'))).toBe(false);
  expect((await opened.snap('list')).stderr).toContain('No snaps are installed yet');
  expect(await readdir(data)).toEqual(before);
});

test('storage on the disk of the machine stays for good: the snap stays with it, stopped, and nothing else of the charm', async () => {
  const opened = await openTestHost();
  const { paths } = opened.host;
  await attach(opened);
  await started(opened);
  await opened.done({ do: 'clean-machine' }, { do: 'clean-machine' });
  expect(await keptForGood(opened.host)).toBe(`there is data in ${paths.data}`);
  expect(await readdir(paths.settings)).toEqual([]);
  expect(await namesIn(paths.data)).toContain('WiredTiger');
  expect(opened.machine.services().find(({ name }) => name === 'charmed-mongodb.mongod')).toMatchObject({ enabled: false, active: false });
  // Nor is a mere folder taken away by anybody.
  await rename(join(opened.root, 'volume'), join(opened.root, 'moved'));
  await rm(paths.common);
  await rename(join(opened.root, 'moved'), paths.common);
  await opened.done({ do: 'clean-machine' });
  expect(await keptForGood(opened.host)).toBe(`there is data in ${paths.data}`);
  expect(await namesIn(paths.data)).toContain('WiredTiger');
});

test('an empty storage that is still mounted keeps the snap too', async () => {
  const opened = await openTestHost();
  await attach(opened, await onAnotherDisk());
  await opened.done({ do: 'install-snap', revision: '123' });
  const kept = await opened.apply({ do: 'clean-machine' });
  expect(kept).toMatchObject({ ok: false, reason: expect.stringContaining(`the storage is still at ${opened.host.paths.common}`) });
  await rm(opened.host.paths.common);
  await opened.done({ do: 'clean-machine' });
});

test('a real mount point is known, and so is a folder with one below', async () => {
  const data = '/nowhere/data';
  expect(await whyKept({ common: '/proc', data })).toEqual({ reason: 'the storage is still mounted at /proc', forGood: false });
  expect(await whyKept({ common: '/nowhere', data })).toBeUndefined();
  expect(await whyKept({ common: '', data })).toMatchObject({ reason: expect.stringContaining('mounted') });
});

test('a service that is due to be started again does not start after the unit left', async () => {
  const opened = await openTestHost();
  await attach(opened, await onAnotherDisk());
  await started(opened);
  await opened.machine.fault({ kind: 'kill', service: 'charmed-mongodb.mongod' });
  await until('its end', () => opened.mongodPid() === undefined);
  expect(await opened.apply({ do: 'clean-machine' })).toMatchObject({ ok: false });
  expect(opened.machine.services().find(({ name }) => name === 'charmed-mongodb.mongod')).toMatchObject({ enabled: false, active: false });
});

test('what an earlier unit left on a storage is taken up by the next machine', async () => {
  const first = await openTestHost();
  const volume = await attach(first);
  await started(first);
  await first.done({ do: 'stop-mongod' });
  await rm(first.host.paths.common);
  await first.done({ do: 'clean-machine' });

  const second = await openTestHost();
  await mkdir(join(second.host.paths.common, '..'), { recursive: true });
  await symlink(volume, second.host.paths.common);
  expect(await namesIn(second.host.paths.data)).toContain('WiredTiger');
  const config = configFor(second);
  await second.done(
    { do: 'install-snap', revision: '123' },
    { do: 'write-files', config: config.text, keyFile: KEY_FILE },
    { do: 'start-mongod' },
  );
  expect(await hello(second)).toMatchObject({ automationServiceDescriptor: `charm-${config.hash}` });
});
