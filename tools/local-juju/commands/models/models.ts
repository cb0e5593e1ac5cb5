// Models: add, list, switch, show, destroy.
import { JujuError, type LiveModel } from '../../contract.ts';
import { isModelName } from '../../name-patterns.ts';
import { now } from '../clock.ts';
import { noPromptFlag } from '../confirm.ts';
import { bareModelName } from '../model-name.ts';
import { inOrder, outputFlags, print } from '../output.ts';
import type { CommandSpec } from '../spec.ts';
import { naturally, plural } from '../text/names.ts';
import { layTable } from '../text/table.ts';
import { ageOf, durationMs, wholeSecond } from '../text/times.ts';
import { cloudName, controllerName, jujuVersion, regionName } from '../version.ts';

export const addModel: CommandSpec = {
  name: 'add-model',
  summary: 'Adds a model and makes it the current one',
  usage: '<model name> [<cloud>]',
  most: 2,
  details: `A model is a workspace of its own: its applications see nothing of those of other models. With --no-switch the current model stays.
A cloud, a credential and an owner may be named as Juju allows it; there is one cloud, this computer.`,
  examples: ['juju add-model try', 'juju add-model try --config update-status-hook-interval=1m'],
  controllerWide: true,
  flags: [
    { names: ['config'], value: 'key=value', help: 'Set model configuration' },
    { names: ['no-switch'], help: 'Leave the current model as it is' },
    { names: ['c', 'controller'], value: 'string', help: 'Accepted as Juju does; there is one controller' },
    { names: ['credential'], value: 'string', help: 'Accepted as Juju does; without effect' },
    { names: ['owner'], value: 'string', help: 'Accepted as Juju does; without effect' },
  ],
  async run({ controller, console, flags, args }) {
    const [name] = args;
    if (name === undefined) throw new JujuError('model name is required', 2);
    if (!isModelName(name))
      throw new JujuError(`"${name}" is not a valid name: model names may only contain lowercase letters, digits and hyphens`, 2);
    const config: Record<string, string> = {};
    for (const pair of flags.all('config')) {
      const at = pair.indexOf('=');
      if (at < 1) throw new JujuError(`expected "key=value", got "${pair}"`, 2);
      config[pair.slice(0, at)] = pair.slice(at + 1);
    }
    const before = controller.current();
    await controller.addModel(name, config);
    const after = flags.on('no-switch') ? before : name;
    if (after !== undefined && controller.current() !== after) controller.switchTo(after);
    console.err(`Added '${name}' model on ${cloudName}/${regionName} with credential 'default' for user 'admin'\n`);
    return 0;
  },
};

export const models: CommandSpec = {
  name: 'models',
  aliases: ['list-models'],
  summary: 'Lists the models',
  usage: '',
  most: 0,
  details: 'The current model is marked with an asterisk.',
  controllerWide: true,
  flags: [
    ...outputFlags('tabular', 'tabular, json, yaml'),
    { names: ['all'], help: 'Accepted as Juju does; all are listed anyway' },
    { names: ['uuid'], help: 'Show the UUID of each model' },
    { names: ['c', 'controller'], value: 'string', help: 'Accepted as Juju does; there is one controller' },
    { names: ['exact-time'], help: 'Show full times' },
    { names: ['user'], value: 'string', help: 'Accepted as Juju does; there is one user' },
  ],
  run(call) {
    const all = [...call.controller.models()].sort((a, b) => naturally(a.state.name, b.state.name));
    const current = call.controller.current();
    print(
      call,
      'tabular',
      () => inOrder({ models: all.map(live => describeModel(live)), ...(current === undefined ? {} : { 'current-model': current }) }),
      {
        tabular: () =>
          `Controller: ${controllerName}\n\n${layTable(
            [
              [
                'Model',
                ...(call.flags.on('uuid') ? ['UUID'] : []),
                'Cloud/Region',
                'Type',
                'Status',
                'Machines',
                'Units',
                'Access',
                'Last connection',
              ],
              ...all.map(({ state }) => [
                state.name === current ? `${state.name}*` : state.name,
                ...(call.flags.on('uuid') ? [state.uuid] : []),
                `${cloudName}/${regionName}`,
                'local',
                statusWord(state.life),
                String(Object.keys(state.machines).length),
                Object.keys(state.units).length === 0 ? '-' : String(Object.keys(state.units).length),
                'admin',
                'just now',
              ]),
            ],
            { right: call.flags.on('uuid') ? [5, 6] : [4, 5] },
          )}`,
      },
    );
    if (all.length === 0) call.console.err('\nThere are no models. Add one with "juju add-model".\n');
    return 0;
  },
};

