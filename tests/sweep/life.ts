// The life of a cluster, step by step, under a plan of the trap. After each step the trap is off, and all that was promised is looked at.
import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Count } from '../integration/sharding/world.ts';
import { runAction, type TaskJson } from '../support/client.ts';
import { openModel, type TestModel } from '../support/model.ts';
import { makeTestFolder } from '../support/run-folder.ts';
import { allUnits, type StatusJson, settled } from '../support/status.ts';
import { trapped } from './charm.ts';
import { type Plan, readTold, setPlan, type Told } from './plan.ts';

export type World = {
  readonly model: TestModel;
  /** Folders of the charms that the trap is in. */
  readonly charms: Readonly<Record<'mongodb' | 'mongos', string>>;
  /** Writes all along, once there is somebody to write as. */
  writer?: Count;
  /** Ends it. @throws when a write that was acknowledged is not there. */
  endWriter(): Promise<void>;
  /** Waits for it, and has a hook that failed run again at once, as Juju would do a little later. */
  until(what: string, condition: (status: StatusJson) => boolean | Promise<boolean>): Promise<void>;
  /** Runs an action, again whenever the charm was killed in it. @returns the task that came to its end. @throws when it was refused. */
  act(unit: string, action: string, ...parameters: string[]): Promise<TaskJson>;
};

export type Step = {
  readonly name: string;
  /** Does it, and waits until all is well. */
  go(world: World): Promise<void>;
  /** Looks at what was promised. @returns what must be the same in every life. @throws when a promise is broken. */
  check(world: World): Promise<unknown>;
};
export type Life = { readonly name: string; readonly mongos: boolean; readonly steps: readonly Step[] };

export type Result = {
  readonly told: readonly Told[];
  /** By step, what is to be the same in every life. */
  readonly pictures: Readonly<Record<string, string>>;
  readonly failure?: { readonly step: string; readonly why: string };
  /** Units that were seen in error, and at what. */
  readonly errors: readonly string[];
  readonly seconds: number;
};

export type Options = {
  /** Of each wait, in which the trap did nothing new. */
  readonly limitMs: number;
  readonly say: (line: string) => void;
  /** The pictures of a life without a crash. */
  readonly wanted?: Result['pictures'];
  /** The life ends after so many steps. */
  readonly steps?: number;
  /** Name of the step with which the plan begins; until then the trap only counts. */
  readonly from?: string;
};

export async function live(
  life: Life,
  plan: Plan,
  { limitMs, say, wanted = {}, steps = life.steps.length, from }: Options,
): Promise<Result> {
  const place = await makeTestFolder('sw-');
  const began = Date.now();
  const pictures: Record<string, string> = {};
  const errors: string[] = [];
  let failure: Result['failure'];
  let reached = from === undefined;
  await setPlan(place, '', { mode: 'none' });
  const charms = { mongodb: await trapped('mongodb', place), mongos: life.mongos ? await trapped('mongos', place) : '' };
  const model = await openModel();
  const world = openWorld(model, charms, { place, limitMs, say, errors });
  try {
    await model.juju('model-config', `update-status-hook-interval=${plan.mode === 'every' ? '90s' : '20s'}`);
    for (const step of life.steps.slice(0, steps)) {
      const started = Date.now();
      reached ||= step.name === from;
      try {
        await setPlan(place, step.name, reached ? plan : { mode: 'count' });
        await step.go(world);
        await setPlan(place, step.name, { mode: 'none' });
        // A hook that nobody has asked for, such as `update-status`, may just have been hit.
        await world.until('what was under way to end', settled);
        pictures[step.name] = JSON.stringify(await step.check(world), undefined, 1);
        await keepsOn(world);
        const expected = wanted[step.name];
        if (expected !== undefined && expected !== pictures[step.name])
          throw new Error(`it is not as without a crash: ${differences(expected, pictures[step.name] ?? '')}`);
      } catch (error) {
        failure = {
          step: step.name,
          why: `${(error as Error).message}\n${await storyOf(model)}\nthe writer: ${world.writer?.doing() ?? 'none'}`,
        };
      }
      const mine = (await readTold(place)).filter(one => one.step === step.name);
      say(
        `  ${step.name.padEnd(34)} ${inWords(mine)}, ${Math.round((Date.now() - started) / 1000)} s${failure === undefined ? '' : '  FAILED'}`,
      );
      if (failure !== undefined) break;
    }
    if (failure === undefined)
      await world.endWriter().catch((error: Error) => {
        failure = { step: 'the end', why: error.message };
      });
    return {
      told: await readTold(place),
      pictures,
      errors,
      seconds: (Date.now() - began) / 1000,
      ...(failure === undefined ? {} : { failure }),
    };
  } finally {
    await setPlan(place, '', { mode: 'none' });
    await Promise.race([world.writer?.end().catch(() => undefined), pause(30_000)]);
    await model.close();
    await rm(place, { recursive: true, force: true });
  }
}

