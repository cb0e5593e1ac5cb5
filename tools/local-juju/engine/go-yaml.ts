// Reads YAML as Juju's own reader does: version 1.1, where `yes`, `on` and `n` are booleans, but a date is text.
import { boolYaml11Tag, defineScalarTag, load, mapTag, NOT_RESOLVED, Schema, seqTag, YAML11_SCHEMA } from 'js-yaml';

/**
 * @param oddKeys what becomes of keys like `n` that are no strings: `kept` as they are written, as where Juju expects names;
 * `refused` where it expects anything, as in an action's parameters.
 * @throws {Error} with the place of the mistake.
 */
export const loadGoYaml = (text: string, oddKeys: 'kept' | 'refused'): unknown =>
  text.trim() === '' ? undefined : plain(load(text, { schema: schemas[oddKeys] }));

/** A boolean that still knows how it was written, in case it turns out to be a key. */
class WrittenBoolean {
  readonly source: string;
  readonly value: boolean;
  constructor(source: string, value: boolean) {
    this.source = source;
    this.value = value;
  }
}

const plain = (value: unknown): unknown => (value instanceof WrittenBoolean ? value.value : value);

const schemaWith = (oddKeys: 'kept' | 'refused'): Schema =>
  new Schema([
    ...YAML11_SCHEMA.tags.filter(tag => !/:(bool|seq|map|timestamp)$/.test(tag.tagName)),
    defineScalarTag('tag:yaml.org,2002:bool', {
      ...boolYaml11Tag,
      resolve: (source, isExplicit, tagName) => {
        const value = boolYaml11Tag.resolve(source, isExplicit, tagName);
        return value === NOT_RESOLVED ? value : new WrittenBoolean(source, value);
      },
    }),
    { ...seqTag, addItem: (list, item, index) => seqTag.addItem(list, plain(item), index) },
    {
      ...mapTag,
      addPair: (map, key, value) =>
        oddKeys === 'refused' && typeof key !== 'string'
          ? 'map keyed with non-string value'
          : mapTag.addPair(map, written(key), plain(value)),
      has: (map, key) => mapTag.has(map, written(key)),
    },
  ]);

const written = (key: unknown): unknown => (key instanceof WrittenBoolean ? key.source : key);

const schemas = { kept: schemaWith('kept'), refused: schemaWith('refused') };
