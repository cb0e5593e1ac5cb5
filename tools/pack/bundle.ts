// One program and all that it imports, as one file that Node runs without node_modules.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build as esbuild, type Plugin, stop } from 'esbuild';
import { projectFolder } from './charms.ts';

/** The program: `charm.js`, below the folder that it was written to. */
const programName = 'charm';

// Packages that few hooks need. They lie beside the program: reading what is compiled costs time in each hook, be it used or not.
const latePackages = ['execa', 'mongodb', 'pino'];

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

/** Leaves the late packages to `load`, and collects those that the program has. */
const latePlugin = (found: Set<string>): Plugin => ({
  name: 'late',
  setup: build => {
    build.onResolve({ filter: new RegExp(`^(${latePackages.join('|')})$`) }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, namespace: 'late' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => {
      found.add(path);
      return { contents: `module.exports = load('${path}');` };
    });
  },
});

// What packages ask Node for when they are loaded, and hardly ever use: it is loaded when they do.
const lateBuiltins = ['dns', 'fs/promises', 'http', 'tls', 'zlib'];

const lateBuiltinsPlugin: Plugin = {
  name: 'late-builtins',
  setup: build => {
    build.onResolve({ filter: new RegExp(`^(${lateBuiltins.join('|')})$`) }, ({ path, namespace }) =>
      namespace === 'late-builtin' ? { path, external: true } : { path, namespace: 'late-builtin' },
    );
    build.onLoad({ filter: /.*/, namespace: 'late-builtin' }, ({ path }) => {
      const names = Object.keys(createRequire(import.meta.url)(path));
      return {
        contents: names.map(name => `Object.defineProperty(exports, '${name}', { get: () => require('${path}').${name} });`).join('\n'),
      };
    });
  },
};

// Modules in the place of packages that cost each hook much and serve few (what each saves: docs/decisions/0011). `original` is the package.
const substitutes: Readonly<Record<string, string>> = {
  // Node has the same URL by itself; the package brings tables of 300 kB.
  'whatwg-url': `const { URL, URLSearchParams } = require('url'); module.exports = { URL, URLSearchParams };`,
  // It leaves printable ASCII as it is; its tables are for other passwords.
  '@mongodb-js/saslprep': `exports.saslprep = text => (/^[\\x20-\\x7e]*$/.test(text) ? text : require(original)(text));`,
};

const substitutesPlugin: Plugin = {
  name: 'substitutes',
  setup: build => {
    build.onResolve({ filter: new RegExp(`^(${Object.keys(substitutes).join('|')})$`) }, async ({ path, pluginData, ...asked }) => {
      if (pluginData === 'original') return undefined;
      const original = await build.resolve(path, { ...asked, pluginData: 'original' });
      return { path, namespace: 'substitute', pluginData: original.path };
    });
    build.onLoad({ filter: /.*/, namespace: 'substitute' }, ({ path, pluginData }) => ({
      contents: substitutes[path]?.replace('original', JSON.stringify(pluginData)) ?? '',
      resolveDir: projectFolder,
    }));
  },
};

const packagePlugins = [lateBuiltinsPlugin, substitutesPlugin];

let underWay = 0;

/**
 * Writes charm.js, and a file for each late package: functions of `require`, `module` and `load`, so that each can be compiled ahead
 * whole. `load` runs another of the files, and answers with what it exports. What else is imported lazily is in charm.js too, and runs when
 * it is asked for. The code stays readable.
 * @returns every file that went into them, and their names without `.js`. @throws with esbuild's first error.
 */
export const bundle = async (entry: string, folder: string): Promise<{ sources: string[]; names: string[] }> => {
  underWay += 1;
  try {
    const late = new Set<string>();
    const program = await bundleEach({ [programName]: entry }, folder, [builtins, ...packagePlugins, latePlugin(late)]);
    const packages = await bundleEach(Object.fromEntries([...late].sort().map(name => [name, name])), folder, [
      builtins,
      ...packagePlugins,
    ]);
    return { sources: [...new Set([...program, ...packages])], names: [programName, ...late] };
  } catch (error) {
    throw new Error(firstError(error));
  } finally {
    // esbuild is a process of its own, which would otherwise live as long as ours. Stopped too early, it leaves another build waiting for ever.
    underWay -= 1;
    if (underWay === 0) await stop();
  }
};

const bundleEach = async (entryPoints: Record<string, string>, outdir: string, plugins: Plugin[]): Promise<string[]> => {
  const { metafile } = await esbuild({
    absWorkingDir: projectFolder,
    entryPoints,
    outdir,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    // A program that Node runs as a script, as charm.cjs does, is refused `import()`; the driver says nothing of itself to mongod then.
    supported: { 'dynamic-import': false },
    external: optionalPackages,
    plugins,
    banner: { js: '((require, module, load) => {' },
    footer: { js: '})' },
    logLevel: 'silent',
    metafile: true,
  });
  return Object.keys(metafile.inputs)
    .filter(path => !/^(builtin|late|late-builtin|substitute):/.test(path))
    .map(path => join(projectFolder, path));
};

const firstError = (error: unknown): string => {
  const [first] = (error as { errors?: { text: string; location: { file: string; line: number } | null }[] }).errors ?? [];
  if (first === undefined) return (error as Error).message;
  return first.location === null ? first.text : `${first.location.file}:${first.location.line}: ${first.text}`;
};
