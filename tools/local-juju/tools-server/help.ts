// What each hook tool has to say of itself: its flags, and its page of help in Juju's form.
import type { ToolHelp } from '../contract.ts';
import type { Flags } from './flags.ts';
import type { Tool } from './tool.ts';
import { toolNames, tools } from './tools.ts';

export const toolHelp: ToolHelp = {
  names: toolNames,
  purpose: name => purposeOf(tools[name]!),
  page: name => (tools[name] === undefined ? undefined : pageOf(name)),
};

/** The page that `--help` prints. */
export const pageOf = (name: string): string => {
  const tool = tools[name]!;
  const lines = Object.entries(flagsOf(tool)).map(([flag, { also = [], about, boolean }]) => {
    const names = [flag, ...also].map(one => (one.length > 1 ? `--${one}` : `-${one}`)).sort((a, b) => a.length - b.length);
    return `${names.join(', ')}${boolean ? '' : ' <value>'}\n    ${about}\n`;
  });
  const options = lines.length > 0 ? `\nOptions:\n${lines.join('')}` : '';
  return `Usage: ${name} ${tool.usage}\n\nSummary:\n${purposeOf(tool)}\n${options}`;
};

const purposeOf = ({ summary }: Tool): string => `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;

const made = new Map<Tool, Flags>();

/** The tool's own flags, and those of its output. */
export const flagsOf = (tool: Tool): Flags => {
  const flags = made.get(tool) ?? { ...tool.flags, ...(tool.output ? outputFlags(tool.output) : {}) };
  made.set(tool, flags);
  return flags;
};

const outputFlags = (first: 'smart' | 'yaml'): Flags => {
  const formats = first === 'smart' ? ['json', 'smart', 'yaml'] : ['json', 'yaml'];
  const check = (value: string) => {
    if (!formats.includes(value)) throw new Error(`unknown format ${JSON.stringify(value)}`);
  };
  return {
    format: { check, about: `specify output format (${formats.join('|')}), default ${first}` },
    output: { also: ['o'], about: 'specify an output file' },
  };
};
