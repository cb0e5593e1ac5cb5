// Which room may import which, and what the pure rooms may not touch. The arrows point one way, so that a file can be understood, and
// tested, with nothing but what it stands on.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectFolder } from '../support/project.ts';

/** Rooms of the charm, and what each may import besides itself. `dispatch` is src/dispatch.ts, `entry` the other files in src/ itself. */
const rooms: Record<string, readonly string[]> = {
  core: [],
  interfaces: ['core'],
  juju: ['core'],
  mongo: ['core'],
  host: ['core'],
  plan: ['core', 'interfaces'],
  observe: ['core', 'interfaces', 'juju', 'mongo', 'host'],
  apply: ['core', 'interfaces', 'juju', 'mongo', 'host'],
  actions: ['core', 'interfaces', 'plan'],
  charms: ['core', 'interfaces', 'plan', 'actions'],
  dispatch: ['core', 'interfaces', 'plan', 'observe', 'apply', 'actions', 'charms', 'juju', 'mongo', 'host'],
  entry: ['core', 'charms', 'dispatch'],
};
const pure = ['core', 'interfaces', 'plan'];
/** What makes a function's answer depend on more than its arguments. Looked for outside comments and texts. */
const impure =
  /\basync\b|\bawait\b|\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\b|\bprocess\b|\bset(Timeout|Interval|Immediate)\b|\bfetch\(/;

/**
 * Rooms of the local Juju, and what each may import besides itself. They meet in the files beside them, such as contract.ts and state.ts;
 * daemon.ts wires them together.
 */
const localJuju: Record<string, readonly string[]> = {
  engine: [],
  commands: ['format'],
  'tools-server': ['format'],
  format: [],
};

type Source = { path: string; text: string; imports: string[] };

const readSources = (folder: string): Source[] =>
  readdirSync(join(projectFolder, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.m?[jt]s$/.test(entry.name))
    .map(entry => {
      const path = join(entry.parentPath, entry.name);
      const text = readFileSync(path, 'utf8');
      return { path: relative(projectFolder, path), text, imports: importsOf(text).map(name => fullName(name, path)) };
    });

/** Modules that a source imports or exports from, with or without types, at once or when it comes to it. */
const importsOf = (text: string): string[] => {
  const code = withoutComments(text);
  const names = [
    ...code.matchAll(
      /^\s*(?:import|export)\b[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
    ),
  ];
  return names.map(([, from, bare, later]) => from ?? bare ?? later!);
};

/** A file of ours by its path from the project's folder, anything else by its package's name. */
const fullName = (name: string, importer: string): string => {
  if (name.startsWith('.')) return relative(projectFolder, resolve(importer, '..', name));
  return name.startsWith('node:') ? name : name.split('/', name.startsWith('@') ? 2 : 1).join('/');
};

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|(^|[\s;,({[])\/\/.*$/gm, (_, before: string | undefined) => before ?? ' ');

/** The code without what stands in quotes; what a template puts in stays. */
const withoutTexts = (code: string): string => code.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");

const roomOf = (path: string): string => {
  const [, first = '', ...rest] = path.split(sep);
  if (rest.length > 0) return first;
  return first === 'dispatch.ts' ? 'dispatch' : 'entry';
};

const sources = readSources('src');
const tools = readSources('tools');
const charmRooms = Object.entries(rooms);

describe('the reading of imports', () => {
  test('finds every form, and nothing in comments', () => {
    const text = [
      "import one from './one.ts';",
      "import type { Two } from '../two/two.ts';",
      'import {\n  three,\n  type Four,\n} from "node:fs";',
      "export * from './five.ts';",
      "import './six.ts';",
      "const later = await import('mongodb');",
      "type T = import('./seven.ts').T;",
      "// import no from './no.ts';",
      "/* import no from './never.ts'; */",
    ].join('\n');
    expect(importsOf(text)).toEqual(['./one.ts', '../two/two.ts', 'node:fs', './five.ts', './six.ts', 'mongodb', './seven.ts']);
  });

  test('finds the files of the repository', () => {
    expect(tools.length).toBeGreaterThan(50);
    expect(tools.find(({ path }) => path === 'tools/local-juju/daemon.ts')?.imports).toContain('tools/local-juju/engine/controller.ts');
    expect(sources.length).toBeGreaterThan(5);
  });
});

describe('the arrows of src/', () => {
  test.each(charmRooms)('%s imports from no room but %j', (room, allowed) => {
    const wrong = sources
      .filter(({ path }) => roomOf(path) === room)
      .flatMap(({ path, imports }) => imports.filter(name => name.startsWith(`src${sep}`)).map(name => [path, name] as const))
      .filter(([, name]) => roomOf(name) !== room && !allowed.includes(roomOf(name)));
    expect(wrong).toEqual([]);
  });

  test('every file lies in a room of the plan', () => {
    expect(sources.map(({ path }) => path).filter(path => !(roomOf(path) in rooms))).toEqual([]);
  });

  test('only src/mongo knows what MongoDB sends', () => {
    const users = sources.filter(({ imports }) => imports.includes('mongodb')).map(({ path }) => path);
    expect(users.filter(path => roomOf(path) !== 'mongo')).toEqual([]);
    expect(users).toContain('src/mongo/connect.ts');
  });

  test('dependencies are the packages that the charm is made of, and what few hooks need is loaded when they need it', () => {
    const packages = (imports: readonly string[]) => imports.filter(name => !name.startsWith('node:') && !name.startsWith(`src${sep}`));
    const { dependencies } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));
    expect([...new Set(sources.flatMap(({ imports }) => packages(imports)))].sort()).toEqual(Object.keys(dependencies));
    const atOnce = /^\s*import\s+(?!type\b)[^;'"`]*?\bfrom\s*['"](execa|mongodb|pino)['"]/m;
    expect("import { execa } from 'execa';").toMatch(atOnce);
    expect(sources.flatMap(({ path, text }) => (atOnce.test(withoutComments(text)) ? [path] : []))).toEqual([]);
  });

  test.each(pure)('%s touches nothing: no node: module, no clock, no randomness, nothing asynchronous', room => {
    const inRoom = sources.filter(({ path }) => roomOf(path) === room);
    const imports = inRoom.flatMap(({ path, imports }) => imports.filter(name => name.startsWith('node:')).map(name => `${path}: ${name}`));
    const words = inRoom.flatMap(({ path, text }) => {
      const found = impure.exec(withoutTexts(withoutComments(text)));
      return found === null ? [] : [`${path}: ${found[0]}`];
    });
    expect([...imports, ...words]).toEqual([]);
  });
});

describe('the arrows of tools/', () => {
  test('nothing in tools/ imports from src/ or tests/, and nothing in src/ from either', () => {
    const across = (files: readonly Source[], folders: readonly string[]) =>
      files.flatMap(({ path, imports }) =>
        imports.filter(name => folders.some(folder => name.startsWith(`${folder}${sep}`))).map(name => `${path}: ${name}`),
      );
    expect(across(tools, ['src', 'tests'])).toEqual([]);
    expect(across(sources, ['tools', 'tests'])).toEqual([]);
  });

  test.each(Object.entries(localJuju))('local-juju/%s imports from no room but %j', (room, allowed) => {
    const base = join('tools', 'local-juju') + sep;
    const isOther = (name: string) => {
      const [first = '', ...rest] = name.slice(base.length).split(sep);
      return rest.length === 0 ? first === 'daemon.ts' : first !== room && !allowed.includes(first);
    };
    const wrong = tools
      .filter(({ path }) => path.startsWith(`${base}${room}${sep}`))
      .flatMap(({ path, imports }) => imports.filter(name => name.startsWith(base) && isOther(name)).map(name => `${path}: ${name}`));
    expect(wrong).toEqual([]);
  });
});
