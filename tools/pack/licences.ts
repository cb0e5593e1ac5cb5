// THIRD-PARTY-LICENSES: the licences of all in a charm that others have written.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Licences, and what a licence may ask to be passed on. */
const licenceFile = /^(licen[cs]es?|copying|notices?|third[-_]?party[-_]\w+)\b(?!.*\.[cm]?[jt]s$)/i;
const packageFolder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const rule = '='.repeat(80);

/**
 * @param sources every file that the program was made from. @param node the folder of the npm package with the Node beside it.
 * @returns name, version, licence and licence text of Node and of each package, the same for the same packages.
 * @throws with a sentence for each package that does not say what it may be used for.
 */
export const licencesOf = async (sources: readonly string[], node: string): Promise<string> => {
  const bundled = new Set(sources.flatMap(source => packageFolder.exec(source)?.[0] ?? []));
  const packages = await Promise.all([...bundled].map(packageIn));
  packages.sort((a, b) => (a.title < b.title ? -1 : 1));
  const all = [await packageIn(node), ...packages];
  // What package.json calls MIT is Node's own part alone: V8, OpenSSL and others are named in the file.
  const bare = all.filter(({ id, texts }, at) => texts.length === 0 && (id === undefined || at === 0));
  if (bare.length > 0) throw new Error(bare.map(({ title }) => `${title} comes without a licence: it may not be given away`).join('; '));
  const sections = all.map(({ title, id, texts }) =>
    [
      rule,
      `${title}${id === undefined ? '' : `: ${id}`}`,
      rule,
      '',
      ...(texts.length > 0 ? texts : ['The package has no file with the text of its licence.\n']),
    ].join('\n'),
  );
  return `What others have written and this charm holds: Node.js, then the npm packages in its program.\n\n${sections.join('\n')}`;
};

type Package = { title: string; id: string | undefined; texts: string[] };

const packageIn = async (folder: string): Promise<Package> => {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.flatMap(entry => (entry.isFile() && licenceFile.test(entry.name) ? [entry.name] : [])).sort();
  const texts = await Promise.all(names.map(async file => `${(await readFile(join(folder, file), 'utf8')).trimEnd()}\n`));
  return { title: `${name} ${version}`, id: typeof license === 'string' ? license : undefined, texts };
};
