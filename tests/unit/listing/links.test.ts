// Where the charms say that their source, their documentation and their issues are: one place for all, which package.json names.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { projectFolder } from '../../support/project.ts';

type Links = Record<'docs' | 'issues' | 'source' | 'website', string> & { maintainers: string[] };

const read = (...path: string[]): string => readFileSync(join(projectFolder, ...path), 'utf8');
const { homepage, bugs, repository } = JSON.parse(read('package.json'));
const home = repository.url.replace(/^git\+/, '').replace(/\.git$/, '');

describe.each(['metadata.yaml', 'mongos/metadata.yaml'])('%s', file => {
  const links = load(read(file)) as Links;

  test('names the home of the project', () => {
    expect(home).toMatch(/^https:\/\/[\w.-]+(\/[\w.-]+)+$/);
    expect(links).toMatchObject({ source: home, issues: bugs, website: homepage });
    expect(links.maintainers).toEqual([expect.stringMatching(/^\S.* <\S+>$/)]);
  });

  test('links to documentation that is there', () => {
    const [, path = ''] = links.docs.split(`${home}/tree/main/`);
    expect(path).not.toBe('');
    expect(existsSync(join(projectFolder, path, 'README.md'))).toBe(true);
  });
});

test('the documentation’s first page leads to each how-to page, and nowhere that is not there', () => {
  const targets = [...read('docs', 'README.md').matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target]) => target!);
  expect(targets.filter(target => !existsSync(join(projectFolder, 'docs', target)))).toEqual([]);
  for (const page of readdirSync(join(projectFolder, 'docs', 'how-to'))) expect(targets).toContain(`how-to/${page}`);
});
