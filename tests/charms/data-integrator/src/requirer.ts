// The requirer's half of mongodb_client v0 as decisions: what to ask for and when, what an answer of the provider means.
// Pure; bags come in as values, writes and events go out as values.

export type Values = Record<string, string>;
export type Request = {
  version: 'v0' | 'v1';
  database: string;
  /** Of v1, each a request of its own. */
  databases: string[];
  external: boolean;
  extraUserRoles: string;
  extraGroupRoles: string;
  entityType: string;
  entityPermissions: string;
};
export type Diff = { added: string[]; changed: string[]; removed: string[] };
export type ProviderEvent = 'database-created' | 'entity-created' | 'endpoints-changed' | 'read-only-endpoints-changed' | 'nothing';
export type SecretGroup = 'user' | 'tls' | 'mtls' | 'entity' | 'extra';

/** The fields that a requirer wants in secrets, in the order in which the library for Python charms writes them. */
export const secretFields = ['username', 'password', 'tls', 'tls-ca', 'uris', 'read-only-uris', 'entity-name', 'entity-password'] as const;
const secretGroups: Readonly<Record<string, SecretGroup>> = {
  username: 'user',
  password: 'user',
  uris: 'user',
  'read-only-uris': 'user',
  tls: 'tls',
  'tls-ca': 'tls',
  'mtls-cert': 'mtls',
  'entity-name': 'entity',
  'entity-password': 'entity',
};

/** Takes the request out of the charm's configuration. @throws where the real charm refuses to start. */
export const readRequest = (config: Readonly<Record<string, unknown>>): Request => {
  const text = (name: string): string => (config[name] === undefined || config[name] === null ? '' : String(config[name]));
  const version = text('protocol-version') || 'v0';
  if (version !== 'v0' && version !== 'v1') throw new Error('invalid protocol-version: possible values are v0 and v1');
  const database = text('database-name');
  const names = version === 'v1' ? database.split(',').map(name => name.trim()) : [database];
  const request: Request = {
    version,
    database,
    databases: names.filter(name => name !== ''),
    external: config['external-node-connectivity'] !== false,
    extraUserRoles: text('extra-user-roles'),
    extraGroupRoles: text('extra-group-roles'),
    entityType: text('entity-type'),
    entityPermissions: text('entity-permissions'),
  };
  checkEntity(request);
  return request;
};

/** The writes of a leader's relation-created, one after another, before the request itself. */
export const declarationWrites = (): { whose: 'application' | 'unit'; values: Values }[] => {
  const requested = { 'requested-secrets': pythonJson([...secretFields]) };
  const provided = { 'provided-secrets': pythonJson(['mtls-cert']) };
  return [
    { whose: 'application', values: requested },
    { whose: 'unit', values: requested },
    { whose: 'application', values: provided },
    { whose: 'unit', values: provided },
  ];
};