export const switchModel: CommandSpec = {
  name: 'switch',
  summary: 'Shows or changes the current model',
  usage: '[<model name>]',
  most: 1,
  details: 'Commands work in the current model unless -m or $JUJU_MODEL says otherwise.',
  examples: ['juju switch', 'juju switch try'],
  controllerWide: true,
  flags: [],
  run({ controller, console, args }) {
    const current = controller.current();
    const shown = (name: string | undefined) => (name === undefined ? controllerName : `${controllerName}:admin/${name}`);
    const [wanted] = args;
    if (wanted === undefined) {
      console.out(`${shown(console.env.JUJU_MODEL || current)}\n`);
      return 0;
    }
    const name = bareModelName(wanted);
    const { state } = controller.model(name);
    controller.switchTo(state.name);
    if (current === state.name) console.err(`${shown(current)} (no change)\n`);
    else console.err(`${shown(current)} -> ${shown(state.name)}\n`);
    return 0;
  },
};

export const showModel: CommandSpec = {
  name: 'show-model',
  summary: 'Shows what a model is',
  usage: '[<model name>]',
  most: 1,
  details: 'Without a name: the current model.',
  emptyMapOnError: true,
  flags: outputFlags('yaml', 'yaml, json'),
  run(call) {
    const [name] = call.args;
    const live = name === undefined ? call.model() : call.controller.model(bareModelName(name));
    print(call, 'yaml', () => inOrder({ [live.state.name]: describeModel(live) }));
    return 0;
  },
};

export const destroyModel: CommandSpec = {
  name: 'destroy-model',
  summary: 'Takes down everything in a model and removes it',
  usage: '<model name>',
  most: 1,
  details: `Units run the hooks of a removal; --force goes on where they fail, --no-wait skips them. Nothing is left: no process, no file.`,
  examples: [
    'juju destroy-model try',
    'juju destroy-model --no-prompt try',
    'juju destroy-model --no-prompt --force --no-wait --destroy-storage try',
  ],
  controllerWide: true,
  flags: [
    noPromptFlag,
    { names: ['y', 'yes'], help: 'The same as --no-prompt' },
    { names: ['force'], help: 'Go on where a hook fails' },
    { names: ['no-wait'], help: 'With --force: do not wait for hooks' },
    { names: ['destroy-storage'], help: 'Destroy all storage as well' },
    { names: ['release-storage'], help: 'Accepted as Juju does; storage of a local model goes with it' },
    { names: ['t', 'timeout'], value: 'duration', help: 'With --force: how long the hooks may take' },
  ],
  async run({ controller, console, flags, args }) {
    const [wanted] = args;
    if (wanted === undefined) throw new JujuError('no model specified', 2);
    if (flags.on('no-wait') && !flags.on('force')) throw new JujuError('--no-wait without --force not valid', 2);
    if (flags.has('t') && !flags.on('force')) throw new JujuError('--timeout without --force not valid', 2);
    if (flags.on('destroy-storage') && flags.on('release-storage'))
      throw new JujuError('--destroy-storage and --release-storage cannot both be specified', 2);
    const timeout = flags.text('t');
    const timeoutMs = timeout === undefined ? undefined : durationMs(timeout);
    if (timeout !== undefined && timeoutMs === undefined)
      throw new JujuError(`invalid value "${timeout}" for option -t: time: invalid duration "${timeout}"`, 2);
    const name = bareModelName(wanted);
    const { state } = controller.model(name);
    if (!flags.on('no-prompt') && !flags.on('y')) {
      console.err(warning(state));
      console.err('To continue, enter the name of the model to be unregistered: ');
      if ((await console.readLine())?.trim() !== state.name) throw new JujuError('model destruction: aborted');
    }
    await controller.destroyModel(
      name,
      {
        force: flags.on('force'),
        destroyStorage: true,
        ...(flags.on('no-wait') ? { timeoutMs: 0 } : timeoutMs === undefined ? {} : { timeoutMs }),
      },
      text => console.err(text.endsWith('\n') ? text : `${text}\n`),
    );
    return 0;
  },
};

function warning(state: LiveModel['state']): string {
  const list = (what: string, names: readonly string[], verb: string) =>
    names.length === 0
      ? ''
      : ` - ${names.length} ${plural(names.length, what)} will be ${verb}\n  - ${what} list: "${[...names].sort(naturally).join('" "')}"\n`;
  return `WARNING This command will destroy the "${state.name}" model and affect the following resources. It cannot be stopped.

${list('machine', Object.keys(state.machines), 'destroyed')}${list('application', Object.keys(state.applications), 'removed')}${list('filesystem', Object.keys(state.storage), 'destroyed')}
`;
}

function describeModel(live: LiveModel): Record<string, unknown> {
  const { state } = live;
  return {
    name: `admin/${state.name}`,
    'short-name': state.name,
    'model-uuid': state.uuid,
    'model-type': 'iaas',
    'controller-name': controllerName,
    owner: 'admin',
    cloud: cloudName,
    region: regionName,
    type: 'local',
    life: state.life,
    status: { current: statusWord(state.life), since: ageOf(state.created, now()) },
    users: { admin: { 'display-name': 'admin', access: 'admin', 'last-connection': 'just now' } },
    machines: Object.fromEntries(Object.keys(state.machines).map(id => [id, { cores: 0 }])),
    'unit-count': Object.keys(state.units).length,
    'agent-version': jujuVersion,
    created: wholeSecond(state.created),
  };
}

function statusWord(life: string): string {
  return life === 'alive' ? 'available' : 'destroying';
}
