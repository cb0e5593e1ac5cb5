// Replays what the hooks of a recorded scenario asked of the tools, and compares the answers. Ids, the model's uuid and addresses
// are named in the transcripts; a name stands for the first thing it meets.
import type { HookInfo } from '../../../../tools/local-juju/state.ts';
import { type Line, recordedSteps, type Step } from './golden.ts';
import { aHook, anExec, type Running, relationHook, type World } from './kit.ts';

export type Replayed = { line: string; expected: string; got: string };
export type Replay = {
  answers: Replayed[];
  /** Lines that only a shell or the client can answer. */
  skipped: string[];
  /** Why commits were refused, in order. */
  refused: string[];
};
/** Called for each of the client's commands, and after each hook. */
export type Around = { command?: (text: string) => void; after?: (step: Step) => void; unit?: (step: Step & { kind: 'run' }) => string };

export async function replay(scenario: string, world: World, names: Map<string, string>, around: Around = {}): Promise<Replay> {
  const result: Replay = { answers: [], skipped: [], refused: [] };
  const files = new Map<string, string>();
  names.set('<UUID>', world.model.uuid);
  for (const step of recordedSteps(scenario)) {
    if (step.kind === 'command') {
      around.command?.(step.text);
      continue;
    }
    const unit = around.unit?.(step) ?? step.unit;
    names.set('<IP>', world.host.addressOf(unit));
    const running = world.begin(unit, hookOf(step, names));
    for (const line of step.lines) {
      if (/^(\[|unknown-tool|JUJU_CONTEXT_ID=)/.test(line.text)) {
        result.skipped.push(line.text);
        continue;
      }
      const got = await answer(running, line, step, names, files);
      const said = `${line.out}${line.err}= ${line.code}`;
      result.answers.push({ line: line.text, expected: named(said, got, names), got });
    }
    const failure = step.code === 0 ? running.commit() : running.discard();
    if (failure !== undefined) result.refused.push(failure);
    around.after?.(step);
  }
  return result;
}

const hookOf = (step: Step & { kind: 'run' }, names: ReadonlyMap<string, string>): HookInfo => {
  const { hook, facts } = step;
  if (hook === 'exec') return anExec;
  if (hook.startsWith('action.')) {
    const parameters = { nested: { a: { b: 1 } } };
    return { name: '', kind: 'action', action: { name: hook.slice('action.'.length), task: '4', parameters } };
  }
  if (facts.rel !== undefined) {
    const [endpoint = '', id] = facts.rel.split(':');
    const kind = hook.slice(`${endpoint}-relation-`.length);
    return relationHook(kind, Number(id), endpoint, facts.app ?? '', facts.unit, facts.departing);
  }
  if (facts.secret !== undefined) {
    const secret = { id: withNames(facts.secret, names), label: facts.label ?? '' };
    return { name: hook, kind: 'secret', secret: facts.revision === undefined ? secret : { ...secret, revision: Number(facts.revision) } };
  }
  return { ...aHook, name: hook };
};

const withNames = (text: string, names: ReadonlyMap<string, string>): string => text.replace(/<\w+>/g, name => names.get(name) ?? name);

/** Does what the line's bits of shell do: files, filters, variables. */
const answer = async (
  running: Running,
  line: Line,
  step: Step & { kind: 'run' },
  names: Map<string, string>,
  files: Map<string, string>,
) => {
  let words = withNames(line.text, names)
    .replace(/\$\(cat \$kit\/(\w+)\)/g, (_, file: string) => files.get(file)?.trim() ?? '')
    .replaceAll('$JUJU_SECRET_ID', running.hook.secret?.id ?? '')
    .replaceAll('$JUJU_SECRET_REVISION', step.facts.revision ?? '');
  let filter = (text: string): string => text;
  let stdin = '';
  const take = (pattern: RegExp, use: (match: RegExpExecArray) => string): void => {
    const match = pattern.exec(words);
    if (match) words = use(match);
  };
  take(/^printf '(.*)' \| (.*)$/, ([, text = '', rest = '']) => {
    stdin = text.replaceAll('\\n', '\n');
    return rest;
  });
  take(/^(.*) (\| tee|>) \$kit\/(\w+)$/, ([, rest = '', how, file = '']) => {
    filter = text => {
      files.set(file, text);
      return how === '>' ? '' : text;
    };
    return rest;
  });
  take(/^(.*) \| wc -l$/, ([, rest = '']) => {
    filter = text => `${text.split('\n').length - 1}\n`;
    return rest;
  });
  take(/^(.*) \| grep -oE? '(.*?)'( \| LC_ALL=C sort -u)?$/, ([, rest = '', pattern = '', sorted]) => {
    filter = text => {
      const found = text.match(new RegExp(pattern, 'g')) ?? [];
      return (sorted === undefined ? found : [...new Set(found)].sort()).map(one => `${one}\n`).join('');
    };
    return rest;
  });
  const { code, stdout, stderr } = await running.run(words, stdin);
  return `${filter(stdout)}${stderr}= ${code}`;
};

/** What is expected, with its names replaced; a name that is new stands for the id that was given in its place. */
const named = (expected: string, got: string, names: Map<string, string>): string => {
  const unknown = /<S\d+>/.exec(withNames(expected, names))?.[0];
  if (unknown !== undefined) {
    const id = [...got.matchAll(/[0-9a-v]{20}/g)].map(([one]) => one).find(one => ![...names.values()].includes(one));
    if (id !== undefined) names.set(unknown, id);
  }
  return withNames(expected, names);
};
