// A client's charm: it asks for a database, and reads what it is given, as it is told of it.
import type { HookContext } from '../../tools/local-juju/contract.ts';
import { outward } from './kernel.ts';

/** Runs one hook. @returns its exit code. */
export async function dispatchClient(context: HookContext): Promise<number> {
  const { hook } = context;
  const call = async (tool: string, ...words: string[]): Promise<string | undefined> => {
    const { code, stdout } = await outward({ kind: 'tool', name: tool, writes: false }, () =>
      context.call(tool, words, '/', async () => ''),
    );
    return code === 0 ? stdout : undefined;
  };
  if (hook.name === 'start') await call('status-set', 'active', '');
  if (hook.kind === 'secret') await call('secret-get', hook.secret!.id, '--refresh');
  const relation = hook.relation;
  if (relation === undefined || hook.name.endsWith('-broken') || hook.name.endsWith('-departed')) return 0;
  const id = String(relation.id);
  if ((await call('is-leader', '--format=json'))?.trim() === 'true')
    await call(
      'relation-set',
      '-r',
      id,
      '--app',
      `database=db-${context.unit.split('/')[0]}`,
      'requested-secrets=["username","password","uris"]',
    );
  const bag = JSON.parse((await call('relation-get', '-r', id, '--app', '--format=json', '-', relation.remoteApplication)) ?? '{}');
  const uri = bag?.['secret-user'];
  if (uri !== undefined) await call('secret-get', uri);
  return 0;
}
