// unit-get, juju-reboot, resource-get, credential-get: what concerns the machine and the cloud around it.
import { goQuote } from '../format/quote.ts';
import { ToolError, UsageError } from './errors.ts';
import { noMore } from './flags.ts';
import { applicationOf } from './running.ts';
import type { Tool } from './tool.ts';

const unitGet: Tool = {
  summary: 'print public-address or private-address',
  usage: '[options] <setting>',
  output: 'smart',
  run: ({ running, words }) => {
    const [setting] = words;
    if (setting === undefined) throw new UsageError('no setting specified');
    if (setting !== 'private-address' && setting !== 'public-address') throw new UsageError(`unknown setting ${goQuote(setting)}`);
    noMore(words.slice(1));
    return { value: running.host.addressOf(running.unitName) };
  },
};

const jujuReboot: Tool = {
  summary: 'reboot the host machine',
  usage: '[options]',
  flags: { now: { boolean: true, about: 'reboot immediately, killing the invoking process' } },
  run: ({ running, words, flags }) => {
    noMore(words);
    if (running.action) throw new ToolError('juju-reboot is not supported when running an action.');
    running.rebootRequested = flags.now ? 'now' : 'later';
    running.host.changed();
    return undefined;
  },
};

const resourceGet: Tool = {
  summary: 'get the path to the locally cached resource file',
  usage: '[options] <resource name>',
  run: ({ words }) => {
    const [name] = words;
    if (name === undefined || name === '') throw new UsageError('missing required resource name');
    noMore(words.slice(1));
    throw new ToolError(`could not download resource: resource ${goQuote(name)} not found; the local Juju keeps no resources`);
  },
};

const credentialGet: Tool = {
  summary: 'access cloud credentials',
  usage: '[options]',
  output: 'smart',
  run: ({ running, words }) => {
    noMore(words);
    const reason = applicationOf(running).trust ? 'the local Juju has none' : 'permission denied';
    throw new ToolError(`cannot access cloud credentials: ${reason}`);
  },
};

export const machineTools: Readonly<Record<string, Tool>> = {
  'unit-get': unitGet,
  'juju-reboot': jujuReboot,
  'resource-get': resourceGet,
  'credential-get': credentialGet,
};
