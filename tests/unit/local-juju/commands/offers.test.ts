// Offers and what is consumed of other models: what the commands print, ask for and refuse.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Controller, LiveModel } from '../../../../tools/local-juju/contract.ts';
import { consume, offer, removeOffer, removeRemoteApplication, setSuspended } from '../../../../tools/local-juju/engine/offers.ts';
import { integrate } from '../../../../tools/local-juju/engine/relations.ts';
import type { Model } from '../../../../tools/local-juju/state.ts';
import { addApplication, addCharm, addRelation, addUnit, controllerOf, emptyModel, endpoint, juju, liveModel, since } from './world.ts';

const client = `remote-${'0a'.repeat(16)}`;
let prod: Model;
let web: Model;
let asked: string[];
let controller: Controller;
const say = async (line: string, model = 'web', lines: string[] = []) =>
  juju(controller, line.split(' '), { env: { JUJU_MODEL: model }, lines });

/** `prov` is offered by prod; web has a client for it. The engine's own functions change the models. */
beforeEach(() => {
  asked = [];
  prod = emptyModel('prod');
  web = { ...emptyModel('web'), uuid: '11111111-6a80-4a1c-8f0f-0d6f1d1f7a11' };
  const prov = addCharm(prod, 'prov', [endpoint('database', 'provider', 'db'), endpoint('other', 'provider', 'web')]);
  addApplication(prod, 'prov', prov);
  addUnit(prod, 'prov/0', { workload: { current: 'active', message: 'Primary', since } });
  addApplication(web, 'req', addCharm(web, 'req', [endpoint('db', 'requirer', 'db')]));
  addUnit(web, 'req/0');
  controller = controllerOf(...[prod, web].map(withEngine));
});
const withEngine = (model: Model): LiveModel =>
  liveModel(model, {
    offer: (...args) => offer(model, ...args),
    removeOffer: (...args) => removeOffer(model, ...args),
    consume: (offering, name, alias) => consume(model, offering, name, alias, since),
    removeRemoteApplication: (name, force) => removeRemoteApplication(model, name, { force, now: since }),
    integrate: (one, other) => void integrate(model, one, other, since),
    suspendRelation: (id, reason) => {
      asked.push(`suspend ${id} ${reason}`);
      setSuspended(model, id, reason);
    },
    resumeRelation: id => {
      asked.push(`resume ${id}`);
      setSuspended(model, id, undefined);
    },
  });
/** As if the client had integrated: the offering model's side of the relation. */
const connect = () => {
  addApplication(prod, client, addCharm(prod, 'stand-in', [endpoint('db', 'requirer', 'db')]));
  const relation = addRelation(prod, `${client}:db`, 'prov:database');
  delete prod.applications[client];
  relation.remote = { role: 'offering', model: web.uuid, offer: prod.offers.prov!.id, relation: 0 };
  relation.units[`${client}/0`] = { values: { 'egress-subnets': '127.31.8.10/32' }, version: 1, inScope: true };
  return relation;
};

