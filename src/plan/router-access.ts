// What the config server has answered to a router: to each request of its host, and to all of them alike.
import type { Bag, ConfigServerRelation, HostRelation, Observed } from '../core/observed.ts';
import { type ClusterAccess, decodeRouterAnswer } from '../interfaces/config-server.ts';

export type RouterAnswered = { readonly remote: Bag; readonly content: Bag };

/** The answer to one request of the host. */
export const answerTo = (server: ConfigServerRelation, { requestId }: HostRelation): RouterAnswered | undefined =>
  requestId === undefined ? (server.answers === undefined ? server : undefined) : server.answers?.get(requestId);

export function accessTo(server: ConfigServerRelation, host: HostRelation): ClusterAccess | undefined {
  const answer = answerTo(server, host);
  return answer && decodeRouterAnswer(answer.remote, answer.content);
}

/** Everything that has been answered. */
export const answered = ({ juju }: Observed): readonly RouterAnswered[] => {
  const { configServer } = juju;
  if (configServer === undefined) return [];
  return configServer.answers === undefined ? [configServer] : [...configServer.answers.values()];
};
