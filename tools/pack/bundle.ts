// One program and all that it imports, as one file that Node runs without node_modules.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build as esbuild, type Plugin, stop } from 'esbuild';
import { projectFolder } from './charms.ts';

/** The program, below the folder that it was written to. */
export const programName = 'charm.js';

// Packages that the MongoDB driver would use if they were installed. It asks for them with `require` and does without.
const optionalPackages = [
  'kerberos',
  'snappy',
  'aws4',
  'socks',
  'gcp-metadata',
  'mongodb-client-encryption',
  '@aws-sdk/credential-providers',
  '@mongodb-js/zstd',
];

// Node makes a module of its own for each builtin that is imported, and reads every one of the builtin's exports for it, which loads
// those that are lazy. Here only what is used is read (what it saves: docs/decisions/0012-what-a-hook-costs.md).
const builtins: Plugin = {
  name: 'builtins',
  setup: build => {
    build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin' }));
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: builtinModule(path) }));
  },
};

const builtinModule = (path: string): string => {
  const names = Object.keys(createRequire(import.meta.url)(path)).filter(name => name !== 'default');
  const exported = names.map(name => `export const ${name} = /* @__PURE__ */ (() => builtin.${name})();`);
  return [`const builtin = process.getBuiltinModule('${path}');`, ...exported, 'export default builtin;'].join('\n');
};

let underWay = 0;

/**
 * Writes charm.js: a function of `require`, so that the whole can be compiled ahead. What is imported lazily is in it too, and runs
 * when it is asked for. The code stays readable.
 * @returns every file that went into it. @throws with esbuild's first error.
 */
export const bundle = async (entry: string, folder: string): Promise<string[]> => {
  underWay += 1;
  try {
    const { metafile } = await esbuild({
      absWorkingDir: projectFolder,
      entryPoints: [entry],
      outfile: join(folder, programName),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node24',
      external: optionalPackages,
      plugins: [builtins],
      banner: { js: '(require => {' },
      footer: { js: '})' },
      logLevel: 'silent',
      metafile: true,
    });
    return Object.keys(metafile.inputs)
      .filter(path => !path.startsWith('builtin:'))
      .map(path => join(projectFolder, path));
  } catch (error) {
    throw new Error(firstError(error));
  } finally {
    // esbuild is a process of its own, which would otherwise live as long as ours. Stopped too early, it leaves another build waiting for ever.
    underWay -= 1;
    if (underWay === 0) await stop();
  }
};

const firstError = (error: unknown): string => {
  const [first] = (error as { errors?: { text: string; location: { file: string; line: number } | null }[] }).errors ?? [];
  if (first === undefined) return (error as Error).message;
  return first.location === null ? first.text : `${first.location.file}:${first.location.line}: ${first.text}`;
};
