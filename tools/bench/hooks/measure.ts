// The runs themselves: peers and our hooks one after the other, round after round, so that what the computer does meanwhile meets all alike.
import { delimiter, join } from 'node:path';
import type { Cost, Program } from '../measure/program.ts';
import { countProcesses, timeProgram } from '../measure/program.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import { type Hook, lifecycle } from './scenarios.ts';
import type { Stand, ToolCall } from './stand.ts';

/** Something that can be run again and again. */
export type Subject = { name: string; time(): Promise<Cost & Calls>; count(): Promise<number> };
type Calls = { calls: readonly ToolCall[] };
export type Figures = {
  wallMs: Spread;
  cpuMs: Spread;
  rssMiB: Spread;
  /** Processes that were started by the program or its descendants, counted in a run of its own. */
  spawned: number;
  /** Hook tools by name: the median of the runs. */
  calls: Record<string, number>;
  toolCalls: number;
  /** Medians, ms from the start: the first call of a tool, the answer to the last that reads, the first that writes, the end. */
  phases?: Phases;
};
export type Phases = { firstCall: number; lastRead: number; firstWrite: number; end: number };

/**
 * @param say is told of each round. @returns figures of each subject, in their order. @throws when one of them fails.
 */
export const measureAll = async (subjects: readonly Subject[], runs: number, say: (text: string) => void): Promise<Figures[]> => {
  const spawned: number[] = [];
  // The first run of each is not timed: it also brings files into memory.
  for (const subject of subjects) spawned.push(await subject.count());
  const costs = subjects.map((): (Cost & Calls)[] => []);
  for (let round = 1; round <= runs; round += 1) {
    say(`round ${round} of ${runs}`);
    for (const [at, subject] of subjects.entries()) costs[at]!.push(await subject.time());
  }
  return costs.map((of, at) => figuresOf(of, spawned[at]!));
};

export const hookSubject = (stand: Stand, name: string, unit: string, hook: Hook, python: string): Subject => {
  const run = async <Ended extends { code: number; output: string }>(measure: (program: Program) => Promise<Ended>) => {
    await hook.prepare?.(stand.model);
    const ran = await stand.run(unit, hook.info, measure);
    const wrong = await hook.check(ran, stand.model);
    if (wrong !== undefined) throw new Error(`${name}: ${wrong}`);
    return ran;
  };
  return {
    name,
    time: () => run(program => timeProgram(python, program)),
    count: async () => (await run(program => countProcesses(python, program))).processes - 1,
  };
};

/** One call of a hook tool by itself. */
export const toolSubject = (stand: Stand, unit: string, python: string): Subject => {
  const tool = (program: Program): Program => ({ ...program, command: join(program.env.PATH!.split(delimiter)[0]!, 'is-leader') });
  return {
    name: 'one call of a hook tool',
    time: () => stand.run(unit, lifecycle('update-status'), program => timeProgram(python, tool(program))),
    count: async () => (await stand.run(unit, lifecycle('update-status'), program => countProcesses(python, tool(program)))).processes - 1,
  };
};

export const programSubject = (name: string, program: Program, python: string): Subject => {
  const checked = <Ended extends { code: number; output: string }>(ended: Ended): Ended => {
    if (ended.code !== 0) throw new Error(`${name} failed: ${ended.output}`);
    return ended;
  };
  return {
    name,
    time: async () => ({ ...checked(await timeProgram(python, program)), calls: [] }),
    count: async () => checked(await countProcesses(python, program)).processes - 1,
  };
};

const figuresOf = (costs: readonly (Cost & Calls)[], spawned: number): Figures => {
  const tools = [...new Set(costs.flatMap(({ calls }) => calls.map(({ tool }) => tool)))].sort();
  const count = (of: Calls, tool: string) => of.calls.filter(call => call.tool === tool).length;
  const phases = phasesOf(costs);
  return {
    wallMs: spreadOf(costs.map(({ wallMs }) => wallMs)),
    cpuMs: spreadOf(costs.map(({ cpuMs }) => cpuMs)),
    rssMiB: spreadOf(costs.map(({ rssMiB }) => rssMiB)),
    spawned,
    calls: Object.fromEntries(tools.map(tool => [tool, spreadOf(costs.map(one => count(one, tool))).median])),
    toolCalls: spreadOf(costs.map(({ calls }) => calls.length)).median,
    ...(phases === undefined ? {} : { phases }),
  };
};

/** Where the time goes, as the server of the hook tools saw it. Nothing for what calls none. */
const phasesOf = (costs: readonly (Cost & Calls)[]): Phases | undefined => {
  if (costs.some(({ calls }) => calls.length === 0)) return undefined;
  const median = (of: (cost: Cost & Calls) => number) => spreadOf(costs.map(of)).median;
  const reads = ({ calls }: Calls) => calls.filter(({ tool }) => isRead(tool)).map(({ untilMs }) => untilMs);
  const writes = ({ calls }: Calls) => calls.filter(({ tool }) => !isRead(tool)).map(({ fromMs }) => fromMs);
  return {
    firstCall: median(({ begunMs, calls }) => Math.min(...calls.map(({ fromMs }) => fromMs)) - begunMs),
    lastRead: median(cost => Math.max(cost.begunMs, ...reads(cost)) - cost.begunMs),
    firstWrite: median(cost => Math.min(cost.begunMs + cost.wallMs, ...writes(cost)) - cost.begunMs),
    end: median(({ wallMs }) => wallMs),
  };
};

const isRead = (tool: string): boolean => /^(is-leader|goal-state|opened-ports|secret-ids|secret-info-get)$|-(get|ids|list)$/.test(tool);
