// The pages of docs/how-to as a list of sections with their shell commands, to be run as a reader would.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './project.ts';

export type Section = { title: string; commands: string[] };
export type Page = { name: string; title: string; sections: Section[] };

const folder = join(projectFolder, 'docs', 'how-to');

export const readPages = (): Page[] =>
  readdirSync(folder)
    .filter(file => file.endsWith('.md'))
    .map(file => ({ name: file.replace(/\.md$/, ''), ...readPage(readFileSync(join(folder, file), 'utf8')) }));

/**
 * Sections begin with `## `; their commands are the lines of the blocks marked `shell`. A line that ends with a backslash goes on in the
 * next one. @throws when a command stands before the first section, or a block has no end.
 */
export const readPage = (text: string): Omit<Page, 'name'> => {
  const sections: Section[] = [];
  let title = '';
  let block: string | undefined;
  let begun = '';
  for (const line of text.split('\n')) {
    if (block !== undefined) {
      if (line.startsWith('```')) block = undefined;
      else if (block === 'shell') {
        begun += line;
        if (begun.endsWith('\\')) begun = begun.slice(0, -1);
        else {
          const section = sections.at(-1);
          if (section === undefined) throw new Error(`the command ${begun} stands in no section`);
          if (begun.trim() !== '') section.commands.push(begun.trim());
          begun = '';
        }
      }
    } else if (line.startsWith('```')) block = line.slice(3).trim();
    else if (line.startsWith('## ')) sections.push({ title: line.slice(3).trim(), commands: [] });
    else if (line.startsWith('# ')) title = line.slice(2).trim();
  }
  if (block !== undefined) throw new Error('a block has no end');
  return { title, sections };
};
