// The resources of models, applications and integrations as the documentation of the provider juju/juju 1.0 and later has them, and how
// Terraform is told.
import { type Field, message } from './wire.ts';

type Use = 'required' | 'optional' | 'computed' | 'either';
type Attribute = { use: Use } & ({ type: unknown } | { set: Record<string, Attribute> } | { map: Record<string, Attribute> });
type Block = { attributes: Record<string, Attribute>; blocks?: Record<string, Block & { nesting: 'list' | 'set' }> };

/** `either` is what a plan may set and Juju sets otherwise. The types are in Terraform's own notation. */
const resources: Record<string, Block> = {
  juju_model: {
    attributes: {
      id: { use: 'computed', type: 'string' },
      uuid: { use: 'computed', type: 'string' },
      type: { use: 'computed', type: 'string' },
      name: { use: 'required', type: 'string' },
      annotations: { use: 'optional', type: ['map', 'string'] },
      config: { use: 'optional', type: ['map', 'string'] },
      constraints: { use: 'either', type: 'string' },
      credential: { use: 'either', type: 'string' },
      target_controller: { use: 'optional', type: 'string' },
    },
    blocks: {
      cloud: { nesting: 'list', attributes: { name: { use: 'required', type: 'string' }, region: { use: 'either', type: 'string' } } },
    },
  },
  juju_application: {
    attributes: {
      id: { use: 'computed', type: 'string' },
      model_uuid: { use: 'required', type: 'string' },
      model_type: { use: 'computed', type: 'string' },
      name: { use: 'either', type: 'string' },
      units: { use: 'either', type: 'number' },
      machines: { use: 'either', type: ['set', 'string'] },
      config: { use: 'optional', type: ['map', 'string'] },
      constraints: { use: 'either', type: 'string' },
      trust: { use: 'either', type: 'bool' },
      resources: { use: 'optional', type: ['map', 'string'] },
      storage_directives: { use: 'optional', type: ['map', 'string'] },
      endpoint_bindings: {
        use: 'optional',
        set: { space: { use: 'required', type: 'string' }, endpoint: { use: 'optional', type: 'string' } },
      },
      registry_credentials: {
        use: 'optional',
        map: { username: { use: 'required', type: 'string' }, password: { use: 'required', type: 'string' } },
      },
      storage: {
        use: 'computed',
        set: {
          label: { use: 'computed', type: 'string' },
          pool: { use: 'computed', type: 'string' },
          size: { use: 'computed', type: 'string' },
          count: { use: 'computed', type: 'number' },
        },
      },
    },
    blocks: {
      charm: {
        nesting: 'list',
        attributes: {
          name: { use: 'required', type: 'string' },
          channel: { use: 'either', type: 'string' },
          revision: { use: 'either', type: 'number' },
          base: { use: 'either', type: 'string' },
        },
      },
      expose: {
        nesting: 'list',
        attributes: {
          cidrs: { use: 'optional', type: 'string' },
          endpoints: { use: 'optional', type: 'string' },
          spaces: { use: 'optional', type: 'string' },
        },
      },
    },
  },
  juju_integration: {
    attributes: {
      id: { use: 'computed', type: 'string' },
      model_uuid: { use: 'required', type: 'string' },
      via: { use: 'optional', type: 'string' },
    },
    blocks: {
      application: {
        nesting: 'set',
        attributes: {
          name: { use: 'either', type: 'string' },
          endpoint: { use: 'either', type: 'string' },
          offer_url: { use: 'either', type: 'string' },
        },
      },
    },
  },
};

/** The answer to GetProviderSchema: a provider without configuration, and the resources. */
export const schemaAnswer = (): Buffer =>
  message([
    [1, schema({ attributes: {} })],
    ...Object.entries(resources).map(
      ([name, block]): Field => [
        2,
        message([
          [1, name],
          [2, schema(block)],
        ]),
      ],
    ),
  ]);

/** Whether Juju sets the attribute where a plan does not. */
export const isComputed = (resource: string, attribute: string): boolean => {
  const use = resources[resource]?.attributes[attribute]?.use;
  return use === 'computed' || use === 'either';
};

const schema = (block: Block): Buffer => message([[2, blockMessage(block)]]);

const blockMessage = ({ attributes, blocks = {} }: Block): Buffer =>
  message([
    ...attributeFields(2, attributes),
    ...Object.entries(blocks).map(
      ([name, block]): Field => [
        3,
        message([
          [1, name],
          [2, blockMessage(block)],
          [3, block.nesting === 'list' ? 2 : 3],
        ]),
      ],
    ),
  ]);

const attributeFields = (number: number, attributes: Record<string, Attribute>): Field[] =>
  Object.entries(attributes).map(([name, attribute]) => [
    number,
    message([
      [1, name],
      typeField(attribute),
      [4, attribute.use === 'required'],
      [5, attribute.use === 'optional' || attribute.use === 'either'],
      [6, attribute.use === 'computed' || attribute.use === 'either'],
    ]),
  ]);

const typeField = (attribute: Attribute): Field => {
  if ('type' in attribute) return [2, JSON.stringify(attribute.type)];
  const [nested, nesting] = 'set' in attribute ? [attribute.set, 3] : [attribute.map, 4];
  return [10, message([...attributeFields(1, nested), [3, nesting]])];
};
