// Logins that MongoDB refuses because of where they come from. It tells the client no more than of a wrong password, and says why in its log.
import * as z from 'zod/mini';
import type { Refusal } from '../core/action.ts';
import { readAnswer } from './answers.ts';
import type { Mongo } from './session.ts';

const logged = z.object({ log: z.array(z.string()) });

/** Those that the member has in the newest 1,024 lines of its log, which it keeps in memory; none where it does not tell. */
export async function refusalsAt(mongo: Mongo, host: string): Promise<readonly Refusal[]> {
  const link = await mongo.at(host);
  if (link.kind !== 'open') return [];
  return link.command({ getLog: 'global' }).then(
    answer => refusalsIn(readAnswer('getLog', logged, answer).log),
    () => [],
  );
}

// mongod cuts a long line, so that it is no JSON any more; what is looked for stands at its beginning.
const CONNECTED = /"id":51800,.{0,40}"ctx":"(conn\d{1,12})".{0,80}"remote":"([^"]{1,260}):\d{1,5}"/;
const REFUSED = /"id":20240,.{0,40}"ctx":"(conn\d{1,12})".{0,120}"user":\{"user":"([^"]{1,300})","db":"admin"\}/;

/** Each once, in the order of the log. The refusal names the connection, and an earlier line says where that comes from. */
export function refusalsIn(lines: readonly string[]): readonly Refusal[] {
  const places = new Map<string, string>();
  const found = new Map<string, Refusal>();
  for (const line of lines) {
    const [, opened, remote] = CONNECTED.exec(line) ?? [];
    if (opened !== undefined && remote !== undefined) places.set(opened, remote.replace(/^\[|\]$/g, ''));
    const [, refused = '', user] = REFUSED.exec(line) ?? [];
    const address = places.get(refused);
    if (user !== undefined && address !== undefined) found.set(`${user} ${address}`, { user, address });
  }
  return [...found.values()];
}
