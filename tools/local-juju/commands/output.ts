// `--format` and `-o`: how a command's answer is written.

import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { JujuError } from '../contract.ts';
import { type GoValue, goJson } from '../format/json.ts';
import { goYaml as printYaml } from '../format/yaml.ts';
import type { Call, FlagSpec } from './spec.ts';

/** Ways to print beyond json and yaml; each makes the whole text. */
export type Printers = Readonly<Record<string, () => string>>;

export function outputFlags(initial: string, formats: string): FlagSpec[] {
  return [
    { names: ['format'], value: 'format', initial, help: `How to print: ${formats}` },
    { names: ['o', 'output'], value: 'file', help: 'Write into a file instead' },
  ];
}

/** The format asked for; throws with exit code 2 when it is not one of `known`. */
export function chosenFormat(call: Call, initial: string, known: readonly string[]): string {
  const format = call.flags.text('format') ?? initial;
  if (known.includes(format)) return format;
  throw new JujuError(`invalid value "${format}" for option --format: unknown format "${format}"`, 2);
}

/** Prints `value` as json or yaml, or what one of the printers makes. */
export function print(call: Call, initial: string, value: () => unknown, printers: Printers = {}): void {
  const format = chosenFormat(call, initial, ['json', 'yaml', ...Object.keys(printers)]);
  const own = printers[format];
  write(call, own ? own() : format === 'json' ? `${goJson(value() as GoValue)}\n` : goYaml(value()));
}

/** YAML with its last newline, as the client prints it. */
export function goYaml(value: unknown): string {
  return `${printYaml(value as GoValue)}\n`;
}

/** The same value with every map in the order in which it was made, as Go prints its structs; the printers sort plain objects. */
export function inOrder(value: unknown): GoValue {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value as GoValue;
  return new Map(Object.entries(value).map(([key, inner]) => [key, inOrder(inner)]));
}

export function write(call: Call, text: string): void {
  const file = call.flags.text('o');
  if (file === undefined || file === '') call.console.out(text);
  else writeFileSync(resolve(call.console.cwd, file), text);
}
