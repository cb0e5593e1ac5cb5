// Every page of docs/how-to, command by command as a reader types them, on a local Juju of its own; and what the text promises.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPages } from '../../support/pages.ts';
import { deployAShardedCluster } from './deploy-a-sharded-cluster.ts';
import { manageClientConnections } from './manage-client-connections.ts';
import type { Promises } from './promises.ts';
import { openReader, type Reader } from './reader.ts';
import { scaleAndRemoveShards } from './scale-and-remove-shards.ts';

// biome-ignore lint/suspicious/noExplicitAny: each page's memory is its own affair
const promises: Record<string, Promises<any>> = {
  'deploy-a-sharded-cluster': deployAShardedCluster,
  'manage-client-connections': manageClientConnections,
  'scale-and-remove-shards': scaleAndRemoveShards,
};
const pages = readPages();

test('each page with commands has its promises, and each promise its page and section', () => {
  expect(pages.map(({ name }) => name).sort()).toEqual(Object.keys(promises).sort());
  for (const { name, sections } of pages) {
    const withCommands = sections.filter(({ commands }) => commands.length > 0).map(({ title }) => title);
    expect(Object.keys(promises[name]!.sections)).toEqual(withCommands);
    const commands = sections.flatMap(({ title, commands }) => commands.map(command => `${title}: ${command}`));
    expect(commands).toEqual(expect.arrayContaining(Object.keys(promises[name]!.commands)));
  }
});

describe.each(pages)('$title', ({ name, sections }) => {
  let reader: Reader;
  let broken: string | undefined;
  const memory: unknown = promises[name]?.memory();
  beforeAll(async () => {
    reader = await openReader();
  });
  afterAll(async () => {
    await promises[name]?.leave?.(memory);
    await reader.leave();
  });

  test.each(sections.filter(({ commands }) => commands.length > 0))('$title', async ({ title, commands }) => {
    if (broken !== undefined) throw new Error(`not tried, because "${broken}" has failed`);
    try {
      for (const command of commands) {
        const { code, stdout, stderr } = await reader.type(command);
        expect(code, `${command}\n${stdout}${stderr}`).toBe(0);
        // Juju answers with 0 when an action fails.
        expect(stdout, command).not.toMatch(/^Action id \d+ failed/m);
        await promises[name]!.commands[`${title}: ${command}`]?.(reader, memory);
      }
      await promises[name]!.sections[title]!(reader, memory);
    } catch (error) {
      broken = title;
      // The marks keep Vitest from taking the traces in it for its own.
      if (error instanceof Error) error.message += `\n${(await reader.story()).replace(/^/gm, '| ')}`;
      throw error;
    }
  });
});
