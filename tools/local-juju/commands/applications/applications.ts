// Whole applications: remove-application, show-application, expose, unexpose, refresh.
import { JujuError } from '../../contract.ts';
import type { Charm } from '../../state.ts';
import { confirmed } from '../confirm.ts';
import { inOrder, outputFlags, print } from '../output.ts';
import type { CommandSpec } from '../spec.ts';
import { isApplicationName } from '../text/names.ts';
import { removalOfApplication } from './removal.ts';
import { removalFlags, removalOptions, removeEach } from './units.ts';

export const removeApplication: CommandSpec = {
  name: 'remove-application',
  summary: 'Removes applications with their units',
  usage: '<application> [<application> …]',
  details: 'All units run the hooks of a removal, relations are broken first. Storage that lies on the machines goes too.',
  examples: ['juju remove-application data-integrator', 'juju remove-application --no-prompt --destroy-storage mongodb'],
  flags: removalFlags,
  async run(call) {
    const { flags, args, console } = call;
    if (args.length === 0) throw new JujuError('no application specified', 2);
    const wrong = args.find(name => !isApplicationName(name));
    if (wrong !== undefined) throw new JujuError(`invalid application name "${wrong}"`, 2);
    if (flags.on('no-wait') && !flags.on('force')) throw new JujuError('--no-wait without --force not valid', 2);
    const live = call.model();
    const destroyStorage = flags.on('destroy-storage');
    if (flags.on('dry-run') || !flags.on('no-prompt')) {
      const missing = args.filter(name => !live.state.applications[name]);
      for (const name of missing) console.err(`ERROR removing application ${name} failed: application "${name}" not found\n`);
      if (missing.length > 0) return 1;
    }
    const lines = args
      .filter(name => live.state.applications[name])
      .flatMap(name => removalOfApplication(live.state, name, destroyStorage));
    if (flags.on('dry-run')) {
      for (const line of lines) console.out(`${line}\n`);
      return 0;
    }
    if (!flags.on('no-prompt')) await confirmed(console, 'application removal', lines);
    return removeEach(call, args, name => {
      const said = flags.on('no-prompt') && live.state.applications[name] ? removalOfApplication(live.state, name, destroyStorage) : [];
      live.removeApplication(name, removalOptions(flags));
      for (const line of said) console.out(`${line}\n`);
    });
  },
};

export const showApplication: CommandSpec = {
  name: 'show-application',
  summary: 'Shows what applications are',
  usage: '<application> [<application> …]',
  details: 'Charm, base, whether it is exposed, its endpoints.',
  emptyMapOnError: true,
  flags: outputFlags('yaml', 'yaml, json'),
  run(call) {
    if (call.args.length === 0) throw new JujuError('an application name must be supplied', 2);
    const { applications, charms } = call.model().state;
    const missing = call.args.find(name => !applications[name]);
    if (missing !== undefined) throw new JujuError(`application "${missing}" not found`);
    print(call, 'yaml', () =>
      inOrder(
        Object.fromEntries(
          call.args.map(name => {
            const application = applications[name]!;
            const charm = charms[application.charm];
            return [
              name,
              {
                charm: charm?.name ?? application.charm,
                base: `${application.base.name}@${application.base.channel}`,
                constraints: { arch: 'amd64' },
                principal: charm?.subordinate !== true,
                exposed: application.exposed,
                remote: false,
                life: application.life,
                'endpoint-bindings': Object.fromEntries(['', ...bindings(charm)].map(endpoint => [endpoint, 'alpha'])),
              },
            ];
          }),
        ),
      ),
    );
    return 0;
  },
};

export const expose: CommandSpec = {
  name: 'expose',
  summary: 'Marks an application as open to the outside',
  usage: '<application>',
  most: 1,
  details: 'On this computer it changes what is shown, and nothing else: there is no firewall between the machines.',
  flags: [
    { names: ['endpoints'], value: 'names', help: 'Accepted as Juju does; the whole application is exposed' },
    { names: ['to-cidrs'], value: 'networks', help: 'Accepted as Juju does; without effect' },
    { names: ['to-spaces'], value: 'names', help: 'Accepted as Juju does; without effect' },
  ],
  run: call => setExposed(call.args, call.model, true),
};

