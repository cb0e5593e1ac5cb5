// Models, and which of them a command works in.
import { beforeEach, describe, expect, test } from 'vitest';
import { addApplication, addCharm, addUnit, controllerOf, emptyModel, juju, liveModel, statusModel } from './world.ts';

let one: ReturnType<typeof liveModel>;
let two: ReturnType<typeof liveModel>;
let controller: ReturnType<typeof controllerOf>;
beforeEach(() => {
  one = liveModel(statusModel());
  two = liveModel(emptyModel('two'));
  controller = controllerOf(one, two);
});

describe('the model of a command', () => {
  const rows: [string[], Record<string, string>, string][] = [
    [[], {}, 'm'],
    [['-m', 'two'], {}, 'two'],
    [['--model=local:two'], {}, 'two'],
    [['-m', 'local:admin/two'], { JUJU_MODEL: 'm' }, 'two'],
    [[], { JUJU_MODEL: 'two' }, 'two'],
  ];
  test.each(rows)('%j with %j', async (words, env, name) => {
    expect(JSON.parse((await juju(controller, ['status', '--format=json', ...words], { env })).out).model.name).toBe(name);
  });
  test('none', async () => {
    const { code, err } = await juju(controllerOf(), ['status']);
    expect([code, err.split('\n')[0]]).toEqual([1, 'ERROR No model in focus.']);
  });
  test('one that is not there', async () => {
    expect(await juju(controller, ['status', '-m', 'three'])).toEqual({
      code: 1,
      out: '',
      err: 'ERROR model local:admin/three not found\n',
    });
  });
});

test('add-model makes it and switches to it', async () => {
  const { code, err } = await juju(controller, ['add-model', 'three', '--config', 'update-status-hook-interval=1m']);
  expect([code, err]).toEqual([0, "Added 'three' model on local/localhost with credential 'default' for user 'admin'\n"]);
  expect(controller.asked).toEqual([{ method: 'addModel', args: ['three', { 'update-status-hook-interval': '1m' }] }]);
  expect(controller.current()).toBe('three');
  await juju(controller, ['add-model', 'four', '--no-switch']);
  expect(controller.current()).toBe('three');
  expect(await juju(controller, ['add-model'])).toMatchObject({ code: 2, err: 'ERROR model name is required\n' });
  expect((await juju(controller, ['add-model', 'Bad_Name'])).code).toBe(2);
});

test('switch shows and changes', async () => {
  expect((await juju(controller, ['switch'])).out).toBe('local:admin/m\n');
  expect((await juju(controller, ['switch', 'two'])).err).toBe('local:admin/m -> local:admin/two\n');
  expect((await juju(controller, ['switch', 'two'])).err).toBe('local:admin/two (no change)\n');
  expect((await juju(controller, ['switch', 'nope'])).code).toBe(1);
});

test('models', async () => {
  expect((await juju(controller, ['models'])).out).toBe(`Controller: local

Model  Cloud/Region     Type   Status     Machines  Units  Access  Last connection
m*     local/localhost  local  available         3      5  admin   just now
two    local/localhost  local  available         0      -  admin   just now
`);
  expect(JSON.parse((await juju(controller, ['models', '--format=json'])).out)).toMatchObject({
    models: [{ 'short-name': 'm' }, { 'short-name': 'two' }],
    'current-model': 'm',
  });
});

describe('destroy-model', () => {
  test('without asking', async () => {
    expect(await juju(controller, ['destroy-model', '--no-prompt', 'two'])).toEqual({
      code: 0,
      out: '',
      err: 'Destroying model\nWaiting for model to be removed, 1 machine(s), 1 application(s)...\nModel destroyed\n',
    });
    expect(controller.asked).toEqual([{ method: 'destroyModel', args: ['two', { force: false, destroyStorage: true }] }]);
  });
  test('with force and times', async () => {
    await juju(controller, ['destroy-model', '--no-prompt', '--force', '--no-wait', '--destroy-storage', 'two']);
    await juju(controller, ['destroy-model', '-y', '--force', '-t', '30s', 'two']);
    expect(controller.asked.map(({ args }) => args[1])).toEqual([
      { force: true, destroyStorage: true, timeoutMs: 0 },
      { force: true, destroyStorage: true, timeoutMs: 30_000 },
    ]);
  });
  test('asks for the name of the model', async () => {
    const no = await juju(controller, ['destroy-model', 'm'], { lines: ['y'] });
    expect(no.code).toBe(1);
    expect(no.err).toContain(' - 3 machines will be destroyed\n  - machine list: "0" "1" "2"\n');
    expect(no.err).toMatch(/ERROR model destruction: aborted\n$/);
    expect(controller.asked).toEqual([]);
    expect((await juju(controller, ['destroy-model', 'm'], { lines: ['m'] })).code).toBe(0);
  });
  test.each([
    [['destroy-model']],
    [['destroy-model', '--no-wait', 'two']],
    [['destroy-model', '--no-prompt', '--force', '-t', 'soon', 'two']],
  ])('%j is refused', async words => {
    expect((await juju(controller, words)).code).toBe(2);
    expect(controller.asked).toEqual([]);
  });
});

test('model-config', async () => {
  one.state.config['update-status-hook-interval'] = '30s';
  const { out } = await juju(one, ['model-config']);
  const lines = out.split('\n');
  expect(lines[0]).toMatch(/^Attribute +From +Value$/);
  expect(lines.find(line => line.startsWith('update-status'))).toMatch(/^update-status-hook-interval +model +30s$/);
  expect(lines.find(line => line.startsWith('automatically'))).toMatch(/^automatically-retry-hooks +default +true$/);
  expect((await juju(one, ['model-config', 'update-status-hook-interval'])).out).toBe('30s\n');
  expect(JSON.parse((await juju(one, ['model-config', '--format=json'])).out).mode).toEqual({
    Value: 'requires-prompts',
    Source: 'default',
  });
  await juju(one, ['model-config', 'update-status-hook-interval=1m', '--reset', 'http-proxy']);
  expect(one.asked).toEqual([{ method: 'setModelConfig', args: [{ 'update-status-hook-interval': '1m' }, ['http-proxy']] }]);
  expect((await juju(one, ['model-config', 'agent-version=4.0'])).code).toBe(1);
});

test('pass-time', async () => {
  expect((await juju(one, ['pass-time', '36h'])).out).toBe('36h have passed\n');
  expect(one.asked).toEqual([{ method: 'passTime', args: [36 * 3_600_000] }]);
  expect(await juju(one, ['pass-time', 'soon'])).toMatchObject({ code: 2, err: expect.stringContaining('invalid time "soon"') });
});

test('machines, show-machine, controllers, whoami, version', async () => {
  const model = emptyModel();
  addApplication(model, 'a', addCharm(model, 'a', []));
  addUnit(model, 'a/0');
  const live = liveModel(model);
  expect((await juju(live, ['machines'])).out).toBe(
    'Machine  State    Address      Inst id  Base          AZ  Message\n0        started  127.31.7.10  local-0  ubuntu@22.04      Running\n',
  );
  expect((await juju(live, ['show-machine', '0'])).out).toMatch(/^model: m\nmachines:\n {2}"0":\n {4}juju-status:\n {6}current: started\n/);
  expect((await juju(live, ['show-machine', '7'])).code).toBe(1);
  expect((await juju(live, ['controllers'])).out).toContain('local*');
  expect((await juju(live, ['whoami'])).out).toBe('Controller:  local\nModel:       m\nUser:        admin\n');
  expect((await juju(live, ['version'])).out).toMatch(/^3\.6\.28-local-/);
});
