// What a real mongos can do and this stand-in cannot: refused with a sentence, never answered wrongly. Pure.
import { RouterError } from './errors.ts';
import { namespacesOf } from './pipeline.ts';
import type { Request } from './request.ts';

/** Why a command is refused, or undefined when it is not. */
export const refusalOf = ({ name, db, command, inTransaction }: Request): RouterError | undefined => {
  if (name.startsWith('replSet')) return new RouterError('CommandNotFound', `${name} is not supported through mongos`);
  if (notHere.has(name)) return cannot(`run ${name}`);
  if (inTransaction && isInternal(db)) {
    return new RouterError(
      'OperationNotSupportedInTransaction',
      'Cannot run command in a transaction on the admin, config or local databases',
    );
  }
  const pipeline = name === 'explain' ? command.explain?.pipeline : command.pipeline;
  const { stages, writes } = namespacesOf(pipeline, db);
  const stage = stages.find(one => acrossShards.has(one));
  if (stage !== undefined) return cannot(`run the stage ${stage}, which asks all shards`);
  const elsewhere = writes.find(({ on }) => on.db !== db);
  if (elsewhere !== undefined) return cannot(`write the result of an aggregation on ${db} to another database, ${elsewhere.on.db}`);
  if (name === 'aggregate' && isInternal(db) && writes.length > 0) return cannot(`write the result of an aggregation to ${db}`);
  return undefined;
};

const cannot = (what: string) => new RouterError('CommandNotSupported', `this stand-in for mongos cannot ${what}: only a real mongos can`);

const isInternal = (db: string): boolean => db === 'admin' || db === 'config' || db === 'local';

const acrossShards = new Set([
  '$changeStream',
  '$currentOp',
  '$listSessions',
  '$listLocalSessions',
  '$listCachedAndActiveUsers',
  '$shardedDataDistribution',
]);

/** Commands of mongos for which there is no use here so far. */
const notHere = new Set(
  `abortReshardCollection addShardToZone analyzeShardKey appendOplogNote balancerCollectionStatus bulkWrite cleanupOrphaned
  cleanupReshardCollection cloneCollectionAsCapped commitReshardCollection compact configureCollectionBalancing configureQueryAnalyzer
  connPoolStats connPoolSync convertToCapped currentOp dataSize datasize dbHash dbhash filemd5 fsync fsyncUnlock getShardVersion
  killAllSessions killAllSessionsByPattern killOp killSessions logRotate mapReduce mapreduce mergeChunks moveChunk moveCollection moveRange
  multicast netstat planCacheClear planCacheClearFilters planCacheListFilters planCacheSetFilter profile refineCollectionShardKey
  removeShardFromZone repairShardedCollectionChunksHistory reshardCollection setAllowMigrations setClusterParameter
  setFeatureCompatibilityVersion setIndexCommitQuorum setParameter shutdown split splitVector unshardCollection updateZoneKeyRange
  rotateCertificates`.split(/\s+/),
);
