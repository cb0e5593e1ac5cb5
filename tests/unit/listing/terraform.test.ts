// The Terraform modules say of the charms what the charms' own files say: endpoints, storage, roles, bases. Read as text, so that it needs
// no terraform.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { ROLES } from '../../../src/core/names.ts';
import { projectFolder } from '../../support/project.ts';

type Metadata = Partial<Record<'peers' | 'provides' | 'requires' | 'storage', Record<string, unknown>>> & { name: string };

const read = (...path: string[]): string => readFileSync(join(projectFolder, ...path), 'utf8');
const yaml = <T>(...path: string[]): T => load(read(...path)) as T;

/** What stands between the braces that open a block. @throws when there is no such block. */
const blockOf = (text: string, head: string): string => {
  const start = text.indexOf(`${head} {`);
  if (start < 0) throw new Error(`there is no ${head}`);
  const end = text.indexOf('\n}\n', start);
  return text.slice(start, end);
};

/** The texts in quotes of the first list after these words. */
const listAfter = (text: string, words: string): string[] => {
  const list = /\[([^\]]*)\]/.exec(text.slice(text.indexOf(words) + words.length));
  return [...(list?.[1] ?? '').matchAll(/"([^"]*)"/g)].map(([, item]) => item!);
};

/** The values of an output that is a map, by their keys. */
const mapOf = (outputs: string, name: string): Record<string, string> =>
  Object.fromEntries(
    [...blockOf(outputs, `output "${name}"`).matchAll(/^ {4}(\w+)\s+= "([^"]*)"$/gm)].map(([, key, value]) => [key, value]),
  );

const charms = [
  { name: 'mongodb', at: '.' },
  { name: 'mongos', at: 'mongos' },
];

describe.each(charms)('the module $name', ({ name, at }) => {
  const metadata = yaml<Metadata>(at, 'metadata.yaml');
  const variables = read('terraform', name, 'variables.tf');
  const outputs = read('terraform', name, 'outputs.tf');

  test('deploys the charm of that name', () => {
    expect(metadata.name).toBe(name);
    expect(blockOf(variables, 'variable "charm_name"')).toContain(`default     = "${name}"\n`);
  });

  test.each(['provides', 'requires'] as const)('tells the endpoints that the charm %s', side => {
    const endpoints = Object.keys(metadata[side] ?? {});
    expect(mapOf(outputs, side)).toEqual(Object.fromEntries(endpoints.map(endpoint => [endpoint.replaceAll('-', '_'), endpoint])));
  });

  test('binds all endpoints of the charm, and no others', () => {
    const known = listAfter(blockOf(variables, 'variable "endpoint_bindings"'), 'contains(');
    const { peers, provides, requires } = metadata;
    expect(known.sort()).toEqual(Object.keys({ ...peers, ...provides, ...requires }).sort());
  });

  test('names each endpoint in the sentence that refuses others', () => {
    const sentence = /error_message = "(The charm's endpoints are [^"]*)"/.exec(variables)?.[1] ?? '';
    for (const endpoint of listAfter(blockOf(variables, 'variable "endpoint_bindings"'), 'contains(')) {
      expect(sentence).toMatch(new RegExp(`[ ,]${endpoint}[ ,.]`));
    }
  });

  test('has the bases that the charm is built for', () => {
    const { platforms } = yaml<{ platforms: Record<string, unknown> }>(at, 'charmcraft.yaml');
    const bases = new Set(Object.keys(platforms).map(platform => platform.split(':')[0]!));
    expect(new Set(listAfter(blockOf(variables, 'variable "base"'), 'contains('))).toEqual(bases);
  });
});

test('the storage is the one that the charm mongodb has', () => {
  const { storage = {} } = yaml<Metadata>('metadata.yaml');
  const variable = blockOf(read('terraform', 'mongodb', 'variables.tf'), 'variable "storage_directives"');
  expect(listAfter(variable, 'setsubtract(')).toEqual(Object.keys(storage));
});

test('the roles are those that the charm mongodb has', () => {
  const variable = blockOf(read('terraform', 'mongodb', 'variables.tf'), 'variable "role"');
  expect(listAfter(variable, 'contains(')).toEqual([...ROLES]);
});

test.each(['replica-set', 'sharded-cluster'])('%s gives the data-integrator options that it has', product => {
  const { options } = yaml<{ options: Record<string, unknown> }>('tests', 'charms', 'data-integrator', 'config.yaml');
  const given = [...read('terraform', product, 'main.tf').matchAll(/\{ ([a-z-]+) = var\.data_integrator\./g)].map(([, option]) => option!);
  expect(given).toEqual(['database-name', 'extra-user-roles']);
  expect(Object.keys(options)).toEqual(expect.arrayContaining(given));
});
