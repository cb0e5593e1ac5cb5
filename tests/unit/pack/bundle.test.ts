// Programs that are bundled side by side.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundle } from '../../../tools/pack/bundle.ts';

test('a small program that is done first does not leave a large one waiting for ever', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cb-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const programs = ['src/core/hash.ts', 'src/mongodb.ts', 'src/mongos.ts'];
  await Promise.all(programs.map((entry, at) => bundle(entry, join(folder, String(at)))));
  for (const at of programs.keys()) expect((await stat(join(folder, String(at), 'charm.js'))).size).toBeGreaterThan(0);
});
