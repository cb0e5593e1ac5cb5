// One dispatch: observe, plan, apply, and again while there is something to do and time is left; then tell Juju.
import { applyHost } from './apply/host.ts';
import { applyJuju } from './apply/juju.ts';
import { applyMongod } from './apply/mongod.ts';
import type { Charm } from './charms/charm.ts';
import type { Context } from './core/context.ts';
import { type Effect, isHostEffect, isJujuEffect, isMongodEffect, type JujuEffect } from './core/effects.ts';
import type { JujuFacts, Observed } from './core/observed.ts';
import { type Plan, together } from './core/plan.ts';
import { type Status, sameStatus, worst } from './core/status.ts';
import { failAction, readParams, setResults } from './juju/action.ts';
import { readContext } from './juju/context.ts';
import * as tools from './juju/tools.ts';
import { rotateLog } from './mongo/index.ts';
import { observeJuju } from './observe/juju.ts';
import { openWorld, type World } from './observe/world.ts';

/** How long a hook may wait, in all, for what is under way. Others apply the plan and leave the rest to a later hook. */
const patienceMs = ({ hook, detaching }: Context): number => (detaching !== undefined ? 60_000 : hook === 'update-status' ? 0 : 20_000);
/** A hook in which nothing has changed for so long ends: what it waits for is not about to come. Longer than an election takes. */
const STAGNANT_MS = 9_000;
const POLL_MS = 150;
/** Rounds in which something may still be done when the time for waiting is over. */
const LAST_ROUNDS = 4;

/** Runs the hook or action that the environment names; answers the exit code. */
export async function dispatch(charm: Charm, env: NodeJS.ProcessEnv): Promise<number> {
  const context = readContext(env, process.cwd());
  try {
    const facts = await observeJuju(tools, context);
    const world = openWorld(context, facts);
    try {
      if (context.action === undefined) await runHook(charm, context, facts, world);
      else await runAction(charm, context.action, facts, world);
    } finally {
      await world.close();
    }
    return 0;
  } catch (error) {
    // Only two things come here: what Juju should try again (an installation that failed), and defects of this charm.
    await tools.jujuLog(
      'ERROR',
      `${context.hook || context.action}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return 1;
  }
}

async function runHook(charm: Charm, context: Context, facts: JujuFacts, world: World): Promise<void> {
  const { plan, done } = await carry(charm, context, facts, world);
  const unit = worst(plan.unit);
  const app = facts.leader && !facts.dying ? worst(plan.app) : undefined;
  const effects: JujuEffect[] = plan.effects.filter(isJujuEffect);
  await applyJuju(tools, facts, [
    ...effects,
    ...statuses(unit, app),
    { do: 'log', level: 'INFO', message: logLine(context, [...done, ...effects], unit) },
  ]);
}

/** Brings the world as far as it goes within the time of this hook. Answers the last plan, and what was done to host and mongod. */
async function carry(charm: Charm, context: Context, facts: JujuFacts, world: World): Promise<{ plan: Plan; done: string[] }> {
  const start = performance.now();
  const done: string[] = [];
  const changedAt = start;
  const before = '';
  const lastRounds = 0;
  for (;;) {
    const now = performance.now();
    const lastChance = now - start >= patienceMs(context) || now - changedAt >= STAGNANT_MS;
    const plan = together(charm.planners.map(planner => planner({ ...seen, lastChance })));
  }
}
