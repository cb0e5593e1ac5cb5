// A charm's YAML files: their shapes, and what Juju refuses in them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isApplicationName } from '../name-patterns.ts';
import type { ActionSpec, Charm, CharmEndpoint, ConfigOption, EndpointRole, StorageSpec } from '../state.ts';
import { loadGoYaml } from './go-yaml.ts';

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const relationEntry = z.union([
  z.string().transform(name => ({ interface: name, scope: 'global' as const, limit: 0, optional: false })),
  z.object({
    interface: z.string(),
    scope: z.enum(['global', 'container']).default('global'),
    limit: z
      .number()
      .int()
      .min(0)
      .nullish()
      .transform(value => value ?? 0),
    optional: z.boolean().default(false),
  }),
]);
const relationMap = z.record(z.string(), relationEntry).nullish();
const storageEntry = z.object({
  type: z.enum(['filesystem', 'block']),
  location: z.string().optional(),
  multiple: z.object({ range: text }).optional(),
  'minimum-size': text.optional(),
  shared: z.boolean().default(false),
});
const metadataShape = z.object({
  name: z.string(),
  summary: text.default(''),
  description: text.default(''),
  subordinate: z.boolean().default(false),
  series: z.array(text).nullish(),
  provides: relationMap,
  requires: relationMap,
  peers: relationMap,
  'extra-bindings': z.record(z.string(), z.unknown()).nullish(),
  storage: z.record(z.string(), storageEntry).nullish(),
  resources: z.record(z.string(), z.unknown()).nullish(),
  containers: z.record(z.string(), z.unknown()).nullish(),
  assumes: z.array(z.unknown()).nullish(),
});
const optionShape = z.object({
  type: z.enum(['string', 'int', 'float', 'boolean', 'secret']),
  default: z.union([z.string(), z.number(), z.boolean()]).nullish(),
  description: text.nullish().transform(value => value ?? ''),
});
const configShape = z.object({ options: z.record(z.string(), optionShape).nullish() }).nullish();
const actionShape = z
  .looseObject({ description: text.optional(), params: z.record(z.string(), z.unknown()).nullish(), parallel: z.unknown().optional() })
  .nullish();
const baseShape = z.object({ name: z.string(), channel: text });
type Base = { name: string; channel: string };

/** What a charm says of itself, before it has a revision. */
export type CharmDescription = Omit<Charm, 'url' | 'revision' | 'base'>;

/** Reads and checks the charm in a folder. @throws {Error} with a sentence in Juju's words. */
export const readCharm = async (folder: string): Promise<CharmDescription> => {
  const craft = (await readYaml(folder, 'charmcraft.yaml')) as Record<string, unknown> | undefined;
  const metadata = metadataShape.safeParse((await readYaml(folder, 'metadata.yaml')) ?? craft);
  if (!metadata.success) throw new Error(`metadata: ${firstProblem(metadata.error)}`);
  const meta = metadata.data;
  if (meta.containers) throw new Error(`charm "${meta.name}" is for Kubernetes (it has containers), and this model has machines only`);
  const config = configShape.safeParse((await readYaml(folder, 'config.yaml')) ?? craft?.config);
  if (!config.success) throw new Error(`config: ${firstProblem(config.error)}`);
  const actions = ((await readYaml(folder, 'actions.yaml')) ?? craft?.actions ?? {}) as Record<string, unknown>;
  const manifest = (await readYaml(folder, 'manifest.yaml')) as { bases?: unknown } | undefined;
  const version = await readFile(join(folder, 'version'), 'utf8').catch(() => '');
  const description: CharmDescription = {
    name: meta.name,
    summary: meta.summary.trim(),
    description: meta.description.trim(),
    subordinate: meta.subordinate,
    bases: basesOf(manifest, craft, meta.series ?? []),
    ...(version.trim() === '' ? {} : { version: version.trim() }),
    endpoints: {
      ...endpoints(meta.provides ?? {}, 'provider'),
      ...endpoints(meta.requires ?? {}, 'requirer'),
      ...endpoints(meta.peers ?? {}, 'peer'),
    },
    extraBindings: Object.keys(meta['extra-bindings'] ?? {}),
    options: Object.fromEntries(Object.entries(config.data?.options ?? {}).map(([name, option]) => [name, optionOf(name, option)])),
    actions: Object.fromEntries(Object.entries(actions).map(([name, action]) => [name, actionOf(name, action)])),
    storage: Object.fromEntries(Object.entries(meta.storage ?? {}).map(([name, entry]) => [name, storageOf(name, entry)])),
    resources: Object.keys(meta.resources ?? {}),
    assumes: meta.assumes ?? [],
  };
  checkCharm(description, [meta.provides, meta.requires, meta.peers]);
  return description;
};

const checkCharm = (charm: CharmDescription, relations: readonly (object | null | undefined)[]): void => {
  const names = relations.flatMap(map => Object.keys(map ?? {}));
  if (!isApplicationName(charm.name)) throw new Error(`invalid charm name "${charm.name}"`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`charm "${charm.name}" using a duplicated relation name: "${twice}"`);
  for (const endpoint of Object.values(charm.endpoints)) {
    const allowed = endpoint.role === 'provider' && endpoint.name === 'juju-info' && endpoint.interface === 'juju-info';
    const reserved = (word: string) => word === 'juju' || word.startsWith('juju-');
    if (reserved(endpoint.name) && !allowed) throw new Error(`charm "${charm.name}" using a reserved relation name: "${endpoint.name}"`);
    if (endpoint.role !== 'requirer' && reserved(endpoint.interface) && !allowed) {
      throw new Error(`charm "${charm.name}" relation "${endpoint.name}" using a reserved interface: "${endpoint.interface}"`);
    }
  }
  if (
    charm.subordinate &&
    !Object.values(charm.endpoints).some(endpoint => endpoint.role === 'requirer' && endpoint.scope === 'container')
  ) {
    throw new Error(`subordinate charm "${charm.name}" lacks "requires" relation with container scope`);
  }
};

