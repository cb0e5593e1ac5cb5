#!/usr/bin/env node
// The `juju` command: hands its words to the background process of the data folder and prints what comes back. Starts that process
// when there is none. Plain JavaScript for Node 20 and later, with nothing to load, so that a command answers at once.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const dataFolder = process.env.JUJU_DATA ? resolve(process.env.JUJU_DATA) : join(homedir(), '.local-juju');
const socketPath = join(dataFolder, 'daemon.sock');
const startLimitMs = 30_000;
const startAgainMs = 500;
// A unix socket's path may have 107 bytes. These two must fit below the data folder, the model's id and a machine's number.
const longestTail = '/a1b2c/99/var/lib/juju/agents/unit-data-integrator-10/agent.socket'.length;
const passedOn = ['JUJU_MODEL', 'JUJU_DATA', 'TERM', 'NO_COLOR', 'COLUMNS', 'LINES', 'HOME', 'USER', 'LANG', 'TZ', 'EDITOR'];

const main = async () => {
  const room = 107 - longestTail;
  if (Buffer.byteLength(dataFolder) > room) {
    fail(
      `the data folder ${dataFolder} has too long a path: sockets lie below it, so it may have ${room} bytes; set JUJU_DATA to a shorter one`,
    );
  }
  const deadline = Date.now() + startLimitMs;
  let daemon;
  let startedAt = 0;
  for (;;) {
    const outcome = await talk();
    if (outcome !== 'absent') return;
    if (Date.now() > deadline) fail(`the background process does not answer${reason()}`);
    const gone = daemon && (daemon.exitCode !== null || daemon.signalCode !== null);
    if (gone && daemon.exitCode) fail(`the background process cannot start${reason()}`);
    // One that gave way to another is not replaced at once: that other one is about to answer, or to end.
    if (!daemon || (gone && Date.now() - startedAt > startAgainMs)) {
      daemon = startDaemon();
      startedAt = Date.now();
    }
    await new Promise(wake => setTimeout(wake, 25));
  }
};

/** @returns 'absent' when nobody is there, or nobody that takes the command; else the command has ended. */
const talk = () =>
  new Promise(settle => {
    const socket = createConnection(socketPath);
    let accepted = false;
    let ended = false;
    let rest = '';
    let input;
    socket.setEncoding('utf8');
    socket.on('connect', () => {
      const env = Object.fromEntries(passedOn.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
      send({ words: process.argv.slice(2), home: here, cwd: process.cwd(), env, tty: process.stdout.isTTY === true });
    });
    const send = message => socket.write(`${JSON.stringify(message)}\n`);
    const ask = () => {
      input ??= startReading(send);
      input();
    };
    socket.on('data', text => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        const message = JSON.parse(line);
        if (message.accepted) accepted = true;
        if (message.out !== undefined) process.stdout.write(message.out);
        if (message.err !== undefined) process.stderr.write(message.err);
        if (message.read) ask();
        if (message.exit !== undefined) {
          ended = true;
          process.exitCode = message.exit;
        }
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!accepted) return settle('absent');
      if (!ended) fail('the background process went away while the command ran; what it had begun goes on with the next command');
      process.stdin.destroy();
      settle('done');
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.removeAllListeners(signal);
      process.once(signal, () => {
        socket.destroy();
        process.exit(signal === 'SIGINT' ? 130 : 143);
      });
    }
  });

/** Lines of the standard input, one for each time that the command asks. */
const startReading = send => {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await lines.next();
    send(done ? { end: true } : { line: value });
  };
};

const startDaemon = () => {
  const node = join(here, '..', '..', 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  if (!existsSync(node)) fail('the packages of this repository are not installed: run npm run setup first');
  try {
    if (!existsSync(dataFolder)) {
      mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
      writeFileSync(join(dataFolder, 'made'), '');
    }
    const log = openSync(join(dataFolder, 'daemon.log'), 'a', 0o600);
    // Compiled once, it starts in half the time.
    const env = { NODE_COMPILE_CACHE: join(here, '..', '..', 'node_modules', '.cache', 'local-juju'), ...process.env };
    const daemon = spawn(node, [join(here, 'daemon.ts'), dataFolder], { detached: true, stdio: ['ignore', log, log], cwd: '/', env });
    daemon.unref();
    return daemon;
  } catch (error) {
    fail(`cannot use the data folder ${dataFolder}: ${error.message}`);
  }
};

const reason = () => {
  try {
    const lines = readFileSync(join(dataFolder, 'daemon.log'), 'utf8').trim().split('\n');
    return `: ${sentenceOf(lines.at(-1))} (see ${join(dataFolder, 'daemon.log')})`;
  } catch {
    return '';
  }
};

/** A line of the log is JSON, but for what Node writes when the process cannot even begin. */
const sentenceOf = line => {
  try {
    const { msg, err } = JSON.parse(line);
    return err === undefined ? msg : `${msg}: ${err.message}`;
  } catch {
    return line;
  }
};

const fail = sentence => {
  process.stderr.write(`ERROR ${sentence}\n`);
  process.exit(1);
};

process.stdout.on('error', () => process.exit(0));
await main();
