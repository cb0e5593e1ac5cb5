// `key=value` words and the files of the same kind that relation-set and state-set read.
import { EVENT_ID, type Event, eventsToAst, type Node, parseEvents, YAML11_SCHEMA, YAMLException } from 'js-yaml';
import { goQuote } from '../format/quote.ts';
import type { Values } from '../state.ts';
import { ToolError, UsageError } from './errors.ts';

/** Keys and values without the blanks around them. @throws {UsageError} */
export const parseKeyValues = (words: readonly string[]): Values => {
  const values: Values = {};
  for (const word of words) {
    const at = word.indexOf('=');
    const key = word.slice(0, Math.max(0, at)).trim();
    if (key === '') throw new UsageError(`expected "key=value", got ${goQuote(word)}`);
    if (Object.hasOwn(values, key)) throw new UsageError(`key ${goQuote(key)} specified more than once`);
    values[key] = word.slice(at + 1).trim();
  }
  return values;
};

/** YAML or JSON, one map of scalars, each taken as it is written; null is the empty string. @throws {ToolError} */
export const parseValuesFile = (source: string): Values => {
  const { events, root } = parsed(source);
  if (root === null || isNull(root)) return {};
  if (root.kind !== 'mapping') throw new ToolError(cannotUnmarshal([lineOf(source, 0)], [root], 'map[string]string'));
  const values: Values = {};
  const wrong: Node[] = [];
  for (const { key, value } of root.items) {
    if (key.kind !== 'scalar') wrong.push(key);
    else if (value.kind !== 'scalar') wrong.push(value);
    else values[isNull(key) ? '' : key.value] = isNull(value) ? '' : value.value;
  }
  if (wrong.length > 0) throw new ToolError(cannotUnmarshal(nestedLines(events, source), wrong, 'string'));
  return values;
};

const parsed = (source: string): { events: Event[]; root: Node | null } => {
  try {
    const events = parseEvents(source, {});
    return { events, root: eventsToAst(events, { source, schema: YAML11_SCHEMA })[0]?.contents ?? null };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new ToolError(`yaml: line ${(error.mark?.line ?? 0) + 1}: ${error.reason}`);
  }
};

const isNull = (node: Node): boolean => node.kind === 'scalar' && node.tag.endsWith(':null');

const cannotUnmarshal = (lines: readonly number[], nodes: readonly Node[], target: string): string => {
  const each = nodes.map((node, i) => {
    const tag = node.kind === 'mapping' ? '!!map' : node.kind === 'sequence' ? '!!seq' : `!!str ${shortened(node)}`;
    return `\n  line ${lines[i] ?? 1}: cannot unmarshal ${tag} into ${target}`;
  });
  return `yaml: unmarshal errors:${each.join('')}`;
};

const shortened = (node: Node): string => {
  const text = node.kind === 'scalar' ? node.value : '';
  return text.length > 10 ? `\`${text.slice(0, 7)}...\`` : `\`${text}\``;
};

/** Lines on which the lists and maps inside the outermost map begin. */
const nestedLines = (events: readonly Event[], source: string): number[] => {
  const lines: number[] = [];
  let depth = 0;
  for (const event of events) {
    if (event.type === EVENT_ID.POP) depth -= 1;
    else if (event.type === EVENT_ID.DOCUMENT) depth += 1;
    else if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) {
      if (depth === 2) lines.push(lineOf(source, event.start));
      depth += 1;
    }
  }
  return lines;
};

const lineOf = (source: string, offset: number): number => source.slice(0, offset).split('\n').length;
