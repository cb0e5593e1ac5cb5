// A client's charm: it asks for a database, or in version 1 of the interface for several, and reads what it is given, as it is told of it.
import type { HookContext } from '../../tools/local-juju/contract.ts';
import { outward } from './kernel.ts';

/** Applications with such a name speak version 1. */
export const speaksVersion1 = (application: string): boolean => /-[cd]$/.test(application);

type Call = (tool: string, ...words: string[]) => Promise<string | undefined>;

/** Runs one hook. @returns its exit code. */
export async function dispatchClient(context: HookContext): Promise<number> {
  const { hook } = context;
  const call: Call = async (tool, ...words) => {
    const { code, stdout } = await outward({ kind: 'tool', name: tool, writes: false }, () =>
      context.call(tool, words, '/', async () => ''),
    );
    return code === 0 ? stdout : undefined;
  };
  if (hook.name === 'start') await call('status-set', 'active', '');
  if (hook.kind === 'secret') await call('secret-get', hook.secret!.id, '--refresh');
  if (hook.name === 'config-changed')
    for (const id of JSON.parse((await call('relation-ids', 'db', '--format=json')) ?? '[]')) await ask(context, call, id);
  const relation = hook.relation;
  if (relation === undefined || hook.name.endsWith('-broken') || hook.name.endsWith('-departed')) return 0;
  const id = String(relation.id);
  await ask(context, call, id);
  const bag = JSON.parse((await call('relation-get', '-r', id, '--app', '--format=json', '-', relation.remoteApplication)) ?? '{}');
  for (const { 'secret-user': uri } of answersIn(bag)) if (uri !== undefined) await call('secret-get', uri);
  return 0;
}

async function ask(context: HookContext, call: Call, id: string): Promise<void> {
  const [application = ''] = context.unit.split('/');
  if ((await call('is-leader', '--format=json'))?.trim() !== 'true') return;
  if (!speaksVersion1(application)) {
    const secrets = 'requested-secrets=["username","password","uris"]';
    await call('relation-set', '-r', id, '--app', `database=db-${application}`, secrets);
    return;
  }
  const count = Number((await call('config-get', 'requests', '--format=json')) ?? 1);
  const requests = Array.from({ length: count }, (_, at) => ({
    'request-id': `${at}`.padStart(16, 'a'),
    resource: `db-${application}-${at}`,
    salt: `${at}`.padStart(16, 's'),
  }));
  await call('relation-set', '-r', id, '--app', 'version=v1', `requests=${JSON.stringify(requests)}`);
}

type Answer = { readonly 'request-id'?: string; readonly 'secret-user'?: string; readonly endpoints?: string };

/** What the databag answers, each request by itself. */
export const answersIn = (bag: Readonly<Record<string, string>>): readonly Answer[] =>
  bag.version === 'v1' ? JSON.parse(bag.requests ?? '[]') : [bag];
