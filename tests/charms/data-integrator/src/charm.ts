#!/usr/bin/env node
// The charm's entry: one run answers one hook or action. Ends with 0, or with 1 where the real charm would crash.
import { randomBytes } from 'node:crypto';
import { type Context, type RelationEvent, readContext } from './context.ts';
import { endpoints, liveRelations, readDatabases, registerSecret } from './databases.ts';
import { getCredentials } from './get-credentials.ts';
import * as tools from './hook-tools.ts';
import * as requests from './requests.ts';
import * as requirer from './requirer.ts';
import { activeDatabases, type Database, type EntitySecret, unitStatus } from './statuses.ts';

type Charm = { context: Context; request: requirer.Request; entity: Entity };
/** The entity that the operator wishes for, from the secret that requested-entities-secret names. */
type Entity = { secret: EntitySecret; name?: string; password?: string };
const peers = 'data-integrator-peers';

const main = async (): Promise<void> => {
  const context = readContext(process.env);
  const config = await tools.readConfig();
  const charm = { context, request: requirer.readRequest(config), entity: await readEntity(config['requested-entities-secret']) };
  const { event } = context;
  if ('relation' in event) {
    const { relation } = event;
    if (relation.endpoint === peers) {
      if (event.kind === 'relation-changed') await settleBroken(charm, relation);
    } else if (event.kind === 'relation-created') await ask(charm, relation);
    else if (event.kind === 'relation-changed') await hear(charm, relation);
    else await markRelation(relation.endpoint, 'BROKEN');
  } else if (event.kind === 'config-changed') await reconsider(charm);
  else if (event.kind === 'update-status') await showStatus(charm, await readDatabases(context));
  else if (event.kind === 'get-credentials') await answerAction(charm);
};

const readEntity = async (uri: unknown): Promise<Entity> => {
  if (!uri) return { secret: 'unset' };
  try {
    const [first] = Object.entries(await tools.readSecret({ uri: String(uri), refresh: true }));
    if (!first) return { secret: 'unreadable' };
    const [name, password] = first;
    return { secret: 'read', name, ...(password === 'None' ? {} : { password }) };
  } catch (error) {
    if (!(error instanceof tools.HookToolError)) throw error;
    await tools.log('WARNING', 'Unable to access requested-entities-secret');
    return { secret: 'unreadable' };
  }
};

/** relation-created: the leader says which fields it wants in secrets, then what it wants. */
const ask = async ({ context, request, entity }: Charm, relation: RelationEvent): Promise<void> => {
  if (!(await tools.isLeader())) return;
  if (context.secrets && request.version === 'v0')
    for (const { whose, values } of requirer.declarationWrites()) await tools.writeBag(relation, whose, values);
  let wish: string | undefined;
  if (entity.name !== undefined) {
    const content = { 'entity-name': entity.name, ...(entity.password === undefined ? {} : { password: entity.password }) };
    wish = await tools.addSecret(`${context.modelUuid}-${relation.id}-requested-entity`, content, relation);
  }
  const values = request.version === 'v1' ? requests.requestsValues(request, wish, {}, salt) : requirer.requestValues(request, wish);
  await tools.writeBag(relation, 'application', values);
};

const salt = (): string => randomBytes(8).toString('hex');

/** relation-changed: compare with what was known, label new secrets, and act if the database has just been granted. */
const hear = async (charm: Charm, relation: RelationEvent): Promise<void> => {
  const { context } = charm;
  const provider = relation.remoteApplication ? await tools.readApplicationBag(relation, relation.remoteApplication) : {};
  if (provider.subordinated === 'true') {
    const units = await Promise.all(
      (await tools.remoteUnits(relation)).map(async name => ({ name, bag: await tools.readUnitBag(relation, name) })),
    );
    if (requirer.heldBack(provider, units, context.application)) return;
  }
  const own = await tools.readUnitBag(relation, context.unit);
  if (charm.request.version === 'v1') return hearResponses(charm, relation, provider, own.data);
  const { diff, memory } = requirer.compare(provider, own.data);
  if (memory !== own.data) await tools.writeBag(relation, 'unit', { data: memory });
  if (context.secrets) {
    for (const group of requirer.announcedGroups(diff)) await registerSecret(relation, group, provider[`secret-${group}`] ?? '');
  }
  const event = requirer.providerEvent(diff, provider.data);
  if (event !== 'database-created' && event !== 'entity-created') return;
  await reconsider(charm);
  await markRelation(relation.endpoint, 'ACTIVE');
  await dropEntityWish(charm, provider.data);
};

