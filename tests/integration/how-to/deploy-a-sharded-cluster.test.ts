// docs/how-to/deploy-a-sharded-cluster.md, typed. A file of its own, so that the pages are typed side by side.
import { deployAShardedCluster } from './deploy-a-sharded-cluster.ts';
import { typePage } from './typed.ts';

typePage('deploy-a-sharded-cluster', deployAShardedCluster);
