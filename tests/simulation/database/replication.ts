// How members of a set come to the same configuration, the same data and one primary: in steps of time, whenever somebody looks.
import { between, clock } from '../kernel.ts';
import { currentWorld } from '../world.ts';
import { answers, diskOf, hostOf, reaches, reviveServers, serverAt, unsettle } from './life.ts';
import { ahead, type MemberDocument, majorityOf, newerConfig, type Server, type SetConfig, sameConfig, votersOf } from './state.ts';

const STEP_MS = 400;
/** How long a member of the configuration waits for a sign of life. */
const electionMs = (config: SetConfig | undefined): number => config?.settings.electionTimeoutMillis ?? 5_000;

/** Brings the databases to the present. */
export function evolve(): void {
  const world = currentWorld();
  const now = clock.now();
  if (world.databaseTime < now - 60_000) world.databaseTime = now - 60_000;
  if (world.databaseTime > world.unsettledUntil) {
    world.databaseTime = now;
    return;
  }
  while (world.databaseTime + STEP_MS <= now) {
    world.databaseTime += STEP_MS;
    if (world.databaseTime <= world.unsettledUntil) step();
  }
}

/** The member of its configuration that the server is, if it is one. */
export const selfIn = (server: Server, config: SetConfig | undefined): MemberDocument | undefined => {
  const host = hostOf(server);
  return config?.members.find(member => member.host === host);
};

/** MongoDB's number of the member's state. */
export function stateOf(server: Server): number {
  const { config, head } = diskOf(server);
  if (config === undefined) return 0;
  if (selfIn(server, config) === undefined) return 10;
  if (server.primary) return 1;
  return head === undefined || server.copiedAt === undefined || server.copiedAt > clock.now() ? 5 : 2;
}

const membersReached = (server: Server, members: readonly MemberDocument[]): Server[] =>
  members.flatMap(member => {
    const other = serverAt(member.host);
    return other !== undefined && other !== server && reaches(server, other) ? [other] : [];
  });

/** Another server of the same set, which lists it or is listed. */
const ofSameSet = (one: Server, other: Server): boolean => {
  const [mine, theirs] = [diskOf(one).config, diskOf(other).config];
  return mine !== undefined && mine.identity === theirs?.identity;
};

function step(): void {
  reviveServers();
  const servers = Object.values(currentWorld().servers).filter(server => server.program === 'mongod' && answers(server));
  for (const server of servers) spreadConfig(server);
  for (const server of servers) if (server.primary) lead(server);
  elect(servers);
}

function spreadConfig(server: Server): void {
  const { config } = diskOf(server);
  if (config === undefined) return;
  for (const other of membersReached(server, config.members)) {
    const disk = diskOf(other);
    if (other.settings.setName !== config._id || claimsSameNumber(server, other)) continue;
    if (disk.config === undefined) {
      if (disk.head === undefined) adopt(other, config);
    } else if (disk.config.identity === config.identity) {
      if (newerConfig(config, disk.config)) adopt(other, config);
      else if (newerConfig(disk.config, config)) {
        adopt(server, disk.config);
        return;
      }
    }
  }
}

/** Each takes itself for the same member, as one may that has come to the place of another: then they tell each other nothing. */
function claimsSameNumber(server: Server, other: Server): boolean {
  const [mine, theirs] = [server, other].map(one => selfIn(one, diskOf(one).config)?._id);
  return mine !== undefined && mine === theirs;
}

function adopt(server: Server, config: SetConfig): void {
  diskOf(server).config = config;
  if (selfIn(server, config) === undefined) server.primary = false;
  unsettle();
}

function lead(server: Server): void {
  const disk = diskOf(server);
  const config = disk.config;
  if (config === undefined || selfIn(server, config) === undefined) {
    server.primary = false;
    return;
  }
  const reached = membersReached(server, config.members).filter(other => ofSameSet(server, other));
  if (reached.some(other => diskOf(other).term > disk.term)) {
    server.primary = false;
    unsettle();
    return;
  }
  const now = clock.now();
  if (countVoters(config, [server, ...reached]) >= majorityOf(config)) server.sawMajorityAt = now;
  else if (now - server.sawMajorityAt >= electionMs(config)) {
    server.primary = false;
    unsettle();
    return;
  } else unsettle();
  server.sawPrimaryAt = now;
  for (const other of reached) follow(server, other);
  keepVotes(server, config);
}

