// `juju config`: an application's settings; and `juju trust`.
import { JujuError, type LiveModel } from '../../contract.ts';
import { goFloat, shortestFloat } from '../../format/numbers.ts';
import type { Application, Charm } from '../../state.ts';
import { readClientFile } from '../files.ts';
import { outputFlags, print, write } from '../output.ts';
import { readSettingsWords, settingsFlags } from '../settings-words.ts';
import type { CommandSpec } from '../spec.ts';
import { yamlDocument } from '../text/yaml-value.ts';

export const config: CommandSpec = {
  name: 'config',
  summary: 'Shows, sets or resets the configuration of an application',
  usage: '<application> [--reset <key>[,<key>…]] [<key> | <key>=<value> …]',
  details: `Without a key all options are shown, with one its value. "key=" sets the empty string, --reset goes back to the default,
"key=@file" takes the value from a file. "trust=true" gives access to the cloud credential.`,
  examples: [
    'juju config mongodb',
    'juju config mongodb auto-delete',
    'juju config mongodb auto-delete=true',
    'juju config mongodb --reset auto-delete',
  ],
  emptyMapOnError: true,
  flags: [...outputFlags('yaml', 'yaml, json'), ...settingsFlags],
  async run(call) {
    const [name, ...words] = call.args;
    if (name === undefined) throw new JujuError('no application name specified', 2);
    const asked = readSettingsWords(call, words);
    const live = call.model();
    const application = live.state.applications[name];
    if (!application) throw new JujuError(`application "${name}" not found (not found)`);
    const charm = live.state.charms[application.charm]!;
    if (asked.kind === 'all') {
      print(call, 'yaml', () => describe(application, charm));
      return 0;
    }
    if (asked.kind === 'get') {
      write(call, `${valueText(application, charm, asked.key)}\n`);
      return 0;
    }
    const values = { ...(asked.file === undefined ? {} : fileValues(await readClientFile(call.console, asked.file), asked.file, name)) };
    for (const [key, value] of Object.entries(asked.values))
      values[key] = value.startsWith('@') ? await readClientFile(call.console, value.slice(1)) : value;
    change(live, name, values, asked.reset);
    return 0;
  },
};

export const trust: CommandSpec = {
  name: 'trust',
  summary: 'Lets an application use the cloud credential',
  usage: '<application>',
  most: 1,
  details: 'With --remove it may no longer.',
  examples: ['juju trust app', 'juju trust app --remove'],
  flags: [
    { names: ['remove'], help: 'Take the trust away' },
    { names: ['scope'], value: 'scope', help: 'Accepted as Juju does; without effect' },
  ],
  run(call) {
    const [name] = call.args;
    if (name === undefined) throw new JujuError('no application name specified', 2);
    call.model().setTrust(name, !call.flags.on('remove'));
    return 0;
  },
};

function change(live: LiveModel, name: string, values: Record<string, string>, reset: readonly string[]): void {
  const { trust: trusted, ...settings } = values;
  const kept = reset.filter(key => key !== 'trust');
  if (trusted !== undefined && !/^(true|false)$/i.test(trusted))
    throw new JujuError(`parsing settings for application: configuration value for "trust" expected bool, got "${trusted}"`);
  if (Object.keys(settings).length + kept.length > 0) live.setConfig(name, settings, kept);
  if (trusted !== undefined) live.setTrust(name, trusted.toLowerCase() === 'true');
  else if (reset.includes('trust')) live.setTrust(name, false);
}

/** The settings of one application in a YAML file of `app: {key: value}`. */
function fileValues(text: string, path: string, application: string): Record<string, string> {
  const document = yamlDocument(text, `cannot parse ${path}`);
  const section = isMap(document) ? document[application] : undefined;
  if (!isMap(section)) throw new JujuError(`parsing settings for application: no settings found for "${application}"`);
  const own = isMap(section.settings) ? section.settings : section;
  return Object.fromEntries(
    Object.entries(own).map(([key, value]) => [key, isMap(value) && 'value' in value ? String(value.value) : String(value ?? '')]),
  );
}

type Setting = { default?: unknown; description: string; source: string; type: string; value?: unknown };

function describe(application: Application, charm: Charm): Record<string, unknown> {
  const trustSetting = {
    default: false,
    description: 'Does this application have access to trusted credentials',
    source: application.trust ? 'user' : 'default',
    type: 'bool',
    value: application.trust,
  };
  return {
    application: application.name,
    'application-config': { trust: trustSetting },
    charm: charm.name,
    settings: Object.fromEntries(Object.keys(charm.options).map(key => [key, setting(application, charm, key)])),
  };
}

function setting(application: Application, charm: Charm, key: string): Setting {
  const option = charm.options[key]!;
  const value = application.config[key] ?? option.default;
  const isDefault = option.default !== undefined && value === option.default;
  return {
    ...(option.default === undefined ? {} : { default: typed(option.type, option.default) }),
    description: option.description,
    source: value === undefined ? 'unset' : isDefault ? 'default' : 'user',
    type: option.type,
    ...(value === undefined ? {} : { value: typed(option.type, value) }),
  };
}

function valueText(application: Application, charm: Charm, key: string): string {
  if (key === 'trust') return String(application.trust);
  const option = charm.options[key];
  if (!option) throw new JujuError(`key "${key}" not found in "${application.name}" application config or charm settings.`);
  const value = application.config[key] ?? option.default ?? '';
  return typeof value === 'number' && option.type === 'float' ? shortestFloat(value) : String(value);
}

function typed(type: string, value: unknown): unknown {
  return type === 'float' && typeof value === 'number' ? goFloat(value) : value;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