const endpoints = (map: Record<string, z.infer<typeof relationEntry>>, role: EndpointRole): Record<string, CharmEndpoint> =>
  Object.fromEntries(Object.entries(map).map(([name, entry]) => [name, { name, role, ...entry }]));

const optionOf = (name: string, option: z.infer<typeof optionShape>): ConfigOption => {
  const { type, description } = option;
  const value = option.default ?? undefined;
  if (value === undefined) return { type, description };
  const kind = { string: 'string', secret: 'string', int: 'number', float: 'number', boolean: 'boolean' }[type];
  if (typeof value !== kind || (type === 'int' && !Number.isInteger(value))) {
    throw new Error(`invalid config default: option "${name}" expected ${type}, got ${JSON.stringify(value)}`);
  }
  return { type, default: value, description };
};

// `params` becomes the properties of a JSON schema; what stands beside it (required, additionalProperties) belongs to the schema too.
const actionOf = (name: string, given: unknown): ActionSpec => {
  if (!/^[a-z](-?[a-z0-9])*$/.test(name)) throw new Error(`bad action name ${name}`);
  if (name.startsWith('juju-') || name === 'juju') throw new Error(`cannot use action name "${name}": "juju" is a reserved name`);
  const action = actionShape.safeParse(given);
  if (!action.success) throw new Error(`actions: ${name}: ${firstProblem(action.error)}`);
  const { description = 'No description', params, parallel: _, 'execution-group': __, ...rest } = action.data ?? {};
  for (const key of ['$schema', '$ref']) {
    if (JSON.stringify(params ?? {}).includes(`"${key}"`)) throw new Error(`schema key "${key}" not compatible with this version of juju`);
  }
  return { description, schema: { description, properties: params ?? {}, title: name, type: 'object', ...rest } };
};

const storageOf = (name: string, entry: z.infer<typeof storageEntry>): StorageSpec => {
  const range = /^(\d+)(?:([+-])(\d*))?$/.exec(entry.multiple?.range ?? '1');
  if (range === null) throw new Error(`storage "${name}": invalid count range "${entry.multiple?.range}"`);
  const [, least, mark, most] = range;
  const size = /^(\d+(?:\.\d+)?)([MGTP]?)/i.exec(entry['minimum-size'] ?? '');
  return {
    name,
    type: entry.type,
    ...(entry.location === undefined ? {} : { location: entry.location }),
    countMin: Number(least),
    countMax: mark === undefined ? Number(least) : most === '' || most === undefined ? -1 : Number(most),
    minimumSizeMiB: size ? Math.ceil(Number(size[1]) * 1024 ** Math.max(0, 'MGTP'.indexOf((size[2] ?? '').toUpperCase()))) : 0,
    shared: entry.shared,
  };
};

const seriesBases: Record<string, string> = { noble: '24.04', jammy: '22.04', focal: '20.04', bionic: '18.04' };

const basesOf = (manifest: { bases?: unknown } | undefined, craft: Record<string, unknown> | undefined, series: string[]): Base[] => {
  const listed = z.array(baseShape).safeParse(manifest?.bases);
  if (listed.success) return unique(listed.data);
  const platforms = Object.keys((craft?.platforms as object | undefined) ?? {}).flatMap(baseOfPlatform);
  if (typeof craft?.base === 'string') return baseOfPlatform(craft.base);
  if (platforms.length > 0) return unique(platforms);
  const bases = z.array(z.looseObject({ 'run-on': z.array(baseShape).optional() })).safeParse(craft?.bases);
  if (bases.success) {
    return unique(bases.data.flatMap(entry => entry['run-on'] ?? (baseShape.safeParse(entry).success ? [baseShape.parse(entry)] : [])));
  }
  return series.flatMap(name => (seriesBases[name] ? [{ name: 'ubuntu', channel: seriesBases[name] }] : []));
};

// `ubuntu@22.04:amd64`
const baseOfPlatform = (word: string): Base[] => {
  const match = /^([a-z]+)@([\d.]+)/.exec(word);
  return match ? [{ name: match[1]!, channel: match[2]! }] : [];
};

const unique = (bases: Base[]): Base[] => {
  const plain = bases.map(({ name, channel }) => ({ name, channel: channel.replace(/\/.*$/, '') }));
  return plain.filter((base, index) => plain.findIndex(one => one.name === base.name && one.channel === base.channel) === index);
};

const readYaml = async (folder: string, name: string): Promise<unknown> => {
  const content = await readFile(join(folder, name), 'utf8').catch(() => undefined);
  if (content === undefined) return undefined;
  try {
    return loadGoYaml(content, name === 'actions.yaml' ? 'refused' : 'kept') ?? {};
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message.split('\n')[0]}`);
  }
};

const firstProblem = (error: z.ZodError): string => {
  const [issue] = error.issues;
  return issue ? `${issue.path.join('.')}: ${issue.message}` : 'it cannot be read';
};