const countVoters = (config: SetConfig, servers: readonly Server[]): number => {
  const hosts = new Set(servers.map(hostOf));
  return votersOf(config).filter(voter => hosts.has(voter.host)).length;
};

/** A member takes over what the primary has; the first time that takes a while. */
export function follow(primary: Server, other: Server): void {
  const [from, to] = [diskOf(primary), diskOf(other)];
  to.term = Math.max(to.term, from.term);
  other.sawPrimaryAt = clock.now();
  other.primary = false;
  if (to.head === undefined) {
    if (other.copiedAt === undefined) other.copiedAt = clock.now() + between(300, 4_000);
    if (other.copiedAt > clock.now()) {
      unsettle();
      return;
    }
  } else other.copiedAt ??= clock.now();
  to.head = from.head;
  to.data = from.data;
}

/** The primary gives a new member its vote when that has the data, one at a time, and never an eighth. */
function keepVotes(server: Server, config: SetConfig): void {
  const next = config.members.find(member => {
    const other = serverAt(member.host);
    return member.newlyAdded && other !== undefined && reaches(server, other) && ofSameSet(server, other) && stateOf(other) === 2;
  });
  if (next === undefined) return;
  if (votersOf(config).length >= 7 || !isCommitted(server, config)) {
    if (votersOf(config).length < 7) unsettle();
    return;
  }
  const members = config.members.map(member => (member === next ? withVote(member) : member));
  diskOf(server).config = { ...config, version: config.version + 1, term: diskOf(server).term, members };
  unsettle();
}

const withVote = ({ newlyAdded: _, ...member }: MemberDocument): MemberDocument => member;

export function isCommitted(server: Server, config: SetConfig): boolean {
  const having = votersOf(config).filter(voter => {
    const other = serverAt(voter.host);
    return other !== undefined && (other === server || reaches(server, other)) && sameConfig(diskOf(other).config, config);
  });
  return having.length >= majorityOf(config);
}

function elect(servers: readonly Server[]): void {
  const now = clock.now();
  const waiting = servers.filter(server => {
    const self = selfIn(server, diskOf(server).config);
    return (
      stateOf(server) === 2 &&
      self !== undefined &&
      self.votes > 0 &&
      !self.newlyAdded &&
      now - server.sawPrimaryAt >= electionMs(diskOf(server).config)
    );
  });
  if (waiting.length === 0) return;
  unsettle();
  const best = waiting.filter(server => server.barredUntil <= now).sort((a, b) => (ahead(diskOf(b).head!, diskOf(a).head!) ? 1 : -1));
  for (const server of best) if (tryToLead(server)) return;
}

function tryToLead(server: Server): boolean {
  const disk = diskOf(server);
  const config = disk.config!;
  const now = clock.now();
  const voters = membersReached(server, votersOf(config)).filter(
    other =>
      ofSameSet(server, other) &&
      !newerConfig(diskOf(other).config!, config) &&
      (diskOf(other).head === undefined || !ahead(diskOf(other).head!, disk.head!)) &&
      (!other.primary || diskOf(other).term < disk.term) &&
      now - other.sawPrimaryAt >= electionMs(diskOf(other).config),
  );
  if (voters.length + 1 < majorityOf(config)) return false;
  const term = 1 + Math.max(disk.term, ...membersReached(server, config.members).map(other => diskOf(other).term));
  for (const one of [server, ...voters]) {
    diskOf(one).term = term;
    one.sawPrimaryAt = now;
  }
  disk.head = { term, index: (disk.head?.index ?? 0) + 1 };
  if (config.term >= 0) disk.config = { ...config, term }; // one that was forced keeps none until the next change
  server.primary = true;
  server.sawMajorityAt = now;
  unsettle();
  return true;
}

/** Copies the primary's last write to all that it reaches at once. @returns whether a majority of voters has it. */
export function replicate(primary: Server): boolean {
  const { config, head } = diskOf(primary);
  if (config === undefined || head === undefined) return false;
  const reached = membersReached(primary, config.members).filter(other => ofSameSet(primary, other) && diskOf(other).term <= head.term);
  for (const other of reached) follow(primary, other);
  const having = [primary, ...reached.filter(other => diskOf(other).head === head && other.copiedAt !== undefined)];
  return countVoters(config, having) >= majorityOf(config);
}
