// Entry point of the charm `mongodb`.
import { mongodb } from './charms/mongodb.ts';
import { dispatch } from './dispatch.ts';

process.exitCode = await dispatch(mongodb, process.env);
