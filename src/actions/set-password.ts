// set-password: a new password for one of the charm's own users, on the leader.
// The database gets it first and the secret after; if the action ends in between, the next hook gives the database what the secret says.
import type { Action, ActionAnswer } from '../core/action.ts';
import type { SystemUser } from '../core/names.ts';
import type { Observed } from '../core/observed.ts';
import { passwordProblem } from '../core/passwords.ts';
import { isLeavingCluster } from '../interfaces/shards.ts';
import { governedUsers } from '../plan/credentials.ts';
import { secretContent } from '../plan/secret.ts';
import { clusterContent, publishedToShards } from '../plan/shards.ts';
import { systemUser } from '../plan/users.ts';
import { decodeUsername } from './username.ts';

export const setPassword: Action = {
  answer: (seen, params) => {
    const { username, password } = params as Record<string, unknown>;
    const name = decodeUsername(username);
    if ('refused' in name) return name;
    const refused = problemOf(password) ?? notNow(seen, name.user);
    return refused === undefined
      ? changed(seen, name.user, (password as string | undefined) ?? seen.fresh.passwords[name.user])
      : { refused };
  },
};

function problemOf(password: unknown): string | undefined {
  if (password === undefined || password === null) return undefined;
  if (typeof password !== 'string') return 'the password must be text; put it in quotes, as in password=\'"1234"\'';
  if (password === '') return 'the password is empty; give one, or none at all to get a random one';
  const problem = passwordProblem(password);
  return problem && `the password ${problem}`;
}

function notNow(seen: Observed, user: SystemUser): string | undefined {
  const { juju, mongod, context } = seen;
  // Each part of a cluster has a monitor of its own.
  if (juju.role === 'shard' && juju.configServer !== undefined && user !== 'monitor')
    return `a shard has the passwords of its cluster; run set-password on ${juju.configServer.app}/leader`;
  if (juju.role === 'shard' && isLeavingCluster(juju) && user !== 'monitor')
    return 'the shard has the passwords of its cluster until its data has been moved; try again when its status says that it is drained';
  if (!juju.leader) return `only the leader can change passwords; run set-password on ${context.app}/leader`;
  if (governedUsers(seen).includes(user))
    return `the password of ${user} comes from the secret that the option system-users names; change it there with juju update-secret, or let go of it with juju config ${context.app} --reset system-users`;
  if (juju.secret === undefined) return 'the passwords have not been made yet; try again when the application is active';
  if (mongod.kind !== 'member' || mongod.primary === undefined)
    return 'the replica set has no primary that can be reached; try again when the application is active';
  return undefined;
}

function changed(seen: Observed, user: SystemUser, password: string): ActionAnswer {
  const { secret } = seen.juju;
  if (secret === undefined) return { refused: 'the passwords have not been made yet; try again when the application is active' };
  const passwords = { ...secret.passwords, [user]: password };
  return {
    effects: [
      { do: 'set-user', user: systemUser(user, password) },
      { do: 'set-app-secret', id: secret.id, content: secretContent(passwords, secret.keyFile) },
      ...publishedToShards(seen, clusterContent({ ...secret, passwords })),
    ],
    results: { password, 'secret-id': secret.id },
  };
}