export const unexpose: CommandSpec = {
  name: 'unexpose',
  summary: 'Takes back expose',
  usage: '<application>',
  most: 1,
  details: 'See "juju help expose".',
  flags: [{ names: ['endpoints'], value: 'names', help: 'Accepted as Juju does; the whole application is meant' }],
  run: call => setExposed(call.args, call.model, false),
};

function setExposed(
  args: readonly string[],
  model: () => { expose(application: string, exposed: boolean): void },
  exposed: boolean,
): number {
  const [name] = args;
  if (name === undefined) throw new JujuError('no application name specified', 2);
  model().expose(name, exposed);
  return 0;
}

export const refresh: CommandSpec = {
  name: 'refresh',
  aliases: ['upgrade-charm'],
  summary: 'Puts a new revision of its charm under an application',
  usage: '<application>',
  most: 1,
  details: `--path names a folder or a .charm file; without it a charm of this repository is taken anew. Units run upgrade-charm, then config-changed.
--force-units upgrades units that are in error as well.`,
  examples: ['juju refresh mongodb --path ./mongodb.charm', 'juju refresh mongodb'],
  flags: [
    { names: ['path'], value: 'path', help: 'The new charm' },
    { names: ['force-units'], help: 'Units that are in error too' },
    { names: ['force'], help: 'Accepted as Juju does; without effect' },
    { names: ['force-base'], help: 'Accepted as Juju does; without effect' },
    { names: ['switch'], value: 'charm', help: 'Refused: a charm is not replaced by another here' },
    { names: ['channel'], value: 'channel', help: 'Accepted for charms by name' },
    { names: ['revision'], value: 'integer', help: 'Refused: revisions of a store are not known here' },
    { names: ['config'], value: 'file', help: 'Refused: use juju config' },
    { names: ['storage'], value: 'name=size', help: 'Refused: storage is chosen when deploying' },
    { names: ['resource'], value: 'name=file', help: 'Refused: there are no resources here' },
    { names: ['trust'], value: 'true|false', help: 'Refused: use juju trust' },
    { names: ['bind'], value: 'bindings', help: 'Refused: there is one network space here' },
    { names: ['base'], value: 'base', help: 'Refused: the base is chosen when deploying' },
  ],
  async run(call) {
    const [name] = call.args;
    if (name === undefined) throw new JujuError('no application specified', 2);
    const refused = ['switch', 'revision', 'config', 'storage', 'resource', 'trust', 'bind', 'base'].find(flag => call.flags.has(flag));
    if (refused !== undefined) throw new JujuError(`"juju refresh --${refused}" is not part of the local Juju; see "juju help refresh"`);
    const live = call.model();
    const before = bindings(live.state.charms[live.state.applications[name]?.charm ?? '']);
    const { charmName, revision } = await live.refresh(name, call.flags.text('path'), {
      cwd: call.console.cwd,
      forceUnits: call.flags.on('force-units'),
    });
    const after = bindings(live.state.charms[`local:${charmName}-${revision}`]);
    const kept = after.filter(endpoint => before.includes(endpoint));
    const added = after.filter(endpoint => !before.includes(endpoint));
    call.console.err(`Added local charm "${charmName}", revision ${revision}, to the model\n`);
    if (added.length > 0) call.console.err(`adding endpoint${added.length === 1 ? '' : 's'} to space "alpha": ${added.join(', ')}\n`);
    if (kept.length > 0) call.console.err(`no change to endpoints in space "alpha": ${kept.join(', ')}\n`);
    return 0;
  },
};

function bindings(charm: Charm | undefined): string[] {
  return [...Object.keys(charm?.endpoints ?? {}), ...(charm?.extraBindings ?? [])].sort();
}
