// `npm run demo`: the charm's main job told live, on a local Juju of its own with real MongoDB servers, and everything cleared away
// at the end, also after Ctrl-C or a failure. `npm run demo -- sharded` tells of a sharded cluster in its place;
// `npm run demo -- --keep` leaves the model for you to go on.
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearAway, openJuju } from './juju.ts';
import { openScreen, type Screen } from './screen.ts';
import { tellSharded } from './sharded.ts';
import { tell } from './story.ts';

const model = 'demo';
// With --force, for nobody wants to watch three members take leave of each other.
const destroyNow = ['destroy-model', '--no-prompt', '--force', '--no-wait', '--destroy-storage', model];
const usage = `Usage: npm run demo [-- [sharded] [--keep]]

  sharded  show a sharded cluster in place of a replica set
  --keep   leave the model up, and say how to go on by hand
`;

const main = async (words: readonly string[]): Promise<number> => {
  const wrong = words.find(word => !['sharded', '--keep', '--help'].includes(word));
  if (wrong !== undefined || words.includes('--help')) {
    (wrong === undefined ? process.stdout : process.stderr).write(wrong === undefined ? usage : `There is no ${wrong}.\n\n${usage}`);
    return wrong === undefined ? 0 : 2;
  }
  const keep = words.includes('--keep');
  const sharded = words.includes('sharded');
  const data = dataFolder();
  const screen = openScreen(process.stdout, process.env);
  const interrupted = listenForSignals();
  const started = Date.now();
  const juju = openJuju(data, interrupted.signal);
  screen.say('Charmed MongoDB on a Juju of its own, on this computer only. Nothing is installed.');
  try {
    await (sharded ? tellSharded : tell)({ juju, screen, interrupted: interrupted.signal });
    if (keep) {
      sayHowToGoOn(screen, data, sharded);
      return 0;
    }
    screen.step('Everything is cleared away');
    screen.typed(`juju ${destroyNow.join(' ')}`);
    screen.progress('…');
    await juju.run(...destroyNow);
  } catch (error) {
    const code = sayWhatHappened(screen, error as Error, interrupted.code());
    if (code === 1) await sayState(screen, data);
    screen.progress('clearing away …');
    await removeAll(data);
    screen.say('No process and no file of it is left.');
    return code;
  }
  await removeAll(data);
  screen.done(`no process and no file is left; all this took ${Math.round((Date.now() - started) / 1000)} s`);
  screen.say(
    `\nGo on by hand: npm run demo -- ${sharded ? 'sharded ' : ''}--keep, or docs/how-to/${sharded ? 'deploy-a-sharded-cluster' : 'manage-client-connections'}.md.`,
  );
  return 0;
};

/** A new folder with a short path, for sockets lie deep below it. The first command makes it. */
const dataFolder = (): string => {
  const name = `demo-${randomBytes(3).toString('hex')}`;
  const folder = join(tmpdir(), name);
  return folder.length <= 36 ? folder : join('/tmp', name);
};

/** Ctrl-C once ends the story and clears away; the terminal going away does the same. */
const listenForSignals = (): { signal: AbortSignal; code(): number | undefined } => {
  const controller = new AbortController();
  let code: number | undefined;
  for (const [name, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.on(name, () => {
      code ??= 128 + number;
      controller.abort(new Error('interrupted'));
    });
  }
  // Where nobody reads any more there is nothing to be said, but still something to be cleared away.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => controller.abort(new Error('interrupted')));
  return { signal: controller.signal, code: () => code };
};

const sayWhatHappened = (screen: Screen, error: Error, interrupted: number | undefined): number => {
  if (interrupted !== undefined) {
    screen.say('\nInterrupted.');
    return interrupted;
  }
  screen.say(`\nThe demo cannot go on: ${error.message}`);
  return 1;
};

/** What helps to understand a failure, as far as it can still be had. */
const sayState = async (screen: Screen, data: string): Promise<void> => {
  const juju = openJuju(data, new AbortController().signal);
  const commands = [
    ['status', '-m', model],
    ['debug-log', '-m', model, '--no-tail', '--limit', '30'],
  ];
  for (const words of commands) {
    const reply = await juju.run(...words).catch(() => undefined);
    if (reply === undefined || reply.stdout.trim() === '') continue;
    screen.typed(`juju ${words.join(' ')}`);
    screen.answer(reply.stdout);
  }
};

const removeAll = async (data: string): Promise<void> => {
  await clearAway(data, model);
  await rm(data, { recursive: true, force: true, maxRetries: 5 });
};

const sayHowToGoOn = (screen: Screen, data: string, sharded: boolean): void => {
  const [server, unit] = sharded ? ['config-server mongos', 'shard-a'] : ['mongodb data-integrator', 'mongodb'];
  screen.step('The model stays up');
  screen.say(`Go on by hand, in this folder:

  export JUJU_DATA=${data}
  npx juju status --watch 2s
  npx juju integrate ${server}
  npx juju run data-integrator/leader get-credentials
  npx juju add-unit ${unit}
  npx juju help

and when you have seen enough, this ends every process and removes every file:

  npx juju destroy-model --no-prompt --destroy-storage ${model}`);
};

process.exitCode = await main(process.argv.slice(2));
