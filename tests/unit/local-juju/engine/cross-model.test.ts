// Relations across models: which hooks the units of both run, what crosses over, and what is refused. The hooks of a suspension and of
// a resumption are those of Juju's unit agent, and were seen on Juju 3.6.28.
import { beforeEach, describe, expect, test } from 'vitest';
import { remoteApplicationName } from '../../../../tools/local-juju/cross-model.ts';
import { linkModels } from '../../../../tools/local-juju/engine/link-models.ts';
import { consume, offer, removeOffer, removeRemoteApplication, setSuspended } from '../../../../tools/local-juju/engine/offers.ts';
import { integrate, removeRelation } from '../../../../tools/local-juju/engine/relations.ts';
import { destroyApplication, destroyUnit } from '../../../../tools/local-juju/engine/units.ts';
import type { Model, Relation } from '../../../../tools/local-juju/state.ts';
import { prov, req, sub } from './charms.ts';
import { hooksOf, type Simulation, simulation } from './simulation.ts';

const now = '2026-01-01T00:00:00.000Z';
const gently = { force: false, destroyStorage: false, now };
let offering: Simulation;
let consuming: Simulation;
/** What req and its unit are called in the offering model. */
let client: string;

/** Both models, until neither has anything to do. @returns the hooks of both. */
const settle = (models: readonly Model[] = [offering.model, consuming.model]): string[] => {
  const log: string[] = [];
  for (let rounds = 0; rounds < 50; rounds += 1) {
    const changed = linkModels(models, true, now);
    const ran = [offering, consuming].flatMap(sim => sim.settle());
    log.push(...ran);
    if (changed.size === 0 && ran.length === 0) return log;
  }
  throw new Error(`the models do not come to rest: ${log.slice(-10).join(', ')}`);
};
const offered = (): Relation => Object.values(offering.model.relations).find(({ remote }) => remote !== undefined)!;
const consumed = (): Relation => Object.values(consuming.model.relations).find(({ remote }) => remote !== undefined)!;
const relate = (): string[] => {
  consume(consuming.model, offering.model, 'prov', 'remote-prov', now);
  integrate(consuming.model, 'req:db', 'remote-prov:database', now);
  return settle();
};

beforeEach(() => {
  offering = simulation('prod', 1);
  consuming = simulation('web', 2);
  offering.deploy('prov', prov);
  offer(offering.model, 'prov', ['database'], 'prov');
  consuming.deploy('req', req);
  settle();
  client = remoteApplicationName(consuming.model, 'req');
});

test('each side sees the other under the name that it has there, and runs the hooks of a new relation', () => {
  const log = relate();
  expect(client).toMatch(/^remote-[0-9a-f]{32}$/);
  expect(hooksOf(log, 'prov/0')).toEqual([
    'database-relation-created',
    `database-relation-joined ${client}/0`,
    `database-relation-changed ${client}/0`,
  ]);
  expect(hooksOf(log, 'req/0')).toEqual(['db-relation-created', 'db-relation-joined remote-prov/0', 'db-relation-changed remote-prov/0']);
  expect(consumed().key).toBe('req:db remote-prov:database');
  expect(offered().key).toBe(`${client}:db prov:database`);
});

test('what is written into a databag is read on the other side, and is one event there', () => {
  relate();
  offered().applications.prov = { values: { uris: 'x' }, version: 1 };
  consumed().units['req/0']!.values.asked = 'y';
  consumed().units['req/0']!.version += 1;
  const log = settle();
  expect(hooksOf(log, 'req/0')).toEqual(['db-relation-changed']);
  expect(hooksOf(log, 'prov/0')).toEqual([`database-relation-changed ${client}/0`]);
  expect(consumed().applications['remote-prov']!.values).toEqual({ uris: 'x' });
  expect(offered().units[`${client}/0`]!.values).toMatchObject({ asked: 'y', 'ingress-address': '127.16.2.10' });
  expect(settle()).toEqual([]);
});

