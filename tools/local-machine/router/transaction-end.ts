// commitTransaction and abortTransaction: on the shard where the transaction runs, also when it began at another router.
import type { Login } from './client.ts';
import { sessionOf } from './data.ts';
import { RouterError } from './errors.ts';
import { dress, messageFor } from './outgoing.ts';
import type { Request } from './request.ts';
import type { Router } from './router.ts';
import { sendToShard } from './send.ts';

/** @throws {RouterError} NoSuchTransaction. */
export const endTransaction = async (router: Router, login: Login, request: Request): Promise<Buffer> => {
  const { cluster, transactions } = router;
  const number = String(request.command.txnNumber);
  // A driver that goes to another router brings along what the first one said of the shard.
  const shard = transactions.find(sessionOf(login, request), number)?.shard ?? request.command.recoveryToken?.recoveryShardId;
  if (shard === undefined)
    throw new RouterError('NoSuchTransaction', `transaction ${number} is not known here`, ['TransientTransactionError']);
  const dressing = await dress(cluster, request, login);
  return sendToShard(router, await cluster.shard(shard), request, () => messageFor(cluster, request, dressing, { versions: {} }));
};
