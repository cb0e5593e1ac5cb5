// How the demo waits, and with which sentence it gives up.
import { expect, test } from 'vitest';
import type { StatusJson } from '../../../tools/demo/juju.ts';
import { tellSharded } from '../../../tools/demo/sharded.ts';
import { type Stage, untilActive, untilTrue } from '../../../tools/demo/stage.ts';
import { tell } from '../../../tools/demo/story.ts';

const stageOf = (juju: Partial<Stage['juju']>, signal = new AbortController().signal): Stage & { said: string[] } => {
  const said: string[] = [];
  const note = (text: string) => void said.push(text);
  const screen = { step: note, typed: note, answer: note, done: note, say: note, progress: () => undefined };
  const refuse = () => Promise.reject(new Error('nothing is asked here'));
  return { juju: { data: '', run: refuse, status: refuse, ...juju }, screen, interrupted: signal, limitMs: 600, said };
};
const statusOf = (current: string, message: string, agent = 'idle'): StatusJson => ({
  applications: {
    shard: {
      'application-status': { current },
      units: {
        'shard/0': { 'workload-status': { current, message }, 'juju-status': { current: agent }, 'public-address': '127.0.0.1' },
      },
    },
  },
});

test('units are waited for until they are active and have nothing left to do', async () => {
  const replies = [statusOf('waiting', 'Installing'), statusOf('active', '', 'executing'), statusOf('active', '')];
  let asked = 0;
  const stage = stageOf({ status: async () => replies[asked++]! });
  await expect(untilActive({ ...stage, limitMs: 30_000 }, 'shard', 1)).resolves.toBe(true);
  expect(asked).toBe(3);
});

test('units that do not become active are named with what they say', async () => {
  const stage = stageOf({ status: async () => statusOf('blocked', 'cannot install charmed-mongodb') });
  await expect(untilActive(stage, 'shard', 1)).rejects.toThrow(
    'waited 0.6 s in vain for 1 active unit of shard: shard/0 cannot install charmed-mongodb',
  );
});

test('an application that has no unit is not taken as active', async () => {
  const stage = stageOf({ status: async () => ({ applications: {} }) });
  await expect(untilActive(stage, 'shard', 1)).rejects.toThrow(/^waited 0.6 s in vain for 1 active unit of shard$/);
});

test('an interruption ends the waiting', async () => {
  const controller = new AbortController();
  const waiting = untilTrue({ ...stageOf({}, controller.signal), limitMs: 60_000 }, 'nothing', async () => false);
  controller.abort(new Error('interrupted'));
  await expect(waiting).rejects.toThrow('interrupted');
});

test.each([
  ['of a replica set', tell],
  ['of a sharded cluster', tellSharded],
])('the story %s ends at the first command that fails, with its sentence', async (_, story) => {
  const run = async (...words: string[]) => {
    if (words[0] === 'deploy') throw new Error('juju deploy failed: no such charm');
    return { stdout: '', text: '' };
  };
  const stage = stageOf({ run });
  await expect(story(stage)).rejects.toThrow('juju deploy failed: no such charm');
  expect(stage.said.at(-1)).toMatch(/^juju deploy mongodb /);
});
