// Puts simulated modules in the place of what the charm's code imports of Node and of its connections to MongoDB, when a simulation's thread
// starts: the charm itself is the one that is shipped, to the last line. Nothing else that runs in the thread is touched.
import { registerHooks } from 'node:module';
// Read from the disk now, and not in the course of a history, whose time stands still meanwhile.
import 'pino';

const here = new URL('./', import.meta.url).href;
const src = new URL('../../../src/', import.meta.url).href;
const answerCall = new URL('../../../tools/local-juju/tools-server/answer-call.ts', import.meta.url).href;

const inCharm: Readonly<Record<string, string>> = {
  'node:fs/promises': 'files.ts',
  'node:child_process': 'commands.ts',
  execa: 'commands.ts',
  './connect.ts': 'connect.ts',
};

/** The same for one importing file alone. */
const inFile: Readonly<Record<string, string>> = {
  'observe/fresh.ts node:crypto': 'chance.ts',
  'dispatch.ts ./observe/fresh.ts': 'fresh.ts',
  'plan/mongod-config.ts js-yaml': 'yaml.ts',
  'mongo/fingerprint.ts node:crypto': 'crypto.ts',
};

registerHooks({
  resolve: (specifier, context, next) => {
    const parent = context.parentURL ?? '';
    const stand = parent.startsWith(src)
      ? (inFile[`${parent.slice(src.length)} ${specifier}`] ?? inCharm[specifier])
      : parent === answerCall && specifier === 'node:fs/promises'
        ? 'files.ts'
        : undefined;
    return stand === undefined ? next(specifier, context) : { url: `${here}${stand}`, shortCircuit: true, format: 'module-typescript' };
  },
});
