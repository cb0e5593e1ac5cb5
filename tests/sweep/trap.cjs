// Loaded into a hook's process before the charm's program (node --require). It sees every outward call of the charm: hook tools and service
// commands, changes of files, commands to MongoDB. Before and after each is a point, and at the point that the plan wants the process is
// killed, or the call goes wrong. What happened is told in files beside the plan. The charm itself is not changed for it.
const { createHash } = require('node:crypto');
const child = require('node:child_process');
const { appendFileSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const files = require('node:fs/promises');
const net = require('node:net');
const { join } = require('node:path');

/** More kills than a dispatch has points: then it would never end. */
const MAX_KILLS = 600;
/** Hook tools and commands to MongoDB that change nothing. All others are taken to change something. */
const LOOKS = new Set('is-leader relation-ids relation-list secret-ids opened-ports goal-state juju-log mongod'.split(' '));
const MONGO_LOOKS = new Set(
  'hello saslStart saslContinue ping find getMore aggregate count usersInfo rolesInfo replSetGetStatus replSetGetConfig getCmdLineOpts getParameter serverStatus collStats listCollections listDatabases listShards balancerStatus buildInfo connectionStatus profile'.split(
    ' ',
  ),
);

const folder = process.env.SWEEP_FOLDER;
delete process.env.SWEEP_FOLDER;
const plan = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'));
const { JUJU_UNIT_NAME: unit = '', JUJU_ACTION_NAME: action, JUJU_HOOK_NAME: hook } = process.env;
const {
  JUJU_RELATION_ID: relation,
  JUJU_REMOTE_UNIT: remoteUnit,
  JUJU_REMOTE_APP: remoteApp,
  JUJU_CHARM_DIR: charmFolder = '',
} = process.env;
if (unit !== '' && plan.mode !== 'none') watch();

function watch() {
  const root = charmFolder.slice(0, Math.max(0, charmFolder.indexOf('/var/lib/juju/')));
  const file = join(folder, `${unit.replace('/', '-')}.json`);
  const state = read(file) ?? { counts: {}, looks: {}, faulted: [] };
  const what = action ? `action ${action}` : [hook, relation, remoteUnit || remoteApp].filter(Boolean).join(' ');
  // Hooks run between an action that was killed and its next run.
  const slot = action ? 'action' : 'now';
  begin();

  /** A dispatch that was killed is run again by Juju; it is still the same one. */
  function begin() {
    const again = state[slot] !== undefined && !state[slot].ended && state[slot].what === what;
    if (again) state[slot].attempt += 1;
    else {
      state.counts[what] = (state.counts[what] ?? 0) + 1;
      state[slot] = { what, number: state.counts[what], attempt: 1, spent: [], ended: false };
    }
    save();
  }

  const seen = new Set();
  let points = 0;
  let faulted = false;
  const name = `${unit} ${what} #${state[slot].number}`;
  const looksOf = action ?? hook;

  /** @returns the fault that the call is to have, if any. */
  function pass(side, call) {
    const point = `${side} ${call.text}`;
    if (seen.has(point)) return undefined; // asked again while waiting for something
    seen.add(point);
    points += 1;
    if (isWanted(point, call)) strike(point, call);
    if (side === 'before' && wantsFault(call)) {
      faulted = true;
      state.faulted.push(call.text);
      save();
      tell({ did: plan.fault, point });
      return plan.fault;
    }
    return undefined;
  }

  function isWanted(point, call) {
    const { spent, attempt } = state[slot];
    switch (plan.mode) {
      case 'every':
        if (spent.length >= MAX_KILLS) return false;
        // Looking changes nothing, so that one end at a look is enough for all hooks of its name on this unit.
        return call.looks && !plan.literally ? !(state.looks[looksOf] ?? []).includes(point) : !spent.includes(point);
      case 'once':
        return attempt === 1 && points === chosen();
      case 'point':
        return attempt === 1 && idOf(point) === plan.point;
      default:
        return false;
    }
  }

  function strike(point, call) {
    if (call.looks) state.looks[looksOf] = [...(state.looks[looksOf] ?? []), point];
    state[slot].spent.push(point);
    save();
    tell({ did: 'kill', point, id: idOf(point) });
    process.kill(process.pid, 'SIGKILL');
    for (;;); // The signal may need a moment.
  }

  function wantsFault(call) {
    if (plan.mode !== 'fault' || faulted || state.faulted.includes(call.text)) return false;
    if (plan.fault === 'tool-fails' || plan.fault === 'tool-is-slow') return call.kind === 'tool';
    if (plan.fault === 'step-down') return call.kind === 'mongo' && !call.looks && call.own;
    return plan.fault !== 'commit-fails' && call.kind === 'mongo';
  }

  /** Which of its points ends this dispatch, by the seed: 1 is the first. */
  function chosen() {
    const number = Number.parseInt(digest(`${plan.seed} ${name}`).slice(0, 8), 16);
    return 1 + (number % (plan.most ?? 60));
  }

  function idOf(point) {
    return digest(`${name} ${point}`).slice(0, 10);
  }

  function save() {
    writeFileSync(`${file}.new`, JSON.stringify(state));
    renameSync(`${file}.new`, file);
  }

  function tell(line) {
    appendFileSync(
      join(folder, 'calls.ndjson'),
      `${JSON.stringify({ step: plan.step, dispatch: name, attempt: state[slot].attempt, ...line })}\n`,
    );
  }

  process.on('exit', code => {
    // All is done, and Juju has not yet been told: what it would now commit is lost.
    pass('before', { kind: 'end', text: 'the end of the process', looks: false });
    // Juju runs the hook again, and that run is left alone.
    const spoil = plan.mode === 'fault' && plan.fault === 'commit-fails' && code === 0 && state.spoilt !== what;
    state.spoilt = spoil ? what : '';
    if (spoil) spoilCommit();
    state[slot].ended = true;
    save();
    tell({ did: 'end', code, points });
  });

  /** A second secret with the label of another: Juju refuses that when the hook has ended. The first time there is no other yet. */
  function spoilCommit() {
    try {
      child.execFileSync('secret-add', ['--owner', 'unit', '--label', 'sweep', 'word=sweep'], { stdio: 'ignore', timeout: 20_000 });
      tell({ did: plan.fault, point: 'after the end of the process' });
    } catch {
      // A unit that goes away may not.
    }
  }

  const plain = text =>
    text
      .replaceAll(root === '' ? '\0' : root, '')
      .replace(/\/proc\/\d+\/fd\/\d+/g, '<file>')
      .replace(/mongodb-charm-\w+/g, '<folder>')
      .replace(/\b[0-9a-v]{20}\b/g, '<secret>')
      .replace(/\b127\.\d+\.\d+\./g, '127.x.x.')
      // How much data is still to be moved is another number each time.
      .replace(/\b\d+ (database|chunk)/g, 'N $1');

  const callOf = (command, words) => {
    const tool = command.slice(command.lastIndexOf('/') + 1);
    const looks = tool.endsWith('-get') || LOOKS.has(tool) || (tool === 'snap' && words[0] === 'services');
    // What is logged has times and numbers in it; results of an action have passwords.
    const shown = tool === 'juju-log' || tool === 'action-set' ? [] : words;
    return { kind: tool === 'snap' || tool === 'mongod' ? 'service' : 'tool', text: plain([tool, ...shown].join(' ')), looks };
  };

  // Hook tools.
  const { execFile } = child;
  child.execFile = (command, words, options, done) => {
    const call = callOf(command, words);
    const fault = pass('before', call);
    const answered = (...answer) => {
      pass('after', call);
      done(...answer);
    };
    if (fault === 'tool-fails') return execFile('/bin/sh', ['-c', 'echo "ERROR connection is shut down" >&2; exit 1'], options, answered);
    if (fault === 'tool-is-slow') return execFile(command, words, options, (...answer) => setTimeout(answered, 3_000, ...answer));
    return execFile(command, words, options, answered);
  };

  // Commands of the machine, which execa starts.
  const { spawn } = child;
  child.spawn = (command, words, options) => {
    const call = callOf(command, words);
    pass('before', call);
    return spawn(command, words, options).once('exit', () => pass('after', call));
  };

  const change = (text, act) => {
    const call = { kind: 'file', text: plain(text), looks: false };
    pass('before', call);
    return act().then(result => {
      pass('after', call);
      return result;
    });
  };
  for (const kind of ['rename', 'rm', 'mkdir', 'chmod', 'chown', 'lchown', 'mkdtemp']) {
    const act = files[kind];
    files[kind] = (path, ...rest) => change(`${kind} ${path}`, () => act(path, ...rest));
  }
  const { open } = files;
  files.open = async (path, flags, ...rest) => {
    if (flags === 'r') return open(path, flags, ...rest);
    const opened = await change(`open ${path}`, () => open(path, flags, ...rest));
    for (const kind of ['writeFile', 'chown', 'chmod', 'sync']) {
      const act = opened[kind].bind(opened);
      opened[kind] = (...words) => change(`${kind} ${path}`, () => act(...words));
    }
    return opened;
  };

  const { connect } = net;
  net.connect = where => {
    const socket = connect(where);
    const write = socket.write.bind(socket);
    const emit = socket.emit.bind(socket);
    const asked = [];
    let received = Buffer.alloc(0);
    socket.write = bytes => {
      const { command, value } = firstOf(bytes);
      const own = where.path !== undefined;
      const at = own ? plain(where.path) : plain(`${where.host}:${where.port}`);
      const call = {
        kind: 'mongo',
        own,
        text: plain(`${command}${value} at ${at}`),
        looks: value !== ' slowms' && MONGO_LOOKS.has(command),
      };
      const fault = pass('before', call);
      asked.push({ call, fault });
      if (fault === 'no-answer') return true;
      if (fault === 'dropped') return socket.destroy();
      if (fault === 'step-down') stepDown(where.path);
      return write(bytes);
    };
    socket.emit = (event, piece, ...rest) => {
      if (event !== 'data') return emit(event, piece, ...rest);
      received = Buffer.concat([received, piece]);
      while (received.length >= 4 && received.length >= received.readInt32LE(0)) {
        received = received.subarray(received.readInt32LE(0));
        const { call, fault } = asked.shift();
        pass('after', call);
        if (fault === 'answer-lost') return socket.destroy();
      }
      return emit(event, piece, ...rest);
    };
    return socket;
  };

  /** The mongod of this unit gives up being primary, if it is, just before it gets the command; so it answers by itself what it then does. */
  function stepDown(socket) {
    const keyFile = join(root, 'var/snap/charmed-mongodb/current/etc/mongod/keyFile');
    child.spawnSync(process.execPath, [plan.stepDown, socket, keyFile], { stdio: 'ignore', timeout: 10_000 });
  }
}

/** Name of a command, and what it is done to if that is text: the first field of the document in an OP_MSG. */
function firstOf(bytes) {
  const type = bytes[25];
  const end = bytes.indexOf(0, 26);
  const command = bytes.toString('utf8', 26, end);
  // The charm asks and sets by the same command.
  if (command === 'profile' && bytes.includes('slowms')) return { command, value: ' slowms' };
  const value = type === 2 ? ` ${bytes.toString('utf8', end + 5, end + 4 + bytes.readInt32LE(end + 1))}` : '';
  return { command, value };
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex');
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
