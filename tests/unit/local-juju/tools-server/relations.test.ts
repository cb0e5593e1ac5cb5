// Who may read and write which databag, in which hook; what a hook sees of its own and of others' writes.
import { describe, expect, test } from 'vitest';
import { addRelation, addUnit } from '../commands/world.ts';
import { aHook, join, kitModel, relationHook, type World, world } from './kit.ts';

const denied = 'ERROR permission denied\n= 1';
const created = relationHook('created', 1, 'db', 'prov');
const joined = relationHook('joined', 1, 'db', 'prov', 'prov/0');
const changed = relationHook('changed', 1, 'db', 'prov', 'prov/0');
const applicationChanged = relationHook('changed', 1, 'db', 'prov');
const departed = relationHook('departed', 1, 'db', 'prov', 'prov/0', 'prov/0');
const broken = relationHook('broken', 1, 'db', 'prov');

/** prov has written into its bags. */
const written = async (): Promise<World> => {
  const kit = world();
  await kit.hook('prov/0', ['relation-set -r 1 u=zero', 'relation-set -r 1 --app a=app', 'relation-set -r 0 --app p=peer']);
  await kit.hook('prov/1', ['relation-set -r 1 u=one', 'relation-set -r 0 p1=x']);
  return kit;
};

describe('what is read without naming anyone', () => {
  test.each([
    { in: 'created', hook: created, answer: 'app' },
    { in: 'joined', hook: joined, answer: 'zero' },
    { in: 'changed', hook: changed, answer: 'zero' },
    { in: 'changed of the application', hook: applicationChanged, answer: 'app' },
    { in: 'departed', hook: departed, answer: 'zero' },
    { in: 'broken', hook: broken, answer: 'app' },
  ])('in $in', async ({ hook, answer }) => {
    const kit = await written();
    expect(await kit.begin('req/0', hook).say(`relation-get ${answer === 'app' ? 'a' : 'u'}`)).toBe(`${answer}\n`);
    expect(await kit.begin('req/0', hook).say('relation-get --app a')).toBe('app\n');
  });

  test('outside relation hooks nothing', async () => {
    const running = (await written()).begin('req/0');
    expect(await running.say('relation-get')).toBe('ERROR no relation id specified\n= 2');
    expect(await running.say('relation-get -r 1')).toBe('ERROR no unit or application specified\n= 2');
    expect(await running.say('relation-get -r db:1 u prov/0')).toBe('zero\n');
  });
});

describe('ids and members', () => {
  test.each([
    { in: 'created', hook: created, members: ['prov/0', 'prov/1'] },
    { in: 'joined', hook: joined, members: ['prov/0', 'prov/1'] },
    { in: 'departed', hook: departed, members: ['prov/1'] },
  ])('in $in', async ({ hook, members }) => {
    const running = world().begin('req/0', hook);
    expect(await running.say('relation-ids')).toBe('db:1\n');
    expect(await running.say('relation-list --format json')).toBe(`${JSON.stringify(members)}\n`);
    expect(await running.say('relation-list --app')).toBe('prov\n');
  });

  test('in broken the relation is still listed, with nobody in it', async () => {
    const kit = world();
    kit.model.units['req/0']!.agent.relations[1]!.members = {};
    kit.model.relations[1]!.units['req/0']!.inScope = false;
    const running = kit.begin('req/0', broken);
    expect(await running.say('relation-ids db --format=json')).toBe('["db:1"]\n');
    expect(await running.say('relation-list --format=json')).toBe('[]\n');
    expect(await running.say('relation-list')).toBe('');
    expect(await running.say('relation-set bye=1')).toBe('');
    expect(await kit.begin('req/0').say('relation-ids db --format=json')).toBe('[]\n');
  });

  test('a unit that has just joined is listed before the agent has noted it', async () => {
    const kit = world();
    kit.model.units['req/0']!.agent.relations[1]!.members = {};
    expect(await kit.begin('req/0', joined).say('relation-list')).toBe('prov/0\n');
  });

  test('ids and units are sorted as text', async () => {
    const model = kitModel();
    for (const number of [2, 10]) addUnit(model, `prov/${number}`);
    model.relations = {};
    model.counters.relation = 9;
    addRelation(model, 'req:db', 'prov:database');
    addRelation(model, 'req:db2', 'prov:database');
    join(model);
    const running = world(model).begin('prov/0');
    expect(await running.say('relation-ids database')).toBe('database:10\ndatabase:9\n');
    expect(await world(model).begin('req/0').say('relation-list -r 9')).toBe('prov/0\nprov/1\nprov/10\nprov/2\n');
  });

  test('the application of a peer relation is the own one', async () => {
    expect(await world().begin('prov/1').say('relation-list -r cluster:0 --app')).toBe('prov\n');
  });
});