/** The same in v1, where each answer is compared by itself. */
const hearResponses = async (
  charm: Charm,
  relation: RelationEvent,
  provider: requirer.Values,
  known: string | undefined,
): Promise<void> => {
  const responses = requests.responsesIn(provider);
  if (responses.length === 0) return;
  const news = responses.map(response => ({ response, ...requests.compareResponse(provider, response, known) }));
  const memory = requests.memoryOf(responses, provider, known);
  if (memory !== known) await tools.writeBag(relation, 'unit', { data: memory });
  for (const { response, diff } of news) {
    for (const group of requirer.announcedGroups(diff))
      await registerSecret(relation, group, response.fields[`secret-${group}`] ?? '', response.id);
  }
  for (const { code, message, resolution } of requests.raisedStatuses(provider))
    await tools.log('WARNING', `status ${code} was raised: ${message}; ${resolution}`);
  for (const code of requests.resolvedCodes(provider)) await tools.log('INFO', `status ${code} was resolved`);
  const created = news.find(({ event }) => event === 'created');
  if (created === undefined) return;
  await reconsider(charm);
  await markRelation(relation.endpoint, 'ACTIVE');
  await dropEntityWish(charm, JSON.stringify({ 'requested-entity-secret': created.wish }));
};

/** config-changed: show the status; the leader completes a request that nobody has answered yet. */
const reconsider = async (charm: Charm): Promise<void> => {
  const { context, request } = charm;
  const databases = await readDatabases(context);
  await showStatus(charm, databases);
  // The library writes its requests once; the stand-in brings them up to date, so that one can be added or taken back.
  if (request.version === 'v1') return askAgain(charm);
  if (request.database === '' || activeDatabases(databases).length > 0 || !(await tools.isLeader())) return;
  for (const relation of await liveRelations(context)) {
    const written = await tools.readApplicationBag(relation, context.application);
    const values = requirer.lateRequestValues(request, written);
    if (Object.keys(values).length > 0) await tools.writeBag(relation, 'application', values);
  }
};

const askAgain = async ({ context, request }: Charm): Promise<void> => {
  if (!(await tools.isLeader())) return;
  for (const relation of await liveRelations(context)) {
    const written = await tools.readApplicationBag(relation, context.application);
    const [first] = JSON.parse(written.requests ?? '[]') as Record<string, string>[];
    const values = requests.requestsValues(request, first?.['requested-entity-secret'], written, salt);
    if (values.requests !== written.requests || written.version !== 'v1') await tools.writeBag(relation, 'application', values);
  }
};

/** The peer relation carries the state of each relation, so that the leader looks again once a broken one is gone. */
const settleBroken = async (charm: Charm, relation: RelationEvent): Promise<void> => {
  if (!(await tools.isLeader())) return;
  const states = await tools.readApplicationBag(relation, charm.context.application);
  const broken = endpoints.filter(endpoint => states[endpoint] === 'BROKEN');
  if (broken.length === 0) return;
  await showStatus(charm, await readDatabases(charm.context));
  for (const endpoint of broken) {
    if ((await tools.relationIds(endpoint)).length === 0) await markRelation(endpoint, 'REMOVED');
  }
};

const markRelation = async (endpoint: string, state: 'ACTIVE' | 'BROKEN' | 'REMOVED'): Promise<void> => {
  if (!(await tools.isLeader())) return;
  const [relation] = await tools.relationIds(peers);
  if (relation) await tools.writeBag(relation, 'application', { [endpoint]: state });
};

/** Once the provider has read the wish for an entity, the secret that carried it has served. */
const dropEntityWish = async ({ entity }: Charm, mirror: string | undefined): Promise<void> => {
  const uri = requirer.confirmedEntitySecret(mirror);
  if (uri === undefined || entity.name === undefined || !(await tools.isLeader())) return;
  try {
    await tools.removeSecret(uri);
  } catch (error) {
    if (!(error instanceof tools.HookToolError)) throw error;
    await tools.log('DEBUG', 'Unable to remove helper secret');
  }
};

const showStatus = ({ context, request, entity }: Charm, databases: readonly Database[]): Promise<void> =>
  tools.setStatus(unitStatus(request, databases, entity.secret, context.secrets));

const answerAction = async ({ context, request }: Charm): Promise<void> => {
  const { failure, results } = getCredentials(request, await readDatabases(context));
  if (failure !== undefined) await tools.failAction(failure);
  await tools.setActionResults(results);
};

main().catch(error => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
