// Words that fit no pattern, made so that a pattern with two ways to read a sign would try for hours. They are read in a process of
// their own, since nothing else can end one that spins.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { packagedNode, projectFolder } from '../../support/project.ts';

const longestMs = 60_000;
const words = "'a' + '-abcde'.repeat(200)";

test.each([
  ['name-patterns.ts', `isApplicationName(${words} + '/')`],
  ['name-patterns.ts', `isUnitName(${words} + '/leader')`],
  ['name-patterns.ts', "isModelName('a1'.repeat(60_000) + '!')"],
  ['commands/text/names.ts', `isLeaderName(${words} + '/0')`],
  ['commands/text/times.ts', "durationMs('1'.repeat(100_000))"],
  ['commands/text/glob.ts', "globMatches('*a'.repeat(40) + 'b', 'a'.repeat(100))"],
])(
  '%s: %s is answered',
  async (module, call) => {
    const path = join(projectFolder, 'tools', 'local-juju', module);
    const program = `import { ${call.slice(0, call.indexOf('('))} } from ${JSON.stringify(path)}; console.log(Boolean(${call}));`;
    const { stdout } = await promisify(execFile)(packagedNode, ['--input-type=module', '--eval', program], { timeout: longestMs });
    expect(stdout).toBe('false\n');
  },
  longestMs + 10_000,
);