describe('permissions', () => {
  test.each([
    // The own application's bag.
    { unit: 'prov/0', line: 'relation-get -r 1 --app - prov', answer: 'a: app\n' },
    { unit: 'prov/1', line: 'relation-get -r 1 --app - prov', answer: denied },
    { unit: 'prov/0', line: 'relation-get -r 0 --app - prov', answer: 'p: peer\n' },
    { unit: 'prov/1', line: 'relation-get -r 0 --app - prov', answer: 'p: peer\n' },
    { unit: 'prov/1', line: 'relation-set -r 1 --app a=2', answer: 'ERROR cannot write relation settings\n= 1' },
    { unit: 'prov/1', line: 'relation-set -r 0 --app a=2', answer: 'ERROR cannot write relation settings\n= 1' },
    // The other application's.
    { unit: 'req/0', line: 'relation-get -r 1 --app - prov', answer: 'a: app\n' },
    { unit: 'req/0', line: 'relation-get -r 1 --app a prov/0', answer: 'app\n' },
    { unit: 'prov/1', line: 'relation-get -r 1 --app - req', answer: '{}\n' },
    // Units: the own, a sibling's, one of the other side, one that never came.
    { unit: 'prov/1', line: 'relation-get -r 1 u prov/1', answer: 'one\n' },
    { unit: 'prov/1', line: 'relation-get -r 1 u prov/0', answer: 'zero\n' },
    { unit: 'prov/0', line: 'relation-get -r 0 p1 prov/1', answer: 'x\n' },
    { unit: 'req/0', line: 'relation-get -r 1 u prov/1', answer: 'one\n' },
    {
      unit: 'req/0',
      line: 'relation-get -r 1 - prov/5',
      answer: 'ERROR cannot read settings for unit "prov/5" in relation "req:db prov:database": unit "prov/5": settings not found\n= 1',
    },
    // Not in the relation.
    { unit: 'prov/0', line: 'relation-get -r 1 - zork/0', answer: denied },
    { unit: 'prov/0', line: 'relation-get -r 0 - req/0', answer: denied },
    { unit: 'prov/0', line: 'relation-get -r 1 --app - zork', answer: denied },
    // Names.
    { unit: 'req/0', line: 'relation-get -r 1 - prov', answer: 'ERROR expected unit name, got application name "prov"\n= 2' },
    { unit: 'req/0', line: 'relation-get -r 1 - x!', answer: 'ERROR invalid unit name "x!"\n= 2' },
    { unit: 'req/0', line: 'relation-get -r 0 - prov/0', answer: 'ERROR invalid value "0" for option -r: relation not found\n= 2' },
    // In name:2 only the number counts.
    { unit: 'req/0', line: 'relation-get -r whatever:1 u prov/0', answer: 'zero\n' },
  ])('$unit: $line', async ({ unit, line, answer }) => {
    expect(await (await written()).begin(unit).say(line)).toBe(answer);
  });

  test('in a container relation each side sees its partner only', async () => {
    const model = kitModel();
    addRelation(model, 'req:db2', 'prov:other', 'container');
    model.units['req/0']!.principal = 'prov/0';
    join(model);
    const running = world(model).begin('req/0');
    expect(await running.say('relation-get -r 2 ingress-address prov/0')).toBe('127.31.7.10\n');
    expect(await running.say('relation-get -r 2 - prov/1')).toMatch(/settings not found\n= 1$/);
    expect(await running.say('relation-get -r 2 --app - prov')).toBe('{}\n');
  });
});

describe('formats of what is missing', () => {
  test.each([
    { line: 'relation-get nokey', answer: '' },
    { line: 'relation-get nokey --format=yaml', answer: '' },
    { line: 'relation-get nokey --format=json', answer: 'null\n' },
    { line: 'relation-get --app', answer: '{}\n' },
    { line: 'relation-get --app --format=json', answer: '{}\n' },
  ])('$line', async ({ line, answer }) => {
    expect(await world().begin('req/0', changed).say(line)).toBe(answer);
  });
});

