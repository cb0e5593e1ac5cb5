// The charm's own fresh values, each of them remembered: no databag, log, status or argument may show one.
import { mintFresh as mint } from '../../../src/observe/fresh.ts';
import { currentWorld, SHOWN } from '../world.ts';

export * from '../../../src/observe/fresh.ts';

export const mintFresh: typeof mint = (keyFile, clients) => {
  const fresh = mint(keyFile, clients);
  const { minted } = currentWorld();
  for (const secret of [fresh.keyFile, ...Object.values(fresh.passwords), ...[...fresh.clients.values()].map(one => one.password)])
    minted.add(secret.slice(0, SHOWN));
  return fresh;
};
