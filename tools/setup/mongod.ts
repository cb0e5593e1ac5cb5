// The second half of the set-up: sees to it that there is a real mongod, and says in a line what is used.
import { findServer } from '../local-machine/binaries.ts';
import { fetchServers } from './fetch.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

const setUp = async (): Promise<number> => {
  let found = await findServer('mongod');
  // A mongod that was named must be used or refused, never replaced by another.
  if ('missing' in found && !process.env.MONGOD) {
    const failure = await fetchServers(say);
    if (failure !== undefined) {
      process.stderr.write(`Setup cannot go on: ${failure}\n`);
      return 1;
    }
    found = await findServer('mongod');
  }
  if ('missing' in found) {
    process.stderr.write(`Setup cannot go on: ${found.missing}.\n`);
    return 1;
  }
  say(`Ready: Node ${process.versions.node}, mongod ${found.version} (${found.path}).`);
  return 0;
};

process.exitCode = await setUp();
