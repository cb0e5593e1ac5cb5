// `juju config` against what Juju printed; what it asks of the model.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { recorded } from './golden.ts';
import { type Asked, addApplication, addCharm, emptyModel, type FakeLive, juju, liveModel } from './world.ts';

let live: FakeLive;
beforeEach(() => {
  const model = emptyModel();
  const charm = addCharm(model, 'prov', [], {
    options: {
      s: { type: 'string', default: 'hello', description: 'A string.' },
      i: { type: 'int', description: 'A number without a default.' },
      b: { type: 'boolean', default: false, description: 'A flag.' },
      f: { type: 'float', default: 1.5, description: 'A fraction.' },
      sec: { type: 'secret', description: 'A secret.' },
    },
  });
  addApplication(model, 'prov', charm);
  live = liveModel(model);
});

describe('recorded', () => {
  const reads: { words: string; nth?: number; config?: Record<string, string | number | boolean> }[] = [
    { words: 'config prov' },
    { words: 'config prov --format=json' },
    { words: 'config prov s' },
    { words: 'config prov i' },
    { words: 'config prov b' },
    { words: 'config prov f' },
    { words: 'config prov i', nth: 1, config: { s: 'new', i: 5 } },
    { words: 'config prov f', nth: 1, config: { f: 2 } },
    { words: 'config prov --format=json', nth: 1, config: { b: true, f: 2, i: 5, s: '' } },
    { words: 'config prov --format=json', nth: 2, config: { f: 2, s: 'hello' } },
    { words: 'config prov nope' },
    { words: 'config nope' },
    { words: 'config prov s i' },
    { words: 'config prov i=1 i=2' },
    { words: 'config prov s i=1' },
  ];
  for (const { words, nth, config } of reads) {
    test(`juju ${words} ${JSON.stringify(config ?? {})}`, async () => {
      Object.assign(live.state.applications.prov!.config, config);
      expect(await juju(live, words.split(' '))).toEqual(recorded('12-config', words, nth));
    });
  }
});

const asks: [string[], Asked[]][] = [
  [['s=new', 'i=5'], [{ method: 'setConfig', args: ['prov', { s: 'new', i: '5' }, []] }]],
  [['s='], [{ method: 'setConfig', args: ['prov', { s: '' }, []] }]],
  [['--reset', 'i,s,b'], [{ method: 'setConfig', args: ['prov', {}, ['i', 's', 'b']] }]],
  [['trust=true'], [{ method: 'setTrust', args: ['prov', true] }]],
  [
    ['--reset', 'trust,s', 'i=1'],
    [
      { method: 'setConfig', args: ['prov', { i: '1' }, ['s']] },
      { method: 'setTrust', args: ['prov', false] },
    ],
  ],
];
test.each(asks)('config prov %j', async (words, asked) => {
  expect(await juju(live, ['config', 'prov', ...words])).toEqual({ code: 0, out: '', err: '' });
  expect(live.asked).toEqual(asked);
});

test('a file with settings, and a value from a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'juju-config-'));
  try {
    await writeFile(join(folder, 'conf.yaml'), 'prov:\n  s: from file\n  i: 9\n  b: yes\n');
    await writeFile(join(folder, 'text'), 'long\n');
    await juju(live, ['config', 'prov', '--file', 'conf.yaml'], { cwd: folder });
    await juju(live, ['config', 'prov', 's=@text'], { cwd: folder });
    expect(live.asked.map(({ args }) => args[1])).toEqual([{ s: 'from file', i: '9', b: 'true' }, { s: 'long\n' }]);
    expect(await juju(live, ['config', 'prov', '--file', 'none.yaml'], { cwd: folder })).toMatchObject({
      code: 1,
      out: '{}\n',
      err: 'ERROR open none.yaml: no such file or directory\n',
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
