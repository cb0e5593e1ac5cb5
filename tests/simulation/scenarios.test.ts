// What happens to servers that take as long as on a real machine to end and to start, without any update-status.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = join(import.meta.dirname, 'scenarios.ts');

test.each([
  ['option', 'an option that needs a restart reaches three members'],
  ['slow-start', 'it does where each mongod takes up to 90 s to come up'],
  ['killed-at-the-stop', 'it does where the charm is killed while its mongod stops'],
  ['killed-at-the-start', 'it does where the charm is killed while its mongod starts'],
  ['key-of-the-cluster', 'a shard of three members takes over the key of its cluster'],
  ['key-of-a-set-of-one', 'a shard of one member does, too'],
  ['unanswered', 'the leader of a shard that waits for its cluster in vain does not chase itself from hook to hook'],
  ['leader-removed', 'the next leader takes the member of the one that was removed off the lists of clients in its first hook'],
  ['routers', 'the routers of a config server are started anew when it has more members'],
])('%s: %s', { timeout: 120_000 }, async scenario => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, scenario], { maxBuffer: 1 << 26 }).catch(
    (error: { stdout: string; stderr: string }) => ({ stdout: error.stdout + error.stderr }),
  );
  expect(stdout).toMatch(/^\d+ hooks, 0 problems$/m);
});
