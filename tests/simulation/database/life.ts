// Servers that start, stop and find each other.
import { load } from 'js-yaml';
import * as files from '../disk.ts';
import { between, clock, sleep } from '../kernel.ts';
import { currentWorld, rootOf } from '../world.ts';
import { type Disk, emptyDisk, type Server, type Settings } from './state.ts';

export const diskOf = (server: Server): Disk => {
  const { disks } = currentWorld();
  disks[server.disk] ??= emptyDisk();
  return disks[server.disk]!;
};

/** Something has changed: for a while it is looked at again and again what comes of it. */
export const unsettle = (ms = 15_000): void => {
  const world = currentWorld();
  world.unsettledUntil = Math.max(world.unsettledUntil, clock.now() + ms);
};

export const isUp = (server: Server | undefined): server is Server => server !== undefined && server.readyAt <= clock.now();
export const answers = (server: Server | undefined): server is Server => isUp(server) && !server.frozen;

/** The server at address:port, whether it can be reached or not. */
export function serverAt(host: string): Server | undefined {
  const world = currentWorld();
  const split = host.lastIndexOf(':');
  const address = host.slice(0, split);
  const program = host.slice(split + 1) === '27017' ? 'mongod' : 'mongos';
  const machine = Object.values(world.model.machines).find(one => one.address === address);
  return machine && world.servers[`${machine.id} ${program}`];
}

/** Whether packets go between two machines. */
export function connected(one: string, other: string): boolean {
  const { machines } = currentWorld();
  return one === other || !(machines[one]?.cut || machines[other]?.cut);
}

export const reaches = (one: Server, other: Server | undefined): other is Server =>
  answers(one) && answers(other) && connected(one.machine, other.machine) && accepts(one, other) && accepts(other, one);

/** The key that one shows is among those that the other takes. */
const accepts = (one: Server, other: Server): boolean =>
  one.settings.keys[0] !== undefined && other.settings.keys.includes(one.settings.keys[0]);

export const hostOf = (server: Server): string => `${currentWorld().model.machines[server.machine]?.address}:27017`;

/** Starts a service of the machine, unless it runs. One whose configuration cannot be read does not come up, and is tried again. */
export function startServer(machine: string, program: 'mongod' | 'mongos'): void {
  const world = currentWorld();
  const name = `${machine} ${program}`;
  if (world.servers[name] !== undefined || !world.machines[machine]?.services[program]) return;
  const settings = readSettings(machine, program);
  if (settings === undefined) return;
  world.incarnations += 1;
  const now = clock.now();
  const readyAt = now + between(200, world.pace.startMs);
  world.servers[name] = {
    machine,
    program,
    incarnation: world.incarnations,
    readyAt,
    settings: settings.values,
    disk: settings.data,
    primary: false,
    barredUntil: 0,
    sawPrimaryAt: now,
    sawMajorityAt: now,
    copiedAt: world.disks[settings.data]?.head === undefined ? undefined : now,
    frozen: false,
    ending: false,
  };
  unsettle(readyAt - now + 15_000);
}

/** SIGTERM: a primary hands over before it goes. */
export async function stopServer(machine: string, program: 'mongod' | 'mongos'): Promise<void> {
  const world = currentWorld();
  const server = world.servers[`${machine} ${program}`];
  if (server === undefined) return;
  server.ending = true;
  await sleep(between(20, world.pace.stopMs));
  if (world.servers[`${machine} ${program}`] !== server) return;
  endServer(machine, program, true);
}

/** Ends it at once. @param orderly the others learn of it, and elect another primary without waiting. */
export function endServer(machine: string, program: 'mongod' | 'mongos', orderly: boolean): void {
  const world = currentWorld();
  const server = world.servers[`${machine} ${program}`];
  if (server === undefined) return;
  delete world.servers[`${machine} ${program}`];
  if (orderly && server.primary && !server.frozen) hurry(server);
  unsettle();
}

/** The others need not wait for the time of an election. */
export function hurry(server: Server): void {
  for (const member of diskOf(server).config?.members ?? []) {
    const other = serverAt(member.host);
    if (other !== undefined && other !== server && connected(server.machine, other.machine)) other.sawPrimaryAt = 0;
  }
}

/** What systemd does: services that should run, and do not, are started again. */
export function reviveServers(): void {
  const world = currentWorld();
  for (const machine of Object.values(world.machines))
    for (const program of ['mongod', 'mongos'] as const)
      if (machine.snap && machine.services[program] && world.servers[`${machine.id} ${program}`] === undefined)
        startServer(machine.id, program);
}

const parsed = new Map<string, Record<string, Record<string, unknown>>>();

function readSettings(machine: string, program: 'mongod' | 'mongos'): { values: Settings; data: string } | undefined {
  const world = currentWorld();
  const root = rootOf(machine);
  const folder = `${root}/var/snap/charmed-mongodb/current/etc/mongod`;
  const read = (path: string): string | undefined => {
    try {
      return files.readText(world.files, path);
    } catch {
      return undefined;
    }
  };
  // snapd starts mongos with the words of this variable, and with nothing else.
  if (program === 'mongos' && !read(`${root}/etc/environment`)?.includes(`${folder}/mongos.conf`)) return undefined;
  const text = read(`${folder}/${program}.conf`);
  if (text === undefined) return undefined;
  const config = parsed.get(text) ?? (load(text) as Record<string, Record<string, unknown>>);
  if (parsed.size > 5_000) parsed.clear();
  parsed.set(text, config);
  const {
    storage = {},
    replication = {},
    security = {},
    sharding = {},
    setParameter = {},
    operationProfiling = {},
    systemLog = {},
  } = config;
  const keyFile = security.keyFile === undefined ? '' : read(String(security.keyFile));
  if (keyFile === undefined) return undefined; // it ends with an error
  const data = files.resolve(world.files, String(storage.dbPath ?? `${root}/none`));
  if (program === 'mongod' && !files.isFolder(world.files, data)) return undefined;
  if (program === 'mongod' && !files.exists(world.files, `${data}/WiredTiger`)) files.create(world.files, `${data}/WiredTiger`, '');
  const engine = (storage.wiredTiger as { engineConfig?: { cacheSizeGB?: number } } | undefined)?.engineConfig;
  const oplogMB = Number(replication.oplogSizeMB ?? 0);
  return {
    data,
    values: {
      port: program === 'mongod' ? 27017 : 27018,
      setName: String(replication.replSetName ?? ''),
      keys: keysOf(keyFile),
      descriptor: String(setParameter.automationServiceDescriptor ?? ''),
      clusterRole: String(sharding.clusterRole ?? ''),
      slowMs: Number(operationProfiling.slowOpThresholdMs ?? 100),
      verbosity: Number(systemLog.verbosity ?? 0),
      cacheBytes: (engine?.cacheSizeGB ?? 8) * 1024 ** 3,
      oplogBytes: oplogMB * 1024 ** 2,
      configDb: String(sharding.configDB ?? ''),
    },
  };
}

const keysOf = (text: string): string[] => {
  const listed = [...text.matchAll(/^- (\S+)$/gm)].map(([, key]) => key ?? '');
  return listed.length > 0 ? listed : [text.replace(/\s/g, '')].filter(key => key !== '');
};
