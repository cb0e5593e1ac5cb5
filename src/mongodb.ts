// Entry point of the charm `mongodb`.
import { mongodb } from './charms/mongodb.ts';
import { dispatch } from './dispatch.ts';

// Everything has been said by then; a connection to a mongod that was killed must not keep the hook from ending.
dispatch(mongodb, process.env).then(code => process.exit(code));