describe('offer', () => {
  test.each([
    { line: 'offer prov:database', said: 'Application "prov" endpoints [database] available at "admin/prod.prov"\n' },
    { line: 'offer prov:database,other shared', said: 'Application "prov" endpoints [database, other] available at "admin/prod.shared"\n' },
  ])('$line', async ({ line, said }) => {
    expect(await say(line, 'prod')).toEqual({ code: 0, out: '', err: said });
  });

  test('of a model that is not the current one', async () => {
    expect((await say('offer prod.prov:database')).err).toContain('"admin/prod.prov"');
    expect(Object.keys(prod.offers)).toEqual(['prov']);
  });

  test.each([
    { line: 'offer', code: 2, text: 'an offer must at least specify application endpoint' },
    { line: 'offer prov', code: 1, text: 'endpoints must conform to format "<application-name>:<endpoint-name>[,...]" ' },
    { line: 'offer prov:', code: 1, text: 'specify endpoints for prov" ' },
    { line: 'offer Prov:database', code: 1, text: 'application name "Prov" not valid' },
    { line: 'offer nope:database', code: 1, text: 'getting offered application nope: application "nope" not found' },
    { line: 'consume', code: 2, text: 'no remote offer specified' },
    { line: 'consume prod', code: 1, text: 'offer URL is missing the name' },
    { line: 'consume prod.prov:database', code: 1, text: 'saas offer "prod.prov:database" shouldn\'t include endpoint' },
    { line: 'consume prod.prov Bad', code: 2, text: 'invalid application name "Bad"' },
    { line: 'consume nope.prov', code: 1, text: 'model "admin/nope" not found' },
    { line: 'consume prod.prov', code: 1, text: 'application offer "admin/prod.prov" not found' },
    { line: 'integrate prod.prov prod.prov', code: 2, text: 'providing more than one remote endpoints not supported' },
    { line: 'find-offers', code: 1, text: 'no matching application offers found' },
    { line: 'remove-offer', code: 2, text: 'no offers specified' },
    { line: 'remove-offer prod.nope', code: 1, text: 'application offer "nope" not found' },
    { line: 'remove-saas', code: 2, text: 'no SAAS application names specified' },
    { line: 'remove-saas prov --no-wait', code: 1, text: '--no-wait requires --force' },
    { line: 'suspend-relation', code: 2, text: 'no relation ids specified' },
    { line: 'suspend-relation x', code: 2, text: 'relation ID "x" not valid' },
    { line: 'suspend-relation 98 99', code: 1, text: 'relation 98 not found\nrelation 99 not found' },
    { line: 'resume-relation 99', code: 1, text: 'relation 99 not found' },
  ])('$line is refused', async ({ line, code, text }) => {
    expect(await say(line, 'prod')).toEqual({ code, out: '', err: `ERROR ${text}\n` });
  });
});

