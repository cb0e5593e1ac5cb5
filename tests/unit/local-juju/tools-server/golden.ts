// The recorded transcripts as data: which unit ran which lines in which hook, and what each line answered.
import { readFileSync } from 'node:fs';

export type Line = { text: string; code: number; out: string; err: string };
export type Step =
  | { kind: 'run'; unit: string; hook: string; facts: Readonly<Record<string, string>>; code: number; lines: Line[] }
  | { kind: 'command'; text: string };

/** The steps of a scenario in their order; `exec` is the hook of lines that `juju exec` ran. */
export function recordedSteps(scenario: string): Step[] {
  const path = new URL(`../../../conformance/golden/${scenario}.txt`, import.meta.url);
  const steps: Step[] = [];
  let unit = '';
  let line: Line | undefined;
  for (const text of readFileSync(path, 'utf8').split('\n')) {
    const last = steps.at(-1);
    const [, ranUnit] = /^@ (.*)$/.exec(text) ?? [];
    const [, hookUnit] = /^-- (.*)$/.exec(text) ?? [];
    const [, command] = /^\$ juju (.*)$/.exec(text) ?? [];
    const [, ran, code] = /^ {2}> (.*) -> (\d+)$/.exec(text) ?? [];
    const [, mark, said] = /^ {4}([|!]) (.*)$/.exec(text) ?? [];
    const [, hook, facts, hookCode] = /^(\S+)((?: \w+=\S*)+) -> (\d+)$/.exec(text) ?? [];
    if (ranUnit !== undefined) {
      steps.push({ kind: 'run', unit: ranUnit, hook: 'exec', facts: {}, code: 0, lines: [] });
    } else if (hookUnit !== undefined) {
      unit = hookUnit;
    } else if (command !== undefined) {
      steps.push({ kind: 'command', text: command });
    } else if (hook !== undefined) {
      steps.push({ kind: 'run', unit, hook, facts: factsOf(facts ?? ''), code: Number(hookCode), lines: [] });
    } else if (ran !== undefined && last?.kind === 'run') {
      line = { text: ran, code: Number(code), out: '', err: '' };
      last.lines.push(line);
    } else if (mark !== undefined && line !== undefined) {
      const end = (said ?? '').endsWith('<no newline>') ? '' : '\n';
      line[mark === '|' ? 'out' : 'err'] += (said ?? '').replace(/<no newline>$/, '') + end;
    }
  }
  return steps;
}

const factsOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/ (\w+)=(\S*)/g)].map(([, name = '', value = '']) => [name, value]));
