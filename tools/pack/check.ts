// What must hold of a charm before it is given away. Juju and charmcraft let much of this through, and the unit fails later, or Juju does.
import { basename } from 'node:path';
import { load } from 'js-yaml';
import type { File } from './zip.ts';

/** Charmhub takes more, but a charm that has grown so much has swallowed something. */
const LARGEST_BYTES = 60 * 1024 * 1024;
const NAME = /^[a-z][a-z0-9]*(-[0-9]*[a-z][a-z0-9]*)*$/;

type Yaml = Record<string, unknown>;

/**
 * @param files of the archive. @param charmcraft text of the charm's charmcraft.yaml, where it has one.
 * @returns a sentence for each problem: what is wrong, and what to do.
 */
export const problemsOf = (name: string, files: readonly File[], packedBytes: number, charmcraft?: string): string[] => {
  const problems: string[] = [];
  const find = (path: string) => files.find(file => file.path === path);
  const read = (path: string): Yaml => {
    const file = find(path);
    if (file === undefined) return {};
    try {
      return recordOf(load(file.bytes.toString()));
    } catch (error) {
      problems.push(`${path} is not YAML: ${(error as Error).message.split('\n')[0]}`);
      return {};
    }
  };
  const metadata = read('metadata.yaml');
  problems.push(
    ...programProblems(files, find('dispatch')),
    ...metadataProblems(name, metadata),
    ...manifestProblems(find('manifest.yaml') === undefined ? undefined : read('manifest.yaml')),
    ...optionProblems(recordOf(read('config.yaml').options)),
    ...actionProblems(read('actions.yaml')),
    ...(charmcraft === undefined ? [] : duplicateProblems(recordOf(load(charmcraft)), metadata, files)),
  );
  if (packedBytes > LARGEST_BYTES)
    problems.push(
      `the charm has ${Math.ceil(packedBytes / 1024 / 1024)} MiB, more than ${LARGEST_BYTES / 1024 / 1024}: find out what has grown`,
    );
  return problems;
};

const programProblems = (files: readonly File[], dispatch: File | undefined): string[] => {
  if (dispatch === undefined) return ['there is no dispatch: Juju would have nothing to run'];
  const problems = isExecutable(dispatch) ? [] : ['dispatch is not executable: Juju does not repair its mode; give it 0755'];
  // charmcraft takes the last word for the entry point, and wants to be able to run it.
  const last = dispatch.bytes.toString().trim().split('\n').at(-1)?.split(/\s+/).at(-1) ?? '';
  const entry = files.find(({ path }) => path === last.replace(/^\.\//, ''));
  if (entry === undefined) problems.push(`dispatch ends with ${last}, which is no file of the charm; its last word must be the program`);
  else if (!isExecutable(entry)) problems.push(`${entry.path} is not executable: give it 0755`);
  return problems;
};

const isExecutable = ({ mode }: File): boolean => (mode & 0o111) === 0o111;

const metadataProblems = (name: string, metadata: Yaml): string[] => {
  const problems = ['name', 'summary', 'description'].flatMap(key =>
    typeof metadata[key] === 'string' && metadata[key] !== '' ? [] : [`metadata.yaml has no ${key}: Juju refuses the charm`],
  );
  if (metadata.name !== undefined && metadata.name !== name) problems.push(`metadata.yaml names the charm ${metadata.name}, not ${name}`);
  if (!NAME.test(name)) problems.push(`${name} is no name for a charm: use lower-case letters, digits and single hyphens`);
  if ('series' in metadata)
    problems.push('metadata.yaml has series, with which Juju takes the charm for one of the old format; take it out');
  if ('min-juju-version' in metadata) problems.push('metadata.yaml has min-juju-version, which Juju refuses beside bases; use assumes');
  const scopes = Object.values(recordOf(metadata.requires)).map(endpoint => recordOf(endpoint).scope);
  if (metadata.subordinate === true && !scopes.includes('container'))
    problems.push('the charm is subordinate and requires nothing with scope: container; it could be integrated with no application');
  return problems;
};

const manifestProblems = (manifest: Yaml | undefined): string[] => {
  if (manifest === undefined) return ['there is no manifest.yaml: the charm could be deployed only with --base'];
  const bases = Array.isArray(manifest.bases) ? manifest.bases.map(recordOf) : [];
  if (bases.length === 0) return ['manifest.yaml lists no bases: the charm could be deployed only with --base'];
  return bases.flatMap(({ name, channel }) => [
    ...(name === 'ubuntu' ? [] : [`manifest.yaml has the base ${name}: Juju knows ubuntu alone`]),
    ...(typeof channel === 'string' ? [] : [`manifest.yaml has the channel ${channel} as a number: put it in quotes`]),
  ]);
};

const optionProblems = (options: Yaml): string[] =>
  Object.keys(options).flatMap(option =>
    NAME.test(option) ? [] : [`the option ${option} must have lower-case letters, digits and hyphens only`],
  );

const actionProblems = (actions: Yaml): string[] =>
  Object.entries(actions).flatMap(([action, description]) => {
    const { additionalProperties, params } = recordOf(description);
    return [
      ...(NAME.test(action) ? [] : [`the action ${action} must have lower-case letters, digits and hyphens only`]),
      ...Object.keys(recordOf(params)).flatMap(name =>
        NAME.test(name) ? [] : [`the parameter ${name} of the action ${action} must have lower-case letters, digits and hyphens only`],
      ),
      ...(additionalProperties === false
        ? []
        : [`the action ${action} does not say additionalProperties: false: some Juju versions would let a misspelt parameter through`]),
    ];
  });

const ofCharmcraftAlone = new Set(['type', 'platforms', 'parts', 'base', 'build-base', 'bases', 'charm-libs', 'analysis', 'charmhub']);

const duplicateProblems = (charmcraft: Yaml, metadata: Yaml, files: readonly File[]): string[] =>
  Object.keys(charmcraft).flatMap(key => {
    if (ofCharmcraftAlone.has(key)) return [];
    if (key in metadata) return [`${key} stands in both charmcraft.yaml and metadata.yaml; take it out of charmcraft.yaml`];
    if (files.some(({ path }) => basename(path, '.yaml') === key && path.endsWith('.yaml')))
      return [`charmcraft.yaml has the key ${key}, and there is a file ${key}.yaml too; keep the file`];
    return [`charmcraft.yaml has ${key}, which would not reach the charm: it belongs into metadata.yaml`];
  });

const recordOf = (value: unknown): Yaml => (typeof value === 'object' && value !== null ? (value as Yaml) : {});
