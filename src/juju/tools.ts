// The hook tools that the charm uses, one plain function each. What they print is checked here and nowhere else.
import * as z from 'zod/mini';
import { bareSecretId, type Rotation } from '../core/names.ts';
import { withoutSecrets } from '../core/text.ts';
import { orUndefined, runTool, withSecretFile } from './run.ts';
import { yamlOf } from './yaml.ts';

type Values = Readonly<Record<string, string>>;
type Scope = 'unit' | 'application';

const truth = z.boolean();
const anything = z.unknown();
const bag = z.record(z.string(), z.string());
const list = z.nullable(z.array(z.string()));
const status = z.object({ status: z.string(), message: z.optional(z.string()) });
const applicationStatusAnswer = z.object({
  'application-status': z.extend(status, { units: z.optional(z.record(z.string(), status)) }),
});
const info = z.record(z.string(), z.object({ label: z.optional(z.string()) }));
const network = z.object({
  'bind-addresses': z.optional(
    z.nullable(z.array(z.object({ addresses: z.optional(z.nullable(z.array(z.object({ value: z.optional(z.string()) })))) }))),
  ),
  'ingress-addresses': z.optional(z.nullable(z.array(z.string()))),
});
const states = z.record(z.string(), z.object({ status: z.optional(z.string()) }));
const goal = z.object({ units: z.optional(states), relations: z.optional(z.record(z.string(), states)) });

export const isLeader = (): Promise<boolean> => read('is-leader', [], truth);
export const configGet = (): Promise<unknown> => read('config-get', [], anything);

/** Ids of the relations of an endpoint, ascending. */
export async function relationIds(endpoint: string): Promise<readonly number[]> {
  const ids = (await read('relation-ids', [endpoint], list)) ?? [];
  return ids.map(id => Number(id.slice(id.lastIndexOf(':') + 1))).sort((a, b) => a - b);
}

/** Remote units; in a peer relation, all but this one. */
export const relationUnits = async (id: number): Promise<readonly string[]> =>
  (await read('relation-list', ['-r', String(id)], list)) ?? [];
/** Remote application; undefined when Juju no longer knows it. */
export const relationApplication = async (id: number): Promise<string | undefined> =>
  (await orUndefined(read('relation-list', ['-r', String(id), '--app'], z.nullable(z.string())))) || undefined;

/** The bag of a unit. @throws ToolFailure when Juju refuses it. */
export const unitBag = (id: number, unit: string): Promise<Values> => read('relation-get', ['-r', String(id), '-', unit], bag);
/** The bag of an application: a remote one, that of our peers or, for the leader, our own. @throws ToolFailure when Juju refuses it. */
export const applicationBag = (id: number, application: string): Promise<Values> =>
  read('relation-get', ['-r', String(id), '--app', '-', application], bag);
/** This unit's own bag; empty where Juju has none yet. */
export const ownBag = async (id: number, unit: string): Promise<Values> => (await orUndefined(unitBag(id, unit))) ?? {};
/** The bag of a remote application; undefined if it is gone, or not for us. */
export const remoteBag = (id: number, application: string): Promise<Values | undefined> => orUndefined(applicationBag(id, application));

/** An empty value takes the key away. */
export async function relationSet(id: number, scope: Scope, values: Values): Promise<void> {
  const app = scope === 'application' ? ['--app'] : [];
  await runTool('relation-set', ['-r', String(id), ...app, '--file', '-'], yamlOf(values));
}

/** Address at which others reach this unit through an endpoint: the one that Juju writes into the unit's bags as `ingress-address`. */
export async function networkAddress(endpoint: string): Promise<string> {
  const found = await read('network-get', [endpoint], network);
  const bound = found['bind-addresses']?.flatMap(one => one.addresses ?? []).find(one => one.value)?.value;
  const address = found['ingress-addresses']?.[0] ?? bound;
  if (!address) throw new Error(`juju gives no address for ${endpoint}`);
  return address;
}

export type StatusNow = { readonly status: string; readonly message: string };

export const unitStatus = async (): Promise<StatusNow> => decodeStatus(await read('status-get', ['--include-data'], status));
/** The application's, and with it those of its units. For the leader alone. */
export async function applicationStatus(): Promise<StatusNow & { readonly units: ReadonlyMap<string, StatusNow> }> {
  const { 'application-status': found } = await read('status-get', ['--include-data', '--application'], applicationStatusAnswer);
  const units = Object.entries(found.units ?? {}).map(([name, one]) => [name, decodeStatus(one)] as const);
  return { ...decodeStatus(found), units: new Map(units) };
}
const decodeStatus = ({ status: level, message = '' }: z.infer<typeof status>): StatusNow => ({ status: level, message });
export async function statusSet(scope: Scope, level: string, message: string): Promise<void> {
  await runTool('status-set', [...(scope === 'application' ? ['--application'] : []), level, '--', asWord(message)]);
}

/** The newest content of a secret by its label; undefined when there is none that we may read. */
export const secretByLabel = (label: string): Promise<Values | undefined> =>
  orUndefined(read('secret-get', ['--label', label, '--peek'], bag));
