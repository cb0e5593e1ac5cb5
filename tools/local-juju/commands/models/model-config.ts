// `juju model-config`: settings of the model.
import { JujuError } from '../../contract.ts';
import type { Model } from '../../state.ts';
import { readClientFile } from '../files.ts';
import { inOrder, outputFlags, print, write } from '../output.ts';
import { readSettingsWords, settingsFlags } from '../settings-words.ts';
import type { CommandSpec } from '../spec.ts';
import { layTable } from '../text/table.ts';
import { yamlDocument } from '../text/yaml-value.ts';
import { jujuVersion } from '../version.ts';

type Value = string | number | boolean;
type Setting = { value: Value; source: string };

/** What Juju has when nothing is set, of the settings that mean something here. */
const defaults: Record<string, Value> = {
  'agent-version': jujuVersion,
  'apt-ftp-proxy': '',
  'apt-http-proxy': '',
  'apt-https-proxy': '',
  'apt-no-proxy': '',
  'automatically-retry-hooks': true,
  'default-base': '',
  'egress-subnets': '',
  'ftp-proxy': '',
  'http-proxy': '',
  'https-proxy': '',
  'juju-ftp-proxy': '',
  'juju-http-proxy': '',
  'juju-https-proxy': '',
  'juju-no-proxy': '127.0.0.1,localhost,::1',
  'logging-config': '<root>=INFO',
  mode: 'requires-prompts',
  'no-proxy': '127.0.0.1,localhost,::1',
  'secret-backend': 'auto',
  'update-status-hook-interval': '5m',
};

export const modelConfig: CommandSpec = {
  name: 'model-config',
  summary: 'Shows, sets or resets settings of the model',
  usage: '[--reset <key>[,<key>…]] [<key> | <key>=<value> …]',
  details: `Settings that matter here: update-status-hook-interval, automatically-retry-hooks, egress-subnets, which units
show to those they are related to, and the proxies, which hooks find in their environment.
Others are kept and shown.`,
  examples: [
    'juju model-config',
    'juju model-config update-status-hook-interval=30s',
    'juju model-config --reset update-status-hook-interval',
  ],
  flags: [
    ...outputFlags('tabular', 'tabular, json, yaml'),
    ...settingsFlags,
    { names: ['ignore-read-only-fields'], help: 'Skip agent-version' },
  ],
  async run(call) {
    const asked = readSettingsWords(call, call.args);
    const live = call.model();
    const settings = settingsOf(live.state);
    if (asked.kind === 'all') {
      const sorted = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
      const json = call.flags.text('format') === 'json';
      const shape = ({ value, source }: Setting) => (json ? { Value: value, Source: source } : { value, source });
      print(call, 'tabular', () => inOrder(Object.fromEntries(sorted.map(([key, setting]) => [key, shape(setting)]))), {
        tabular: () =>
          layTable([
            ['Attribute', 'From', 'Value'],
            ...sorted.map(([key, { value, source }]) => [key, source, typeof value === 'string' && value === '' ? '""' : String(value)]),
          ]),
      });
      return 0;
    }
    if (asked.kind === 'get') {
      const setting = settings[asked.key];
      if (!setting) throw new JujuError(`key "${asked.key}" not found in "${live.state.name}" model`);
      write(call, `${setting.value}\n`);
      return 0;
    }
    const values = {
      ...(asked.file === undefined ? {} : fileValues(await readClientFile(call.console, asked.file), asked.file)),
      ...asked.values,
    };
    if ('agent-version' in values || asked.reset.includes('agent-version')) {
      if (!call.flags.on('ignore-read-only-fields')) throw new JujuError('"agent-version" must be set via "upgrade-model"');
      delete values['agent-version'];
    }
    live.setModelConfig(values, asked.reset);
    return 0;
  },
};

function settingsOf(model: Model): Record<string, Setting> {
  const settings: Record<string, Setting> = {};
  for (const [key, value] of Object.entries(defaults)) settings[key] = { value, source: key === 'agent-version' ? 'model' : 'default' };
  for (const [key, value] of Object.entries(model.config)) settings[key] = { value, source: 'model' };
  return settings;
}

function fileValues(text: string, path: string): Record<string, string> {
  const document = yamlDocument(text, `cannot parse ${path}`);
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new JujuError(`cannot parse ${path}: it holds no YAML map`);
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, String(value ?? '')]));
}
