// `juju deploy`.
import { JujuError } from '../../contract.ts';
import { storageCount } from '../../storage-count.ts';
import { readClientFile } from '../files.ts';
import type { Call, CommandSpec } from '../spec.ts';
import { yamlDocument } from '../text/yaml-value.ts';

export const deploy: CommandSpec = {
  name: 'deploy',
  summary: 'Deploys a charm as an application',
  usage: '<charm> [<application name>]',
  most: 2,
  details: `The charm is a folder, a .charm file, or the name of a charm of this repository. Each unit gets a machine of its own unless --to says
otherwise. --config takes key=value (again and again) or a YAML file with a section named like the application.`,
  examples: [
    'juju deploy ./mongodb.charm',
    'juju deploy ./mongodb.charm db -n 3 --config auto-delete=true',
    'juju deploy ./mongodb.charm --storage mongodb=rootfs,1G',
    'juju deploy data-integrator --config database-name=shop',
  ],
  flags: [
    { names: ['n', 'num-units'], value: 'integer', initial: '1', help: 'How many units' },
    { names: ['config'], value: 'key=value or file', help: 'Configuration of the application' },
    { names: ['trust'], help: 'Let the application use the cloud credential' },
    { names: ['to'], value: 'machines', help: 'Machines to put units on, with commas between them' },
    { names: ['base'], value: 'base', help: 'The base, like ubuntu@22.04' },
    { names: ['channel'], value: 'channel', help: 'Accepted for charms by name' },
    { names: ['revision'], value: 'integer', help: 'Accepted for charms by name; the build at hand is taken' },
    { names: ['storage'], value: 'name=pool,size,count', help: 'Storage of the units' },
    { names: ['attach-storage'], value: 'ids', help: 'Storage that is there already' },
    { names: ['constraints'], value: 'constraints', help: 'Kept and shown; machines here take what the computer has' },
    { names: ['force'], help: 'Deploy on a base that the charm does not name' },
    { names: ['resource'], value: 'name=file', help: 'Refused: there are no resources here' },
    { names: ['bind'], value: 'bindings', help: 'Refused: there is one network space here' },
    { names: ['device'], value: 'device', help: 'Refused: there are no devices here' },
    { names: ['overlay'], value: 'file', help: 'Refused: bundles are not deployed here' },
    { names: ['dry-run'], help: 'Refused: it is for bundles' },
  ],
  async run(call) {
    const { flags, console, args } = call;
    const [source, application] = args;
    if (source === undefined) throw new JujuError('no charm or bundle specified', 2);
    for (const [name, sentence] of refusedFlags) if (flags.has(name)) throw new JujuError(sentence);
    const count = flags.integer('n') ?? 1;
    if (count < 1) throw new JujuError('--num-units must be a positive integer', 2);
    const live = call.model();
    const { values, file } = await readConfig(call);
    const request = {
      source,
      cwd: console.cwd,
      ...(application === undefined ? {} : { application }),
      count,
      config: values,
      ...(file === undefined ? {} : { configFile: file }),
      trust: flags.on('trust'),
      to: listed(flags.all('to')),
      ...optional('base', flags.text('base')),
      ...optional('channel', flags.text('channel')),
      storage: readStorage(flags.all('storage')),
      attachStorage: listed(flags.all('attach-storage')),
      constraints: flags.all('constraints').join(' '),
    };
    await live.deploy(request, text => console.err(`${text}\n`));
    return 0;
  },
};

const refusedFlags = [
  ['resource', 'the local Juju has no resources'],
  ['bind', 'the local Juju has one network space, alpha'],
  ['device', 'the local Juju has no devices'],
  ['overlay', 'the local Juju does not deploy bundles'],
  ['dry-run', 'the local Juju does not deploy bundles, for which --dry-run is'],
] as const;

async function readConfig({ flags, console }: Call): Promise<{ values: Record<string, string>; file?: Record<string, unknown> }> {
  const values: Record<string, string> = {};
  let file: Record<string, unknown> | undefined;
  for (const text of flags.all('config')) {
    const at = text.indexOf('=');
    if (at > 0) {
      const value = text.slice(at + 1);
      values[text.slice(0, at)] = value.startsWith('@') ? await readClientFile(console, value.slice(1)) : value;
      continue;
    }
    if (file) throw new JujuError('only a single config YAML file can be specified, got 2', 2);
    const read = yamlDocument(await readClientFile(console, text), `cannot read ${text}`);
    if (typeof read !== 'object' || read === null || Array.isArray(read)) throw new JujuError(`cannot read ${text}: it holds no YAML map`);
    file = read as Record<string, unknown>;
  }
  return { values, ...(file ? { file } : {}) };
}

/** `name=pool,size,count` by name. */
function readStorage(texts: readonly string[]): Record<string, string> {
  const storage: Record<string, string> = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    const refuse = (reason: string) => new JujuError(`invalid value ${JSON.stringify(text)} for option --storage: ${reason}`, 2);
    if (at < 1) throw refuse('expected <store>=<directive>');
    storage[text.slice(0, at)] = text.slice(at + 1);
    try {
      storageCount(text.slice(at + 1));
    } catch (error) {
      throw refuse(`cannot parse disk constraints: ${(error as Error).message}`);
    }
  }
  return storage;
}

function listed(texts: readonly string[]): string[] {
  return texts.flatMap(text => text.split(',')).filter(text => text !== '');
}

function optional<Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, string>);
}