describe('writing', () => {
  test('keys and values are trimmed, an empty value takes the key away, the own writes are seen at once', async () => {
    const kit = world();
    const running = kit.begin('req/0', changed);
    await running.run("relation-set ' a = 1 ' 'b=x y' 'c=1=2'");
    expect(await running.say('relation-get --format=json - req/0')).toBe('{"a":"1","b":"x y","c":"1=2","ingress-address":"127.31.7.10"}\n');
    await running.run('relation-set a=');
    expect(await running.say('relation-get a req/0')).toBe('');
    expect(running.commit()).toBeUndefined();
    expect(kit.model.relations[1]!.units['req/0']!.values).toEqual({ b: 'x y', c: '1=2', 'ingress-address': '127.31.7.10' });
  });

  test('a hook that fails leaves no trace', async () => {
    const kit = world();
    const before = structuredClone(kit.model);
    const running = kit.begin('prov/0');
    for (const line of ['relation-set -r 1 a=1', 'relation-set -r 1 --app b=2', 'open-port 80', 'state-set a=1', 'secret-add key=x']) {
      expect(await running.say(line)).not.toContain('ERROR');
    }
    running.discard();
    expect(running.commit()).toBeUndefined();
    expect(kit.model).toEqual(before);
  });

  test('many writes are one new version of each bag, equal ones none', async () => {
    const kit = world();
    const versions = () => [kit.model.relations[1]!.units['prov/0']!.version, kit.model.relations[1]!.applications.prov!.version];
    const [unit = 0, application = 0] = versions();
    await kit.hook('prov/0', [
      'relation-set -r 1 a=1',
      'relation-set -r 1 b=2',
      'relation-set -r 1 --app c=3',
      'relation-set -r 1 --app d=4',
    ]);
    expect(versions()).toEqual([unit + 1, application + 1]);
    await kit.hook('prov/0', ['relation-set -r 1 a=1', 'relation-set -r 1 --app c=3 nothing=', 'relation-set -r 1']);
    expect(versions()).toEqual([unit + 1, application + 1]);
  });

  test.each([
    { file: 'a: 1\nb: text\nc: true\nd: 1.50\n', bag: { a: '1', b: 'text', c: 'true', d: '1.50' } },
    { file: '{"a":"x","b":"y z"}', bag: { a: 'x', b: 'y z' } },
    { file: '', bag: {} },
  ])('from a file: $file', async ({ file, bag }) => {
    const kit = world();
    const running = kit.begin('req/0', changed);
    expect(await running.say('relation-set --file -', file)).toBe('');
    running.commit();
    const { 'ingress-address': _, ...values } = kit.model.relations[1]!.units['req/0']!.values;
    expect(values).toEqual(bag);
  });

  test('words win over the file; a map in the file is refused', async () => {
    const running = world().begin('req/0', changed);
    await running.run('relation-set --file - a=word', 'a: file\nb: file');
    expect(await running.say('relation-get a req/0')).toBe('word\n');
    expect(await running.say('relation-get b req/0')).toBe('file\n');
    expect(await running.say('relation-set --file -', 'a:\n  b: c\n')).toBe(
      'ERROR yaml: unmarshal errors:\n  line 2: cannot unmarshal !!map into string\n= 1',
    );
  });

  test('the leadership was lost before the hook ended', async () => {
    const kit = world();
    const running = kit.begin('prov/0');
    await running.run('relation-set -r 1 --app a=1');
    kit.model.applications.prov!.leader = 'prov/1';
    expect(running.commit()).toContain('"prov/0" is not leader of "prov"');
    expect(kit.model.relations[1]!.applications.prov!.values).toEqual({});
  });
});

describe("others' bags stay as they were read", () => {
  test('until the changed event of that unit', async () => {
    const kit = await written();
    expect(await kit.begin('req/0', changed).say('relation-get u')).toBe('zero\n');
    await kit.hook('prov/0', ['relation-set -r 1 u=new', 'relation-set -r 1 --app a=new']);
    expect(await kit.begin('req/0', aHook).say('relation-get -r 1 u prov/0')).toBe('zero\n');
    expect(await kit.begin('req/0', relationHook('changed', 1, 'db', 'prov', 'prov/1')).say('relation-get u prov/0')).toBe('zero\n');
    expect(await kit.begin('req/0', changed).say('relation-get u')).toBe('new\n');
  });

  test('so does the bag of an application, and that of the own one for a unit that does not lead', async () => {
    const kit = await written();
    expect(await kit.begin('req/0').say('relation-get -r 1 --app a prov')).toBe('app\n');
    expect(await kit.begin('prov/1').say('relation-get -r 0 --app p prov')).toBe('peer\n');
    await kit.hook('prov/0', ['relation-set -r 1 --app a=new', 'relation-set -r 0 --app p=new']);
    expect(await kit.begin('req/0', changed).say('relation-get --app a prov')).toBe('app\n');
    expect(await kit.begin('req/0', applicationChanged).say('relation-get a')).toBe('new\n');
    expect(await kit.begin('prov/1').say('relation-get -r 0 --app p prov')).toBe('peer\n');
    expect(await kit.begin('prov/0').say('relation-get -r 0 --app p prov')).toBe('new\n');
    const peerChanged = relationHook('changed', 0, 'cluster', 'prov');
    expect(await kit.begin('prov/1', peerChanged).say('relation-get p')).toBe('new\n');
  });

  test('what a hook writes, another running one does not see', async () => {
    const kit = await written();
    const reader = kit.begin('req/0', changed);
    expect(await reader.say('relation-get u')).toBe('zero\n');
    await kit.hook('prov/0', ['relation-set -r 1 u=new']);
    expect(await reader.say('relation-get u')).toBe('zero\n');
  });

  test('a departed unit can be read by name', async () => {
    const kit = await written();
    delete kit.model.units['prov/1'];
    delete kit.model.units['req/0']!.agent.relations[1]!.members['prov/1'];
    kit.model.relations[1]!.units['prov/1']!.inScope = false;
    expect(await kit.begin('req/0', relationHook('departed', 1, 'db', 'prov', 'prov/1', 'prov/1')).say('relation-get u')).toBe('one\n');
    expect(await kit.begin('req/0', broken).say('relation-get u prov/1')).toBe('one\n');
  });
});