describe('suspended and resumed', () => {
  beforeEach(() => {
    relate();
    offered().applications.prov = { values: { uris: 'old' }, version: 1 };
    settle();
    setSuspended(offering.model, offered().id, 'audit');
  });

  test('units of both sides depart and break the relation once, and it stays', () => {
    const log = settle();
    expect(hooksOf(log, 'prov/0')).toEqual([`database-relation-departed ${client}/0 departing ${client}/0`, 'database-relation-broken']);
    expect(hooksOf(log, 'req/0')).toEqual(['db-relation-departed remote-prov/0 departing remote-prov/0', 'db-relation-broken']);
    expect(consumed()).toMatchObject({ life: 'alive', suspended: 'audit' });
    expect(settle()).toEqual([]);
  });

  test('what is written meanwhile crosses over when it is resumed, and for the units the relation is new', () => {
    settle();
    offered().applications.prov = { values: {}, version: 2 };
    settle();
    expect(consumed().applications['remote-prov']!.values).toEqual({ uris: 'old' });
    setSuspended(offering.model, offered().id, undefined);
    const log = settle();
    expect(hooksOf(log, 'req/0')).toEqual([
      'db-relation-created',
      'db-relation-changed',
      'db-relation-joined remote-prov/0',
      'db-relation-changed remote-prov/0',
    ]);
    expect(hooksOf(log, 'prov/0')).toEqual([
      'database-relation-created',
      `database-relation-joined ${client}/0`,
      `database-relation-changed ${client}/0`,
    ]);
    expect(consumed().applications['remote-prov']!.values).toEqual({});
  });

  test('removed while it is suspended, it goes without a second relation-broken', () => {
    settle();
    removeRelation(consuming.model, 'req', 'remote-prov', { force: false, now });
    expect(settle()).toEqual([]);
    expect([offering, consuming].flatMap(({ model }) => Object.values(model.relations).filter(({ remote }) => remote))).toEqual([]);
  });

  test('resumed before its units had left, it is new to them all the same', () => {
    linkModels([offering.model, consuming.model], true, now);
    offering.settle();
    setSuspended(offering.model, offered().id, undefined);
    const log = settle();
    expect(hooksOf(log, 'prov/0')).toEqual(expect.arrayContaining(['database-relation-created', `database-relation-joined ${client}/0`]));
    expect(offered().units['prov/0']!.inScope).toBe(true);
    expect(consumed().units['req/0']!.inScope).toBe(true);
    expect(settle()).toEqual([]);
  });
});

describe('the end', () => {
  beforeEach(() => void relate());

  test.each([
    { what: 'removed by the consuming model', by: () => removeRelation(consuming.model, 'req', 'remote-prov', { force: false, now }) },
    {
      what: 'removed by the offering model',
      by: () => removeRelation(offering.model, String(offered().id), undefined, { force: false, now }),
    },
    { what: 'the offer is removed by force', by: () => removeOffer(offering.model, 'prov', true) },
    { what: 'what is consumed is removed', by: () => removeRemoteApplication(consuming.model, 'remote-prov', { force: false, now }) },
    { what: 'the client is removed', by: () => destroyApplication(consuming.model, 'req', gently) },
  ])('$what: both sides depart and break, and nothing is left', ({ by }) => {
    by();
    const log = settle();
    expect(hooksOf(log, 'prov/0')).toEqual([`database-relation-departed ${client}/0 departing ${client}/0`, 'database-relation-broken']);
    expect(hooksOf(log, 'req/0')).toEqual(expect.arrayContaining(['db-relation-broken']));
    expect([offering, consuming].flatMap(({ model }) => Object.values(model.relations).filter(({ remote }) => remote))).toEqual([]);
  });

  test('a unit that is removed departs on the other side', () => {
    destroyUnit(offering.model, 'prov/0', gently);
    expect(hooksOf(settle(), 'req/0')).toEqual(['db-relation-departed remote-prov/0 departing remote-prov/0']);
  });

  test('with the model of the other side the relation goes, and what is consumed is terminated', () => {
    const log = settle([consuming.model]);
    expect(hooksOf(log, 'req/0')).toEqual(['db-relation-departed remote-prov/0 departing remote-prov/0', 'db-relation-broken']);
    expect(consuming.model.remoteApplications['remote-prov']).toMatchObject({ terminated: true });
  });

  test('a model that cannot be opened is not taken for gone', () => {
    linkModels([consuming.model], false, now);
    expect(consumed().life).toBe('alive');
  });

  test('what was consumed and is removed has no place any more; the offer stays', () => {
    removeRemoteApplication(consuming.model, 'remote-prov', { force: false, now });
    settle();
    expect(consuming.model.remoteApplications).toEqual({});
    expect(Object.keys(offering.model.offers)).toEqual(['prov']);
  });
});

