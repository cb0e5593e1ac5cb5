// A model of the local Juju for one test file: its own data folder and background process, so that tests side by side never meet.
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { deployPackedCharms } from './packed.ts';
import { packagedNode, projectFolder } from './project.ts';
import { makeTestFolder } from './run-folder.ts';
import { runProgram } from './run-program.ts';
import type { StatusJson } from './status.ts';

export type Reply = { code: number; stdout: string; stderr: string };
export type Waiting = { limitMs?: number; everyMs?: number };
export type TestModel = {
  readonly name: string;
  /** JUJU_DATA of this model's commands. */
  readonly data: string;
  /** Runs `juju <words>` on this model. Returns its stdout. @throws with both outputs when it exits with other than 0. */
  juju(...words: string[]): Promise<string>;
  /** The same, and whatever comes of it is the answer. */
  tryJuju(...words: string[]): Promise<Reply>;
  status(): Promise<StatusJson>;
  /**
   * Asks for the status until the condition answers with something true, which is returned.
   * @param what completes "waited … for".
   * @throws after `limitMs` (two minutes) with the status and the end of the log.
   */
  waitFor<Found>(
    what: string,
    condition: (status: StatusJson) => Found | Promise<Found>,
    waiting?: Waiting,
  ): Promise<Exclude<Found, false | undefined | null | 0 | ''>>;
  /** Status and the end of the log, to be shown with a failure. */
  story(): Promise<string>;
  /** Takes everything down, processes and folders. */
  close(): Promise<void>;
};

/** Makes a model, which deploys the charms as they are packed; `close` it when the tests are over. */
export const openModel = async (name = `t${randomBytes(3).toString('hex')}`): Promise<TestModel> => {
  await deployPackedCharms();
  const data = await makeTestFolder('j-');
  const tryJuju = (...words: string[]) => runJuju(data, words, { JUJU_MODEL: name });
  const juju = async (...words: string[]) => {
    const reply = await tryJuju(...words);
    if (reply.code !== 0) throw new Error(`juju ${words.join(' ')} exited with ${reply.code}\n${reply.stdout}${reply.stderr}`);
    return reply.stdout;
  };
  // Asked for several times a second by whoever waits: a process for each would be a good part of the work of all tests.
  const status = async () =>
    JSON.parse((await askDaemon(data, name, 'status', '--format=json')) ?? (await juju('status', '--format=json'))) as StatusJson;
  const story = async () => {
    const shown = await tryJuju('status', '--relations', '--storage');
    const log = await tryJuju('debug-log', '--no-tail', '--limit', '60');
    return `${shown.stdout}${shown.stderr}\n--- the end of the log\n${log.stdout}${log.stderr}`;
  };
  const added = await runJuju(data, ['add-model', name], {});
  if (added.code !== 0) throw new Error(`cannot add a model: ${added.stderr}`);
  return {
    name,
    data,
    juju,
    tryJuju,
    status,
    story,
    waitFor: async (what, condition, { limitMs = 120_000, everyMs = 250 } = {}) => {
      const deadline = Date.now() + limitMs;
      for (;;) {
        const found = await condition(await status());
        if (found) return found as Exclude<typeof found, false | undefined | null | 0 | ''>;
        if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s for ${what}\n${await story()}`);
        await new Promise(wake => setTimeout(wake, everyMs));
      }
    },
    close: async () => {
      const gone = await runJuju(data, ['destroy-model', '--no-prompt', '--force', '--no-wait', '--destroy-storage', name], {});
      await rm(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
      if (gone.code !== 0) throw new Error(`cannot destroy model ${name}: ${gone.stderr}`);
    },
  };
};

/** Runs a test in a model of its own. A failure tells what the model looked like. */
export const withModel = async (test: (model: TestModel) => Promise<void>): Promise<void> => {
  const model = await openModel();
  try {
    await test(model);
  } catch (error) {
    if (error instanceof Error && !error.message.includes('--- the end of the log')) error.message += `\n${await model.story()}`;
    throw error;
  } finally {
    await model.close();
  }
};

/** What `juju` says on its standard output, asked of the background process itself. Undefined when that is not there, or refuses. */
const askDaemon = (data: string, model: string, ...words: string[]): Promise<string | undefined> =>
  new Promise(done => {
    const socket = createConnection(join(data, 'daemon.sock'));
    const env = { JUJU_DATA: data, JUJU_MODEL: model };
    const request = { words, home: join(projectFolder, 'tools', 'local-juju'), cwd: projectFolder, env, tty: false };
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on('data', text => {
      answer += text;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const said = answer.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as { out?: string; exit?: number }]));
      done(said.some(({ exit }) => exit === 0) ? said.map(({ out = '' }) => out).join('') : undefined);
    });
  });

/** Runs `juju` once with a data folder. The exit code is -1 if a signal ended it. */
export const runJuju = async (data: string, words: readonly string[], env: Readonly<Record<string, string>>): Promise<Reply> => {
  const command = [join(projectFolder, 'tools', 'local-juju', 'juju.mjs'), ...words];
  const environment = { JUJU_MODEL: undefined, ...env, JUJU_DATA: data };
  const { exitCode: code = -1, stdout, stderr } = await runProgram(packagedNode, command, { env: environment });
  return { code, stdout, stderr };
};
