// Compiles a program ahead, in the Node that is to run it: `node --random-seed=1 compile.ts <program> <cache>`. Node's own compile cache is
// made before the program runs, with only those functions that V8 takes for needed at once; here all are in it. The seed makes the
// result the same each time; V8 asks that its options agree, and does not count the seed among them.
import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

const [program = '', cache = ''] = process.argv.slice(2);
setFlagsFromString('--no-lazy');
const script = new Script(readFileSync(program, 'latin1'), { filename: program });
setFlagsFromString('--lazy');
writeFileSync(cache, script.createCachedData());
