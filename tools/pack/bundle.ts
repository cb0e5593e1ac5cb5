// One program and all that it imports, as a few files that Node runs without node_modules.
import { join } from 'node:path';
import { build as esbuild, stop } from 'esbuild';
import { projectFolder } from './charms.ts';

/** The bundle's entry, below the folder that it was written to. */
export const entryName = 'charm.mjs';

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

/**
 * Writes charm.mjs and, in chunks/, what it imports only when it comes to it, such as the MongoDB driver. The code stays readable.
 * @returns every file that went into it. @throws with esbuild's first error.
 */
export const bundle = async (entry: string, folder: string): Promise<string[]> => {
  try {
    const { metafile } = await esbuild({
      absWorkingDir: projectFolder,
      entryPoints: { charm: entry },
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      chunkNames: 'chunks/[name]-[hash]',
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      charset: 'utf8',
      external: optionalPackages,
      // The driver is CommonJS: in a module its `require` must be made.
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'silent',
      metafile: true,
    });
    return Object.keys(metafile.inputs).map(path => join(projectFolder, path));
  } catch (error) {
    throw new Error(firstError(error));
  } finally {
    // esbuild is a process of its own, which would otherwise live as long as ours.
    await stop();
  }
};

const firstError = (error: unknown): string => {
  const [first] = (error as { errors?: { text: string; location: { file: string; line: number } | null }[] }).errors ?? [];
  if (first === undefined) return (error as Error).message;
  return first.location === null ? first.text : `${first.location.file}:${first.location.line}: ${first.text}`;
};
