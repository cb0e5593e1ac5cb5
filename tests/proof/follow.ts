// Clients that follow: as soon as their unit is told that there may be something new, they ask what is published and go on with that.
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestModel } from '../support/model.ts';
import { type Client, published, toldOf } from './clients.ts';
import { readState } from './state.ts';

export type Following = {
  /** What the client has now. */
  uri(client: Client): string | undefined;
  /** Which of the URIs that it was told that is; 1 is the first. */
  turn(client: Client): number;
  /** @throws what went wrong with following. */
  end(): Promise<void>;
};
const everyMs = 100;

/** @param uris what each client begins with. @param tell is called with each other one. */
export const follow = (model: TestModel, uris: ReadonlyMap<Client, string>, tell: (client: Client, uri: string) => void): Following => {
  const now = new Map(uris);
  const turns = new Map([...uris.keys()].map(client => [client, 1]));
  const told = new Map<Client, string>();
  let going = true;
  const loop = (async () => {
    while (going) {
      const state = await readState(model);
      for (const client of uris.keys()) {
        const mark = toldOf(state, client);
        if (mark === told.get(client)) continue;
        told.set(client, mark);
        const uri = await published(model, client);
        if (uri === undefined || uri === now.get(client)) continue;
        now.set(client, uri);
        turns.set(client, (turns.get(client) ?? 0) + 1);
        tell(client, uri);
      }
      await sleep(everyMs);
    }
  })();
  // It is awaited in the end; until then it is nobody's rejection.
  loop.catch(() => undefined);
  return {
    uri: client => now.get(client),
    turn: client => turns.get(client) ?? 0,
    end: () => {
      going = false;
      return loop;
    },
  };
};
