// Application configuration: what a user may set, in which words.
import { JujuError } from '../contract.ts';
import type { Application, Charm, ConfigOption } from '../state.ts';

type Value = string | number | boolean;
const secretUri = /^secret:(\/\/[0-9a-f-]{36}\/)?[0-9a-v]{20}$|^[0-9a-v]{20}$/;

/**
 * Reads values as typed against the charm's options; all are checked before any is used.
 * @param failing how the refusal begins, `parsing settings for application` in `juju config`.
 * @throws {JujuError}
 */
export const parseOptions = (charm: Charm, values: Record<string, unknown>, failing: string): Record<string, Value> => {
  const before = failing === '' ? '' : `${failing}: `;
  const parsed: Record<string, Value> = {};
  for (const [name, given] of Object.entries(values)) {
    const option = charm.options[name];
    if (option === undefined) throw new JujuError(`${before}unknown option "${name}"`);
    if (given === null || given === undefined) continue;
    parsed[name] = parseOption(name, option, given, before);
  }
  return parsed;
};

/** Sets and resets; unknown names to reset are refused. @throws {JujuError} */
export const changeConfig = (application: Application, charm: Charm, set: Record<string, Value>, reset: readonly string[]): void => {
  for (const name of reset) {
    if (charm.options[name] === undefined) throw new JujuError(`updating application charm settings: unknown option "${name}"`);
  }
  const next = { ...application.config, ...set };
  for (const name of reset) delete next[name];
  if (JSON.stringify(sorted(next)) === JSON.stringify(sorted(application.config))) return;
  application.config = next;
  application.configVersion += 1;
};

/** After a change of the charm: what it no longer knows, or now takes in another type, is dropped. */
export const keepFittingConfig = (config: Application['config'], charm: Charm): Application['config'] =>
  Object.fromEntries(
    Object.entries(config).filter(([name, value]) => {
      const option = charm.options[name];
      return option !== undefined && typeof value === kindOf(option);
    }),
  );

const parseOption = (name: string, option: ConfigOption, given: unknown, before: string): Value => {
  const refuse = (expected: string): never => {
    throw new JujuError(
      `${before}option "${name}" expected ${expected}, got ${typeof given === 'string' ? `"${given}"` : JSON.stringify(given)}`,
    );
  };
  const text = String(given);
  switch (option.type) {
    case 'string':
      return typeof given === 'string' ? given : refuse('string');
    case 'int':
      return typeof given !== 'boolean' && /^[+-]?\d+$/.test(text) ? Number(text) : refuse('int');
    case 'float':
      return typeof given !== 'boolean' && /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : refuse('float');
    case 'boolean':
      if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
      if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
      return refuse('boolean');
    case 'secret':
      if (text !== '' && !secretUri.test(text)) {
        throw new JujuError(`${before}invalid secret URI for option "${name}": secret URI "${text}" not valid`);
      }
      return text;
  }
};

const kindOf = (option: ConfigOption): string =>
  option.type === 'boolean' ? 'boolean' : option.type === 'int' || option.type === 'float' ? 'number' : 'string';

const sorted = (config: Application['config']) => Object.entries(config).sort(([one], [other]) => (one < other ? -1 : 1));
