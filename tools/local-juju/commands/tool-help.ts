// Help on what hooks and actions find in their PATH: help-hook-commands, help-action-commands.
import { JujuError, type ToolHelp } from '../contract.ts';
import type { CommandSpec } from './spec.ts';

const isForActions = (name: string): boolean => name.startsWith('action-');

export const helpHookCommands = command('hook', name => !isForActions(name), 'juju help-hook-commands unit-get');
export const helpActionCommands = command('action', isForActions, 'juju help-action-commands action-fail');

function command(kind: 'hook' | 'action', belongs: (name: string) => boolean, example: string): CommandSpec {
  return {
    name: `help-${kind}-commands`,
    summary: `Shows help on a command that a charm finds in ${kind}s`,
    usage: `[<${kind} command>]`,
    most: 1,
    details: `Without a name: all of them, with what each is for.`,
    examples: [example],
    controllerWide: true,
    flags: [],
    run({ controller: { toolHelp }, console, args: [name] }) {
      console.out(name === undefined ? listOf(toolHelp, toolHelp.names.filter(belongs)) : pageOf(toolHelp, name, belongs(name)));
      return 0;
    },
  };
}

function listOf(help: ToolHelp, names: readonly string[]): string {
  const width = Math.max(...names.map(name => name.length));
  return names.map(name => `    ${name.padEnd(width)}  ${help.purpose(name)}\n`).join('');
}

function pageOf(help: ToolHelp, name: string, belongs: boolean): string {
  const page = belongs ? help.page(name) : undefined;
  if (page === undefined) throw new JujuError(`unknown command: ${name}`);
  return page;
}
