// What must be there before `npm run demo` and `npm test`: the right computer, the npm packages, a real mongod. With the word `packages`
// it leaves out the mongod, which nobody needs who only packs.
// Plain JavaScript for Node 20 and later without packages, because it runs in a fresh clone. The second half, in mongod.ts,
// runs on the Node that the packages bring along.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const main = async () => {
  const problem = computerProblem();
  if (problem) return fail(problem);
  if (!packagesFit()) {
    const failure = await installPackages();
    if (failure) return fail(failure);
  }
  if (process.argv[2] === 'packages') return;
  const step = spawnSync(packagedNode(), [join(root, 'tools', 'setup', 'mongod.ts')], { stdio: 'inherit' });
  if (step.error) return fail(`cannot run the packaged Node: ${step.error.message}`);
  process.exitCode = step.status ?? 1;
};

const fail = sentence => {
  process.stderr.write(`Setup cannot go on: ${sentence}\n`);
  process.exitCode = 1;
};

const computerProblem = () => {
  if (process.platform !== 'linux') return `this runs on Linux only, and this computer says ${process.platform}.`;
  if (!['x64', 'arm64'].includes(process.arch)) return `a 64-bit Intel or ARM processor is needed, and this one is ${process.arch}.`;
  if (process.report.getReport().header.glibcVersionRuntime === undefined) {
    return 'a Linux with glibc is needed (Ubuntu, Debian, Fedora …); this one (Alpine?) has another C library.';
  }
  if (Number.parseInt(process.versions.node, 10) < 20) return `Node 20 or later is needed to start with, and this is ${process.version}.`;
};

const packagedNode = () => join(root, 'node_modules', '.bin', 'node');

/** Whether node_modules holds what package-lock.json says, by npm's own record of what it installed. */
const packagesFit = () => {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || installed === undefined || !existsSync(packagedNode())) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const there = installed[path];
    // Packages for other computers are not installed.
    if (there === undefined ? !entry.optional : there.version !== entry.version || there.integrity !== entry.integrity) return false;
  }
  return Object.keys(installed).every(path => path in wanted);
};

const readPackages = path => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
};

const installPackages = async () => {
  process.stdout.write('Installing the npm packages of package-lock.json (about 10 s) …\n');
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  // With --ignore-scripts no package's own code runs; none of ours needs it to. By itself npm would try for over a minute without a network.
  const words = [
    ...npm.slice(1),
    ...['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    ...['--fetch-retries=3', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'],
  ];
  const { code, text } = await run(npm[0], words);
  if (code === 'ENOENT') return 'npm is not to be found. Install Node 20 or later together with npm.';
  if (code !== 0) return `npm could not install the packages.\n${indent(text)}`;
  if (!existsSync(packagedNode())) return 'npm left out the packaged Node: optional packages must be allowed (npm config get omit).';
};

const run = (command, words) =>
  new Promise(settle => {
    const child = spawn(command, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', piece => (text += piece));
    child.on('error', error => settle({ code: error.code, text }));
    child.on('close', (code, signal) => settle({ code: code ?? signal, text }));
  });

const indent = text =>
  text
    .trim()
    .split('\n')
    .slice(0, 12)
    .map(line => `  ${line}`)
    .join('\n');

await main();
