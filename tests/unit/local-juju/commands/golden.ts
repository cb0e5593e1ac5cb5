// The recorded transcripts as data: what Juju printed for a command.
import { readFileSync } from 'node:fs';

export const kit = new URL('../../../conformance/', import.meta.url).pathname;

/** Lines of one use of a command, marks taken off; `nth` counts its uses in the transcript. */
export function recorded(scenario: string, command: string, nth = 0): { out: string; err: string; code: number } {
  const lines = readFileSync(`${kit}golden/${scenario}.txt`, 'utf8').split('\n');
  const starts = lines.flatMap((line, at) => (line === `$ juju ${command}` ? [at] : []));
  const start = starts[nth];
  if (start === undefined) throw new Error(`${scenario} has no command "juju ${command}" number ${nth}`);
  const own: string[] = [];
  for (let at = start + 1; /^[|!=]/.test(lines[at] ?? ''); at++) own.push(lines[at] ?? '');
  const part = (mark: string) =>
    own
      .filter(line => line.startsWith(mark))
      .map(line => `${line.slice(2)}\n`)
      .join('');
  return { out: part('|'), err: part('!'), code: Number(part('=').trim() || '0') };
}

/** Hides what the transcripts hide: ids of operations and tasks, times, checksums. */
export function hidden(text: string): string {
  return text
    .replace(/\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z| ?[+-]\d\d:?\d\d)?( UTC)?/g, '<TIME>')
    .replace(/\b\d\d:\d\d:\d\dZ?\b/g, '<TIME>')
    .replace(/\boperation \d+\b/gi, words => `${words.split(' ')[0]} <OP>`)
    .replace(/\bshow-operation \d+\b/g, 'show-operation <OP>')
    .replace(/\btask \d+\b/g, 'task <TASK>')
    .replace(/\bshow-task \d+\b/g, 'show-task <TASK>')
    .replace(/\bAction id \d+\b/g, 'Action id <TASK>')
    .replace(/("?\bid"?: ?")\d+"/g, '$1<TASK>"')
    .replace(/( - id ")\d+"/g, '$1<TASK>"');
}
