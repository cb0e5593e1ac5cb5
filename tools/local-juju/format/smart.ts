// The output formats of Juju's tools and commands: json, yaml, and smart.
import { type GoValue, goJson, isList } from './json.ts';
import { goYaml } from './yaml.ts';

export type OutputFormat = 'smart' | 'json' | 'yaml';

/** The text to print, its newline included; smart and yaml print nothing for null. */
export const formatted = (value: GoValue, format: OutputFormat): string => {
  if (format === 'json') return `${goJson(value)}\n`;
  if (value === null || value === undefined) return '';
  return format === 'yaml' ? `${goYaml(value)}\n` : smart(value);
};

/** Strings as they are, lists of strings one a line, True and False; anything else is YAML. Nothing at all for an empty string. */
const smart = (value: GoValue): string => {
  if (typeof value === 'boolean') return value ? 'True\n' : 'False\n';
  if (typeof value === 'string') return value === '' ? '' : `${value}\n`;
  if (isList(value) && value.every(item => typeof item === 'string')) return smart(value.join('\n'));
  return `${goYaml(value)}\n`;
};
