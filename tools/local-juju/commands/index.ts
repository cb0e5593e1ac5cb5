// `juju <command> …`: finds the command, reads its flags, runs it, and turns errors into what Juju prints.
import { type Command, type Console, type Controller, JujuError, type LiveModel } from '../contract.ts';
import { absent } from './absent.ts';
import { parseFlags } from './flags.ts';
import { commandHelp, overview } from './help.ts';
import { bareModelName } from './model-name.ts';
import type { Call, CommandSpec, FlagSpec } from './spec.ts';
import { findCommand } from './table.ts';
import { jujuVersion } from './version.ts';

/** Runs one command line and answers with the exit code: 0, 1 for a failure, 2 for wrong arguments. Never throws. */
export const runCommand: Command = async (controller, words, console) => {
  try {
    return await dispatch(controller, words, console);
  } catch (error) {
    console.err(`ERROR ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof JujuError ? error.exitCode : 1;
  }
};

async function dispatch(controller: Controller, words: readonly string[], console: Console): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === '--help' || name === '-h') return say(console, overview());
  if (name === '--version') return say(console, `${jujuVersion}\n`);
  if (name === 'help') return help(rest, console);
  if (name.startsWith('-')) throw new JujuError(`option provided but not defined: ${name.split('=')[0]}`, 2);
  const spec = findCommand(name);
  if (!spec) return unknown(name, console);
  if (wantsHelp(spec, rest)) return say(console, commandHelp(spec, flagsOf(spec)));
  const { flags, args } = parseFlags(flagsOf(spec), rest, spec.flagsFirst);
  if (spec.most !== undefined && args.length > spec.most) {
    const rest = args.slice(spec.most).map(word => JSON.stringify(word));
    throw new JujuError(`unrecognized args: [${rest.join(' ')}]`, 2);
  }
  const call: Call = { controller, console, flags, args, model: () => chosenModel(controller, flags.text('m'), console) };
  return runSpec(spec, call);
}

async function runSpec(spec: CommandSpec, call: Call): Promise<number> {
  try {
    return await spec.run(call);
  } catch (error) {
    const badArguments = error instanceof JujuError && error.exitCode === 2;
    if (spec.emptyMapOnError === true && !badArguments) call.console.out('{}\n');
    throw error;
  }
}

function help(words: readonly string[], console: Console): number {
  const [topic] = words;
  if (topic === undefined || topic === 'commands') return say(console, overview());
  const spec = findCommand(topic);
  if (spec) return say(console, commandHelp(spec, flagsOf(spec)));
  const reason = absent[topic];
  if (reason !== undefined) return say(console, `${reason}\n`);
  throw new JujuError(`unknown command or topic for ${topic}`);
}

function unknown(name: string, console: Console): number {
  const reason = absent[name];
  if (reason === undefined) throw new JujuError(`juju: "${name}" is not a juju command. See "juju --help".`, 2);
  console.err(`ERROR ${reason}\n`);
  return 1;
}

const everywhere: readonly FlagSpec[] = [
  { names: ['B', 'no-browser-login'], help: 'Accepted as Juju does; there is no login' },
  { names: ['debug'], help: 'Accepted as Juju does; without effect' },
  { names: ['verbose'], help: 'Accepted as Juju does; without effect' },
  { names: ['q', 'quiet'], help: 'Accepted as Juju does; without effect' },
];
const modelFlag: FlagSpec = { names: ['m', 'model'], value: 'string', help: 'The model to work in: [local:]<model name>' };

function flagsOf(spec: CommandSpec): FlagSpec[] {
  const taken = new Set(spec.flags.flatMap(flag => flag.names));
  const common = spec.controllerWide === true ? everywhere : [...everywhere, modelFlag];
  return [...spec.flags, ...common.filter(flag => !flag.names.some(name => taken.has(name)))];
}

function wantsHelp(spec: CommandSpec, words: readonly string[]): boolean {
  const end = spec.flagsFirst === true ? words.findIndex(word => !word.startsWith('-')) : words.indexOf('--');
  const own = new Set(spec.flags.flatMap(flag => flag.names));
  return (end < 0 ? words : words.slice(0, end)).some(word => word === '--help' || (word === '-h' && !own.has('h')));
}

function chosenModel(controller: Controller, given: string | undefined, console: Console): LiveModel {
  const name = given ?? console.env.JUJU_MODEL ?? controller.current();
  if (name === undefined || name === '') throw new JujuError(noModel);
  return controller.model(bareModelName(name));
}

const noModel = `No model in focus.

Please use "juju models" to see models available to you.
You can set current model by running "juju switch"
or specify any other model on the command line using the "-m" option.
`;

function say(console: Console, text: string): number {
  console.out(text);
  return 0;
}
