// `npm run bench`: measures what the charms cost beside their peers and the floor, prints tables, and writes bench/results.json and what is
// made of it.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { clearAway } from '../demo/juju.ts';
import { benchCluster } from './cluster/cluster.ts';
import { benchGrowth } from './growth/growth.ts';
import { benchHooks } from './hooks/hooks.ts';
import { modelName } from './hooks/world.ts';
import { benchLoad, benchUnits } from './load/load.ts';
import { type Fresh, writeResults } from './results.ts';
import { inRoom } from './room.ts';

const usage = `Usage: npm run bench [-- [part…] [--runs N] [--rounds N] [--only KEY] [--no-peers] [--beside FOLDER] [--out FOLDER]]

  hooks          what a hook costs, beside Python charms
  cluster        how long deploy, add-unit, integrate, set-password and remove-unit take, beside a plain script
  load           many clients and changes of a password; only when named, for it takes long
  units          up to 50 units; only when named, too
  growth         how the cost of a hook grows with units and clients
  --runs N       how often each hook is run (20)
  --rounds N     how often a cluster is deployed (5)
  --only KEY     this scenario of the hooks; may be given again
  --no-peers     without the Python peers
  --beside FOLDER  the hooks of another checkout too, in turns; it must have been built (npm run build)
  --out FOLDER   where the results go (bench)
`;
const parts = ['hooks', 'cluster', 'growth', 'load', 'units'] as const;
type Part = (typeof parts)[number];
/** Without those that take longer than all others together. */
const usual: readonly Part[] = ['hooks', 'cluster', 'growth'];
type Options = { parts: readonly Part[]; runs: number; rounds: number; only: string[]; peers: boolean; beside?: string; out: string };

const projectFolder = join(import.meta.dirname, '..', '..');

const main = async (words: readonly string[]): Promise<number> => {
  const options = readOptions(words);
  if (options === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  return inRoom('cb-', 'The bench', async ({ room, interrupted, say }) => {
    const fresh: Fresh = {};
    for (const part of parts.filter(name => options.parts.includes(name))) {
      const own = { ...options, room: join(room, part[0]!), interrupted, say };
      await mkdir(own.room);
      try {
        if (part === 'hooks') fresh.hooks = await benchHooks(own);
        else if (part === 'cluster') fresh.cluster = await benchCluster(own);
        else if (part === 'growth') fresh.growth = await benchGrowth(own);
        else if (part === 'load') fresh.load = await benchLoad(own);
        else fresh.units = await benchUnits(own);
      } finally {
        for (const data of ['j', 'b']) await clearAway(join(own.room, data), modelName);
      }
    }
    process.stdout.write(await writeResults(options.out, fresh));
    return 0;
  });
};

/** Undefined when something among the words is not understood. */
const readOptions = (words: readonly string[]): Options | undefined => {
  const chosen: Part[] = [];
  const options: Options = { parts: chosen, runs: 20, rounds: 5, only: [], peers: true, out: join(projectFolder, 'bench') };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    const value = words[at + 1];
    const part = parts.find(name => name === word);
    if (part !== undefined) chosen.push(part);
    else if (word === '--no-peers') options.peers = false;
    else if (value === undefined) return undefined;
    else {
      at += 1;
      if (word === '--runs' && /^[1-9]\d*$/.test(value)) options.runs = Number(value);
      else if (word === '--rounds' && /^[1-9]\d*$/.test(value)) options.rounds = Number(value);
      else if (word === '--only') options.only.push(value);
      else if (word === '--beside') options.beside = resolve(value);
      else if (word === '--out') options.out = value;
      else return undefined;
    }
  }
  return { ...options, parts: chosen.length === 0 ? usual : chosen };
};

process.exitCode = await main(process.argv.slice(2));
