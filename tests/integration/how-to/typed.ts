// A page of docs/how-to, command by command as a reader types it, on a local Juju of its own; and what its text promises.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPages } from '../../support/pages.ts';
import { routerName } from '../router/cluster.ts';
import type { Promises } from './promises.ts';
import { openReader, type Reader } from './reader.ts';

/** The tests of a page: one for each section that has commands. The first that fails is the last that is tried. */
export const typePage = <Memory>(name: string, promises: Promises<Memory>): void => {
  const page = readPages().find(one => one.name === name);
  if (page === undefined) throw new Error(`there is no page docs/how-to/${name}.md`);
  const sections = page.sections.filter(({ commands }) => commands.length > 0);

  test(`each section of ${name} has its promises, and each promise its section and command`, () => {
    expect(Object.keys(promises.sections)).toEqual(sections.map(({ title }) => title));
    const commands = sections.flatMap(section => section.commands.map(command => `${section.title}: ${command}`));
    expect(commands).toEqual(expect.arrayContaining(Object.keys(promises.commands)));
  });

  const routed = sections.some(({ commands }) => commands.some(command => command.includes('mongos')));
  describe(routed ? `${page.title}, with ${routerName}` : page.title, () => {
    let reader: Reader;
    let broken: string | undefined;
    const memory = promises.memory();
    beforeAll(async () => {
      reader = await openReader();
    });
    afterAll(async () => {
      await promises.leave?.(memory);
      await reader.leave();
    });

    test.each(sections)('$title', async ({ title, commands }) => {
      if (broken !== undefined) throw new Error(`not tried, because "${broken}" has failed`);
      try {
        for (const command of commands) {
          const { code, stdout, stderr } = await reader.type(command);
          expect(code, `${command}\n${stdout}${stderr}`).toBe(0);
          // Juju answers with 0 when an action fails.
          expect(stdout, command).not.toMatch(/^Action id \d+ failed/m);
          await promises.commands[`${title}: ${command}`]?.(reader, memory);
        }
        await promises.sections[title]!(reader, memory);
      } catch (error) {
        broken = title;
        // The marks keep Vitest from taking the traces in it for its own.
        if (error instanceof Error) error.message += `\n${(await reader.story()).replace(/^/gm, '| ')}`;
        throw error;
      }
    });
  });
};
