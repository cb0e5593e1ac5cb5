// Entry point of the charm `mongos`.
import { mongos } from './charms/mongos.ts';
import { dispatch } from './dispatch.ts';

// Everything has been said by then; a connection to a router that was killed must not keep the hook from ending.
dispatch(mongos, process.env).then(code => process.exit(code));