describe('refused', () => {
  const remove = () => removeOffer(offering.model, 'prov', false);
  test.each([
    {
      what: 'an offer of nothing',
      by: () => offer(offering.model, 'nope', ['database'], 'nope'),
      text: 'getting offered application nope: application "nope" not found',
    },
    {
      what: 'an endpoint that is not there',
      by: () => offer(offering.model, 'prov', ['nope'], 'prov'),
      text: 'cannot add application offer "prov": getting relation endpoint for relation "nope" and application "prov": application "prov" has no "nope" relation',
    },
    {
      what: 'an unknown offer',
      by: () => consume(consuming.model, offering.model, 'nope', 'nope', now),
      text: 'application offer "admin/prod.nope" not found',
    },
    {
      what: 'the name of an application',
      by: () => consume(consuming.model, offering.model, 'prov', 'req', now),
      text: 'could not consume admin/prod.prov: cannot add saas application "req": local application with same name already exists',
    },
    {
      what: 'the removal of an offer in use',
      by: () => [relate(), remove()],
      text: 'cannot delete application offer "prov": offer has 1 relation',
    },
    {
      what: 'the removal of its application',
      by: () => [relate(), destroyApplication(offering.model, 'prov', gently)],
      text: 'removing application prov failed: cannot destroy application "prov": application is used by 1 consumer',
    },
    {
      what: 'a suspension on the consuming side',
      by: () => [relate(), setSuspended(consuming.model, consumed().id, '')],
      text: 'cannot set suspend status for "req:db remote-prov:database" which is not associated with an offer',
    },
    { what: 'a suspension of nothing', by: () => setSuspended(offering.model, 99, ''), text: 'relation 99 not found' },
    {
      what: 'an offer that is gone',
      by: () => removeRemoteApplication(consuming.model, 'nope', { force: false, now }),
      text: 'saas application "nope" not found',
    },
    {
      what: 'a relation with an offer that was removed',
      by: () => {
        consume(consuming.model, offering.model, 'prov', 'remote-prov', now);
        remove();
        settle();
        integrate(consuming.model, 'req:db', 'remote-prov', now);
      },
      text: 'Offer "remote-prov" has been removed from the remote model.\nTo integrate with a new offer with the same name, first run\n\'juju remove-saas remote-prov\' to remove the SAAS record from this model.',
    },
    {
      what: 'a subordinate endpoint',
      by: () => {
        consuming.deploy('sub', { ...sub, endpoints: { ...sub.endpoints, db: { ...req.endpoints.db!, scope: 'container' } } });
        consume(consuming.model, offering.model, 'prov', 'remote-prov', now);
        integrate(consuming.model, 'sub:db', 'remote-prov:database', now);
      },
      text: 'cannot add relation "sub:db remote-prov:database": local endpoint must be globally scoped for remote relations',
    },
  ])('$what', ({ by, text }) => expect(by).toThrow(text));

  test('an offer without relations goes with its application', () => {
    destroyApplication(offering.model, 'prov', gently);
    settle();
    expect(offering.model.offers).toEqual({});
  });

  test('an offer that was made anew is consumed under its old name once more', () => {
    consume(consuming.model, offering.model, 'prov', 'remote-prov', now);
    remove();
    settle();
    offer(offering.model, 'prov', ['database', 'other'], 'prov');
    consume(consuming.model, offering.model, 'prov', 'remote-prov', now);
    settle();
    expect(consuming.model.remoteApplications['remote-prov']).toMatchObject({ endpoints: [{ name: 'database' }, { name: 'other' }] });
    expect(consuming.model.remoteApplications['remote-prov']!.terminated).toBeUndefined();
  });
});