/** The request as written in relation-created, in one go; `database` is absent while no name is configured. */
export const requestValues = (request: Request, requestedEntitySecret: string | undefined): Values => {
  const values: Values = {
    database: request.database,
    'extra-user-roles': request.extraUserRoles,
    'extra-group-roles': request.extraGroupRoles,
    'entity-type': request.entityType,
    'entity-permissions': request.entityPermissions,
    'requested-entity-secret': requestedEntitySecret ?? '',
    'external-node-connectivity': request.external ? 'true' : '',
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
};

/** What config-changed still writes while no database is granted; an empty value removes a key. */
export const lateRequestValues = (request: Request, written: Values): Values => {
  const values: Values = { database: request.database, 'extra-user-roles': request.extraUserRoles };
  if (request.entityType !== '') {
    values['entity-type'] = request.entityType;
    values['entity-permissions'] = request.entityPermissions;
    values['extra-group-roles'] = request.extraGroupRoles;
  }
  return Object.fromEntries(Object.entries(values).filter(([key, value]) => value !== (written[key] ?? '')));
};

/** Compares the provider's bag with what this unit remembers of it. `memory` is what to remember from now on. */
export const compare = (provider: Values, remembered: string | undefined): { diff: Diff; memory: string } => {
  const { data: _, ...now } = provider;
  const before = decodeObject(remembered) ?? {};
  return {
    diff: {
      added: Object.keys(now).filter(key => !(key in before)),
      changed: Object.keys(now).filter(key => key in before && before[key] !== now[key]),
      removed: Object.keys(before).filter(key => !(key in now)),
    },
    memory: pythonJson(now),
  };
};

/** The one event that a relation-changed means. `mirror`: the provider's `data`, its copy of our request. @throws if that is no JSON. */
export const providerEvent = (diff: Diff, mirror: string | undefined): ProviderEvent => {
  const entity = 'entity-type' in (decodeObject(mirror) ?? {});
  const added = (key: string) => diff.added.includes(key);
  const touched = (key: string) => added(key) || diff.changed.includes(key);
  if ((added('secret-user') || (added('username') && added('password'))) && !entity) return 'database-created';
  if ((added('secret-entity') || added('entity-name')) && entity) return 'entity-created';
  if (touched('endpoints')) return 'endpoints-changed';
  if (touched('read-only-endpoints')) return 'read-only-endpoints-changed';
  return 'nothing';
};

/** A provider may hold its requirers back, unit by unit, until the unit beside them says that it is ready. */
export const heldBack = (provider: Values, remoteUnits: readonly { name: string; bag: Values }[], ownApplication: string): boolean => {
  if (provider.subordinated !== 'true') return false;
  // The library leaves out units by the beginning of their name, and looks at the last of the others.
  const seen = remoteUnits.filter(unit => !unit.name.startsWith(ownApplication)).at(-1);
  return seen?.bag.state !== 'ready';
};

/** The groups of newly announced secrets, each to be given its consumer label. */
export const announcedGroups = (diff: Diff): SecretGroup[] =>
  (['user', 'tls', 'mtls', 'entity', 'extra'] as const).filter(group => diff.added.includes(`secret-${group}`));

export const groupOf = (field: string): SecretGroup => secretGroups[field] ?? 'extra';

/** The label under which this charm's units know a provider's secret. */
export const consumerLabel = (endpoint: string, relationId: number, group: SecretGroup): string =>
  `${endpoint}.${relationId}.${group}.secret`;

/** The URI of the copy of our auxiliary secret that the provider confirms to have seen. */
export const confirmedEntitySecret = (mirror: string | undefined): string | undefined => {
  const uri = decodeObject(mirror)?.['requested-entity-secret'];
  return typeof uri === 'string' ? uri : undefined;
};

/** The secret fields this unit wrote down when it asked; only the leader's own bag says so, the others take the usual list. */
export const fieldsAskedFor = (ownBag: Values): string[] => {
  const list: unknown = JSON.parse(ownBag['requested-secrets'] ?? 'null');
  return Array.isArray(list) && list.length > 0 ? list.map(String) : [...secretFields];
};

/** JSON spaced and escaped as Python writes it, so that the bags read the same to the letter. */
export const pythonJson = (value: string[] | Values): string => {
  const quote = (text: string) =>
    JSON.stringify(text).replace(/[\u007f-\uffff]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  if (Array.isArray(value)) return `[${value.map(quote).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${quote(key)}: ${quote(item)}`)
    .join(', ')}}`;
};

const decodeObject = (text: string | undefined): Record<string, unknown> | undefined => {
  if (!text) return undefined;
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
};

const checkEntity = (request: Request): void => {
  if (request.entityType !== '' && request.entityType !== 'USER' && request.entityType !== 'GROUP') {
    throw new Error('invalid entity-type: possible values are USER and GROUP');
  }
  if (request.entityType === 'USER' && request.extraGroupRoles !== '')
    throw new Error('inconsistent entity: use extra-user-roles with USER');
  if (request.entityType === 'GROUP' && request.extraUserRoles !== '')
    throw new Error('inconsistent entity: use extra-group-roles with GROUP');
  if (request.entityPermissions !== '') checkPermissions(request.entityPermissions);
};

const checkPermissions = (text: string): void => {
  const list: unknown = JSON.parse(text);
  const wanted = 'privileges,resource_name,resource_type';
  if (!Array.isArray(list) || list.some(item => Object.keys(Object(item)).sort().join() !== wanted)) {
    throw new Error('invalid entity-permissions: a list of objects with resource_name, resource_type and privileges is needed');
  }
};