describe('what is there', () => {
  beforeEach(() => offer(prod, 'prov', ['database', 'other'], 'prov'));

  test('find-offers', async () => {
    expect((await say('find-offers')).out).toBe(
      'Store  URL              Access  Interfaces\nlocal  admin/prod.prov  admin   db:database, web:other\n',
    );
    expect((await say('find-offers admin/web')).code).toBe(1);
    expect((await say('find-offers --interface web --offer prov')).code).toBe(0);
    expect(JSON.parse((await say('find-offers prod.prov --format=json')).out)).toEqual({
      'local:admin/prod.prov': {
        access: 'admin',
        endpoints: { database: { interface: 'db', role: 'provider' }, other: { interface: 'web', role: 'provider' } },
        users: { admin: { 'display-name': 'admin', access: 'admin' } },
      },
    });
  });

  test('offers, before and after somebody has connected', async () => {
    expect((await say('offers', 'prod')).out.split('\n')[1]).toMatch(/^prov +- +$/);
    const relation = connect();
    expect((await say('offers', 'prod')).out).toBe(
      `Offer  User   Relation id  Status  Endpoint  Interface  Role      Ingress subnets
prov   admin  ${relation.id}            joined  database  db         provider  127.31.8.10/32
`,
    );
    expect((await say('offers --format=summary', 'prod')).out).toContain(
      'prov   prov         local:prov-0  1/1        local  admin/prod.prov',
    );
    expect(JSON.parse((await say('offers --format=json', 'prod')).out)).toMatchObject({
      prov: { connections: [{ 'source-model-uuid': web.uuid, 'relation-id': relation.id, status: { current: 'joined' } }] },
    });
    expect((await say('offers --active-only --application nope', 'prod')).out).not.toContain('prov');
  });

  test('status shows what is consumed and what is offered, and leaves the relation to offers', async () => {
    connect();
    consume(web, prod, 'prov', 'prov', since);
    expect((await say('status')).out).toContain('SAAS  Status   Store  URL\nprov  unknown  local  admin/prod.prov\n');
    integrate(web, 'req:db', 'prov:database', since);
    expect((await say('status')).out).toContain('prov  active  local  admin/prod.prov\n');
    expect((await say('status --relations')).out).toMatch(/^prov:database +req:db +db +regular +joining/m);
    const offering = (await say('status --relations', 'prod')).out;
    expect(offering).toContain(`Offer  Application  Charm  Rev  Connected  Endpoint  Interface  Role
prov   prov         prov   0    1/1        database  db         provider
                                           other     web        provider
`);
    expect(offering).not.toContain('remote-');
    const json = JSON.parse((await say('status --format=json')).out);
    expect(json['application-endpoints'].prov).toMatchObject({
      url: 'local:admin/prod.prov',
      'application-status': { current: 'active', message: 'Primary' },
      relations: { database: ['req'] },
    });
    web.remoteApplications.prov!.terminated = true;
    expect((await say('status')).out).toContain('prov  terminated  local');
  });

  test('suspended: in offers of the one model and in the relations of the other', async () => {
    const relation = connect();
    await say(`suspend-relation ${relation.id} --message audit`, 'prod');
    expect(asked).toEqual([`suspend ${relation.id} audit`]);
    expect((await say('offers', 'prod')).out).toContain('suspending');
    relation.units['prov/0']!.inScope = false;
    expect((await say('offers', 'prod')).out).toContain('suspended');
    expect((await say('offers --format=yaml', 'prod')).out).toContain('message: audit');
    consume(web, prod, 'prov', 'prov', since);
    Object.assign(integrate(web, 'req:db', 'prov:database', since), { suspended: 'audit' });
    expect((await say('status --relations')).out).toMatch(/^prov:database .* suspended {3}- audit$/m);
    await say(`resume-relation ${relation.id}`, 'prod');
    expect(relation.suspended).toBeUndefined();
  });
});

describe('consumed, related, removed', () => {
  beforeEach(() => offer(prod, 'prov', ['database'], 'prov'));

  test('under its own name or another, in any form of the URL', async () => {
    expect((await say('consume local:admin/prod.prov')).err).toBe('Added admin/prod.prov as prov\n');
    expect((await say('consume prod.prov other-name')).err).toBe('Added admin/prod.prov as other-name\n');
    expect(Object.keys(web.remoteApplications)).toEqual(['prov', 'other-name']);
  });

  test('integrate consumes by itself, with an endpoint or without', async () => {
    expect(await say('integrate req admin/prod.prov:database')).toEqual({ code: 0, out: '', err: '' });
    expect(Object.values(web.relations)).toMatchObject([{ key: 'req:db prov:database', remote: { role: 'consuming', model: prod.uuid } }]);
  });

  test('remove-saas takes its relations along, and tells of names that it does not know', async () => {
    await say('integrate req prod.prov');
    expect(await say('remove-saas nope prov')).toEqual({
      code: 1,
      out: '',
      err: 'removing SAAS application nope failed: saas application "nope" not found\n',
    });
    expect(Object.values(web.relations)).toMatchObject([{ life: 'dying' }]);
  });

  test('remove-offer asks before it removes relations', async () => {
    connect();
    expect((await say('remove-offer prov', 'prod')).err).toBe('ERROR cannot delete application offer "prov": offer has 1 relation\n');
    const answer = await say('remove-offer prov --force', 'prod', ['n']);
    expect(answer.out).toBe(
      'WARNING! This command will remove offers: admin/prod.prov\nThis includes all relations to those offers.\n\nContinue [y/N]? ',
    );
    expect(answer.err).toBe('ERROR offer removal: aborted\n');
    expect((await say('remove-offer admin/prod.prov --force -y')).code).toBe(0);
    expect(prod.offers).toEqual({});
  });
});
