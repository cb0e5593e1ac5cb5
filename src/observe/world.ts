// Host and mongod as they are now. Asked again in each round of a dispatch; what Juju said at its beginning stays.

import { hostOf, RUNNING_CONFIG } from '../core/bags.ts';
import type { Context } from '../core/context.ts';
import type { Fresh, HostFacts, JujuFacts, MongodFacts, Observed } from '../core/observed.ts';
import { type Host, openHost, readFiles, readService } from '../host/host.ts';
import { type Mongo, openMongo } from '../mongo/session.ts';
import { observeMongod } from './mongod.ts';

export type World = {
  readonly host: Host;
  /** The session to the mongod of the last observation. */
  mongo(): Mongo;
  observe(lastChance: boolean): Promise<Observed>;
  close(): Promise<void>;
};

export function openWorld(context: Context, juju: JujuFacts, fresh: Fresh): World {
  const host = openHost(context.root);
  let keyFile: string | undefined;
  let mongo: Mongo | undefined;
  let membersAtStart: readonly string[] | undefined;
  const session = (): Mongo => {
    mongo ??= openMongo({
      socket: host.paths.socket,
      ...(keyFile === undefined ? {} : { keyFile }),
      ...(juju.secret === undefined ? {} : { operatorPassword: juju.secret.passwords.operator }),
    });
    return mongo;
  };
  return {
    host,
    mongo: session,
    observe: async lastChance => {
      const files = await readFiles(host);
      if (files.keyFile !== keyFile) {
        // The key file is a credential of this session.
        await mongo?.close();
        mongo = undefined;
        keyFile = files.keyFile;
      }
      const mongod = await lookAtMongod(session(), context, juju);
      if (mongod.kind === 'member') membersAtStart ??= (mongod.primary?.set ?? mongod.set).members.map(member => member.host);
      return {
        context,
        juju,
        membersAtStart: membersAtStart ?? [],
        host: await withService(host, files, mongod),
        mongod,
        fresh,
        lastChance,
      };
    },
    close: async () => mongo?.close(),
  };
}

function lookAtMongod(mongo: Mongo, context: Context, juju: JujuFacts): Promise<MongodFacts> {
  const others = [...(juju.peers?.units ?? [])].filter(([unit, { data }]) => unit !== context.unit && data[RUNNING_CONFIG] !== undefined);
  return observeMongod(mongo, { leader: juju.leader, others: new Map(others.map(([unit, { address }]) => [unit, hostOf(address)])) });
}

/** A mongod that answers is a service that is active; only a silent one is worth asking snapd about. */
async function withService(host: Host, files: Awaited<ReturnType<typeof readFiles>>, mongod: MongodFacts): Promise<HostFacts> {
  if (files.snap === undefined) return { ...files, service: 'absent' };
  if (mongod.kind !== 'silent') return { ...files, service: 'active' };
  return { ...files, ...(await readService(host)) };
}