function openWorld(
  model: TestModel,
  charms: World['charms'],
  { place, limitMs, say, errors }: Pick<Options, 'limitMs' | 'say'> & { place: string; errors: string[] },
): World {
  const resolve = async (status: StatusJson): Promise<void> => {
    for (const [name, unit] of Object.entries(allUnits(status))) {
      const { current, message } = unit['workload-status'];
      if (current !== 'error') continue;
      errors.push(`${name}: ${message}`);
      await model.tryJuju('resolved', name);
    }
  };
  const struck = async (): Promise<number> => (await readTold(place)).filter(({ did }) => did !== 'end').length;
  const world: World = {
    model,
    charms,
    until: async (what, condition) => {
      const wait = async (status: StatusJson): Promise<boolean> => {
        await resolve(status);
        return condition(status);
      };
      for (;;) {
        const before = await struck();
        try {
          return void (await model.waitFor(what, wait, { limitMs, everyMs: 400 }));
        } catch (error) {
          // As long as the charm is being killed at new points, it gets on.
          if (!/^waited /.test((error as Error).message) || (await struck()) === before) throw error;
        }
      }
    },
    act: async (unit, action, ...parameters) => {
      for (let run = 0; run < 300; run += 1) {
        const [task] = Object.values(await runAction(model, unit, action, ...parameters));
        if (task?.status === 'completed') return task;
        if (!/^(terminated|.*connection is shut down|.*try again.*|creating secrets.*|exit status 1)$/s.test(task?.message ?? ''))
          throw new Error(`${action} says ${JSON.stringify(task)}`);
        await pause(task?.message === 'terminated' ? 0 : 500);
      }
      throw new Error(`${action} does not come to an end`);
    },
    endWriter: async () => {
      if (world.writer === undefined) return;
      const { acknowledged, lost } = await world.writer.end();
      delete world.writer;
      if (lost > 0) throw new Error(`${lost} of ${acknowledged} acknowledged writes are lost`);
      say(`  ${acknowledged} writes acknowledged, none lost`);
    },
  };
  return world;
}

/** A client that writes all along goes on after what was done. */
async function keepsOn({ model, writer }: World): Promise<void> {
  if (writer === undefined) return;
  const then = writer.acknowledged();
  await model.waitFor('the writer to go on', () => writer.acknowledged() > then + 2);
}

const storyOf = (model: TestModel): Promise<string> => model.story().catch(error => `nothing can be told of the model: ${error}`);

export function inWords(told: readonly Told[]): string {
  const kills = told.filter(one => one.did === 'kill').length;
  const ended = told.filter(one => one.did === 'end');
  const points = ended.reduce((sum, one) => sum + (one.points ?? 0), 0);
  const struck = told.length - kills - ended.length;
  return `${ended.length} dispatches with ${points} points, ${kills} kills${struck > 0 ? `, ${struck} faults` : ''}`;
}

function differences(expected: string, found: string): string {
  const [before, after] = [expected.split('\n'), found.split('\n')];
  return [
    ...before.filter(line => !after.includes(line)).map(line => `-${line}`),
    ...after.filter(line => !before.includes(line)).map(line => `+${line}`),
  ].join('\n');
}