/** The same by id. In a hook that has set a new content it is that one: then Juju does not wake us with a secret-changed for it. */
export const secretById = (id: string): Promise<Values | undefined> => orUndefined(read('secret-get', [id, '--refresh'], bag));

/** Id of a secret that we own, by label; undefined when there is none. */
export async function ownedSecretId(label: string): Promise<string | undefined> {
  const found = await orUndefined(read('secret-info-get', ['--label', label], info));
  const [id] = Object.keys(found ?? {});
  return id && bareSecretId(id);
}
export async function ownedSecretLabel(id: string): Promise<string | undefined> {
  const found = await orUndefined(read('secret-info-get', [id], info));
  return found && Object.values(found)[0]?.label;
}
/** Ids of the secrets that we may change. */
export const secretIds = async (): Promise<readonly string[]> => ((await read('secret-ids', [], list)) ?? []).map(bareSecretId);

/** A new secret of the application, which Juju asks to be changed so often, or never. Answers its URI. */
export async function secretAdd(label: string, content: Values, rotation: Rotation = 'never'): Promise<string> {
  const often = rotation === 'never' ? [] : ['--rotate', rotation];
  const uri = await withSecretFile(content, path =>
    runTool('secret-add', ['--owner', 'application', '--label', label, ...often, '--file', path]),
  );
  return uri.trim();
}
/** Replaces the whole content. */
export async function secretSet(id: string, content: Values): Promise<void> {
  await withSecretFile(content, path => runTool('secret-set', [id, '--file', path]));
}
/** How often Juju asks for another content. Nothing if the secret is gone, or not ours. */
export async function secretRotation(id: string, rotation: Rotation): Promise<void> {
  if ((await orUndefined(read('secret-info-get', [id], info))) === undefined) return;
  await runTool('secret-set', [id, '--rotate', rotation]);
}
export async function secretGrant(id: string, relation: number): Promise<void> {
  await runTool('secret-grant', [id, '--relation', String(relation)]);
}
/** The whole secret, or one revision; nothing if it is gone, or not ours: Juju would say so only at the end of the hook, and fail it. */
export async function secretRemove(id: string, revision?: number): Promise<void> {
  if ((await orUndefined(read('secret-info-get', [id], info))) === undefined) return;
  await runTool('secret-remove', [id, ...(revision === undefined ? [] : ['--revision', String(revision)])]);
}

export const openedPorts = async (): Promise<readonly string[]> => (await read('opened-ports', [], list)) ?? [];
export async function openPort(port: string): Promise<void> {
  await runTool('open-port', [port]);
}
export async function closePort(port: string): Promise<void> {
  await runTool('close-port', [port]);
}
export async function applicationVersionSet(version: string): Promise<void> {
  await runTool('application-version-set', [version]);
}

export type Goal = {
  /** Units of the own application that Juju is about to take away, this one included. */
  readonly dying: readonly string[];
  /** All units of the own application that Juju still has; none where it tells of none. */
  readonly units: readonly string[];
  /** Units on the other side of each endpoint, and whether Juju is about to take them away. */
  readonly related: ReadonlyMap<string, ReadonlyMap<string, 'dying' | 'staying'>>;
};

/** Where Juju is taking its units. A subordinate is not told of its own application. */
export async function goalState(): Promise<Goal> {
  const { units = {}, relations = {} } = await read('goal-state', [], goal);
  const lives = (of: z.infer<typeof states>) =>
    new Map(
      Object.entries(of)
        .filter(([name]) => name.includes('/')) // beside the units stands their application
        .map(([name, { status }]) => [name, status === 'dying' ? 'dying' : 'staying'] as const),
    );
  const own = lives(units);
  return {
    dying: [...own].flatMap(([name, life]) => (life === 'dying' ? [name] : [])),
    units: [...own.keys()],
    related: new Map(Object.entries(relations).map(([endpoint, of]) => [endpoint, lives(of)])),
  };
}

/** One entry of the unit's log. A very long one is cut. */
export async function jujuLog(level: 'INFO' | 'WARNING' | 'ERROR', message: string): Promise<void> {
  await runTool('juju-log', ['--log-level', level, '--', asWord(message)]);
}

export const actionGet = async (): Promise<Readonly<Record<string, unknown>>> =>
  (await read('action-get', [], z.nullable(z.record(z.string(), z.unknown())))) ?? {};
/** Juju takes results only as words of the call. */
export async function actionSet(words: readonly string[]): Promise<void> {
  await runTool('action-set', ['--', ...words]);
}
export async function actionFail(message: string): Promise<void> {
  await runTool('action-fail', ['--', asWord(message)]);
}

/** The system takes no word of a call that is longer, or has a NUL in it. */
const LONGEST_WORD = 30_000;
/** Text that anybody may read. */
const asWord = (text: string): string => withoutSecrets(text, LONGEST_WORD).replaceAll('\0', ' ');

async function read<Value>(tool: string, words: readonly string[], schema: z.ZodMiniType<Value>): Promise<Value> {
  const text = await runTool(tool, ['--format=json', ...words]);
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) throw new Error(`cannot read what ${tool} printed: ${parsed.error.issues[0]?.message ?? 'not as expected'}`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
