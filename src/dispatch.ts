// One dispatch: observe, plan, apply, and again while there is something to do and time is left; then tell Juju.
import { applyHost } from './apply/host.ts';
import { applyJuju } from './apply/juju.ts';
import { applyMongod } from './apply/mongod.ts';
import type { Outcome } from './apply/outcome.ts';
import type { Charm } from './charms/charm.ts';
import type { Action, View } from './core/action.ts';
import { hostOf, WAKE } from './core/bags.ts';
import type { Context } from './core/context.ts';
import { type Effect, isHostEffect, isJujuEffect, isMongodEffect, type JujuEffect } from './core/effects.ts';
import { isSystemUser } from './core/names.ts';
import type { Failed, JujuFacts, Observed } from './core/observed.ts';
import { type Plan, together } from './core/plan.ts';
import { type Status, sameStatus, status, worst } from './core/status.ts';
import { withoutSecrets } from './core/text.ts';
import { openHost } from './host/host.ts';
import { failAction, readParams, setResults } from './juju/action.ts';
import { readContext } from './juju/context.ts';
import { printDebug, writeLog } from './juju/log.ts';
import * as tools from './juju/tools.ts';
import { helloOf } from './mongo/hello.ts';
import { rotateLog } from './mongo/logs.ts';
import { refusalsAt } from './mongo/refusals.ts';
import { freshFor, mintFresh } from './observe/fresh.ts';
import { observeJuju } from './observe/juju.ts';
import { meetOthers, withUnitsNow } from './observe/peers.ts';
import { withSecretNow } from './observe/secrets.ts';
import { openSessions } from './observe/sessions.ts';
import { openWorld, type World } from './observe/world.ts';
import { mattersWhoGoes } from './plan/others.ts';
import { asObsolete } from './plan/secret.ts';

/** How long a hook may wait, in all, for what is under way. Others apply the plan and leave the rest to a later hook. */
const patienceMs = ({ hook, detaching }: Context): number => (detaching !== undefined ? 60_000 : hook === 'update-status' ? 0 : 20_000);
/** A hook in which nothing has changed for so long ends: what it waits for is not about to come. Longer than an election takes. */
const stagnantMs = ({ detaching }: Context): number => (detaching !== undefined ? 30_000 : 9_000);
/** How long a hook waits for the unit's mongod to stop and start; one with much to recover takes longer. */
const START_MS = 120_000;
/**
 * A hook that will have itself woken looks for so long whether that is needed, which also keeps the hooks from chasing each other: each runs
 * on all units. The more there were in which nothing could be done, the longer.
 */
const REST_MS = 2_000;
const LONGEST_REST_MS = 8_000;
/** Hooks that wake each other before the next is left to update-status: some minutes. */
const MAX_WAKES = 60;
const POLL_MS = 150;
const AGAIN_MS = 1_000;
/** Rounds in which something may still be done when the time for waiting is over. */
const LAST_ROUNDS = 4;

type Dispatch = { readonly charm: Charm; readonly context: Context; readonly facts: JujuFacts; readonly world: World };

/** Runs the hook or action that the environment names; answers the exit code. */
export async function dispatch(charm: Charm, env: NodeJS.ProcessEnv): Promise<number> {
  let context: Context;
  try {
    context = readContext(env);
  } catch (error) {
    console.error((error as Error).message); // somebody runs the charm by hand
    return 1;
  }
  try {
    const host = openHost(context.root);
    const sessions = openSessions(host);
    try {
      const facts = await observeJuju(tools, context, charm.endpoints, secret => {
        sessions.beginEarly(charm.runsMongod ? secret : undefined).catch(() => {}); // what fails is tried again when it is needed
      });
      const fresh = mintFresh(facts.secret?.keyFile, facts.clients.map(freshFor));
      const world = openWorld({ context, facts, fresh, host, sessions, runsMongod: charm.runsMongod });
      const run = { charm, context, facts, world };
      return await (context.action === undefined ? runHook(run) : runAction(run, context.action));
    } finally {
      await sessions.close();
    }
  } catch (error) {
    // Only two kinds come here: what Juju should try again (an installation that failed), and defects of this charm.
    const line = { level: 'ERROR', message: context.hook || context.action || 'no hook', error } as const;
    await writeLog(tools, [line]).catch(() => console.error(withoutSecrets(error instanceof Error ? `${error.stack}` : String(error))));
    return 1;
  }
}

async function runHook(run: Dispatch): Promise<number> {
  const { facts } = run;
  const { plan, done, seen, logged, shown } = await carry(run);
  const unit = worst(plan.unit);
  if (plan.hold.length > 0) return stay(run, plan, shown);
  const effects: JujuEffect[] = [...plan.effects.filter(isJujuEffect), ...(plan.wake ? awake(run, seen, done.length > 0) : [])];
  const line = logLine(seen, [...done, ...effects.map(nameOf)], unit);
  const now = { ...facts, unitStatus: shown };
  const told = statuses(now, plan, unit);
  if (done.length + logged.length + effects.length + told.length === 0) printDebug(line);
  else await applyJuju(tools, now, [...logged, ...effects, ...told, { do: 'log', level: 'INFO', message: line }]);
  return 0;
}

/** Juju has no other way to keep a unit: the hook fails, and is run again after a while. */
async function stay({ context, facts }: Dispatch, { hold }: Plan, shown: Status): Promise<number> {
  const unit = status.held(hold.join('; '));
  const line: JujuEffect = { do: 'log', level: 'WARNING', message: `${context.hook}: ${unit.message}; Juju tries again` };
  await applyJuju(tools, { ...facts, unitStatus: shown }, [{ do: 'set-status', scope: 'unit', status: unit }, line]);
  return 1;
}

/**
 * Juju sends the leader an event for its own write to the peers' databag, if it differs from the last. After many in a row in which
 * nothing could be done, the next is left to Juju's own update-status. Juju tells of such a write before it tells how other units have
 * changed: a leader that sees no primary, which may be because they have new addresses, would never hear of them.
 */
function awake(run: Dispatch, { mongod }: Observed, progressed: boolean): readonly JujuEffect[] {
  const { facts, world } = run;
  if (mongod.kind !== 'member' || mongod.set.primary === undefined) return [];
  const before = wakesBefore(run);
  const count = before === undefined || progressed ? 0 : before + 1;
  return facts.leader && count <= MAX_WAKES ? [{ do: 'set-peer-app', values: { [WAKE]: `${count} ${world.token}` } }] : [];
}

/** How many hooks in which nothing could be done have woken each other before this one; undefined where none has woken it. */
const wakesBefore = ({ charm, context, facts }: Dispatch): number | undefined =>
  context.hook === `${charm.endpoints.peers}-relation-changed` ? Number(facts.peers?.app[WAKE]?.split(' ')[0]) || 0 : undefined;

type Carried = {
  /** The last plan, and what it was made from. */
  readonly plan: Plan;
  readonly seen: Observed;
  /** What was done to host and mongod, in words. */
  readonly done: readonly string[];
  /** What earlier plans wanted told: the last one no longer says it. */
  readonly logged: readonly JujuEffect[];
  /** The unit's status that Juju shows by now. */
  readonly shown: Status;
};

/** Brings the world as far as it goes within the time of this hook. */
async function carry(run: Dispatch): Promise<Carried> {
  const { charm, context, facts, world } = run;
  const budget = openBudget(context);
  const done: string[] = [];
  const logged: JujuEffect[] = [];
  let shown = facts.unitStatus;
  let before = '';
  let repeats = 0;
  let lastRounds = 0;
  let failed: readonly Failed[] = [];
  const restMs = Math.min(REST_MS * (1 + (wakesBefore(run) ?? 0)), LONGEST_REST_MS);
  let restUntil = Number.POSITIVE_INFINITY;
  const asked = new Set<Question>();
  let left = false;
  let started = false;
  for (;;) {
    const roundAt = performance.now();
    const late = budget.isExhausted();
    const seen = await look(run, { lastChance: late, failed, left, started });
    const plan = planned(charm, seen);
    const outward = plan.effects.filter(effect => !isJujuEffect(effect));
    const question = QUESTIONS.find(one => !asked.has(one) && outward.some(effect => one.isBefore(effect, seen)));
    if (question !== undefined) {
      asked.add(question);
      world.learn(await question.ask(tools, context, seen.juju));
      continue;
    }
    const picture = JSON.stringify([outward, plan.unit, plan.app]);
    const again = picture === before;
    repeats = again ? repeats + 1 : 0;
    const finished = !plan.pending && (outward.length === 0 || (again && plan.wake));
    if (finished && plan.wake) restUntil = Math.min(restUntil, performance.now() + restMs);
    const rested = !plan.wake || late || performance.now() >= restUntil;
    const starting = plan.starting && budget.allowsStart();
    const over = late && !starting;
    if ((finished && rested) || (over && (outward.length === 0 || lastRounds === LAST_ROUNDS))) return { plan, seen, done, logged, shown };
    if (over) lastRounds += 1;
    if (!again) budget.changed();
    before = picture;
    for (const effect of plan.effects)
      if (effect.do === 'log' && !logged.some(told => told.do === 'log' && told.message === effect.message)) logged.push(effect);
    if (plan.hold.length > 0 || outward.some(effect => effect.do === 'install-snap'))
      shown = await announce(facts, shown, worst(plan.unit));
    failed = await applyOutward(world, outward, done, budget);
    started ||= failed.length === 0 && outward.some(startsMongod);
    left ||= failed.length === 0 && outward.some(effect => leavesTheSet(effect, seen));
    // What was done and is due again at once, such as the start of a mongod that ends as soon as it runs, is done less and less often.
    const calm = finished ? AGAIN_MS : POLL_MS;
    const pauseMs = outward.length === 0 ? calm : again || failed.length > 0 ? Math.min(AGAIN_MS, POLL_MS * 2 ** repeats) : 0;
    if (pauseMs > 0) await new Promise(wake => setTimeout(wake, pauseMs));
    if (starting) budget.spentOnStart(performance.now() - roundAt);
  }
}

type Budget = {
  isExhausted(): boolean;
  /** There is something else to do, or to show: the time without progress begins anew. */
  changed(): void;
  applied(effect: Effect, tookMs: number): void;
  /** A start may still be waited for. */
  allowsStart(): boolean;
  spentOnStart(ms: number): void;
};

/**
 * How long a hook goes on. Only waiting counts: what is applied takes the time that it takes, the first time in a hook; and a start of the
 * unit's mongod is waited for beside the rest, up to its own bound.
 *
 * So a rolling restart needs no event but those of databags. mongod takes 15 s to end and some more to come back. Its hook sees both, and
 * its databag then tells the next unit. Were the hook over before, nothing would call the unit again but update-status: Juju runs no hook
 * for a mongod that answers. A hook that is killed meanwhile is run again by Juju, finds the same, and waits in its place.
 */
function openBudget(context: Context): Budget {
  const begin = performance.now();
  const applied = new Set<Effect['do']>();
  let uncountedMs = 0;
  let startMs = 0;
  const counted = (): number => performance.now() - begin - uncountedMs;
  let changedAt = counted();
  return {
    isExhausted: () => counted() >= patienceMs(context) || counted() - changedAt >= stagnantMs(context),
    changed: () => {
      changedAt = counted();
    },
    applied: (effect, tookMs) => {
      if (!applied.has(effect.do)) uncountedMs += tookMs;
      applied.add(effect.do);
    },
    allowsStart: () => startMs < START_MS,
    spentOnStart: ms => {
      startMs += ms;
      uncountedMs += ms;
    },
  };
}

/** Once more with the other units, if they matter now and have not been asked for before. */
async function look({ charm, context, world }: Dispatch, round: Parameters<World['observe']>[0]): Promise<Observed> {
  const seen = await world.observe(round);
  if (seen.juju.peers?.othersUnread === undefined || !charm.needsOthers(seen)) return seen;
  world.learn(await meetOthers(tools, context, seen.juju, mattersWhoGoes(seen)));
  return world.observe(round);
}

const planned = (charm: Charm, seen: Observed): Plan => asObsolete(together(charm.planners.map(planner => planner(seen))), seen);

/** In their order, up to the first that fails: what comes after it may rest on it. */
async function applyOutward(world: World, effects: readonly Effect[], done: string[], budget?: Budget): Promise<readonly Failed[]> {
  for (const effect of effects) {
    const begin = performance.now();
    const outcome = await applyOne(world, effect);
    if (outcome.ok) budget?.applied(effect, performance.now() - begin);
    const text = outcome.ok ? nameOf(effect) : `${nameOf(effect)} failed: ${outcome.reason}`;
    if (done.at(-1) !== text) done.push(text); // one that is tried again and again is told once
    if (!outcome.ok) return [{ ...outcome, effect: effect.do, of: objectOf(effect) }];
  }
  return [];
}

async function applyOne(world: World, effect: Effect): Promise<Outcome> {
  if (isHostEffect(effect))
    return applyHost(world.host, effect, async of => rotateLog(await (of === 'mongod' ? world.mongo().own() : world.router())));
  return isMongodEffect(effect) ? applyMongod(world.mongo(), effect, world.router) : { ok: true };
}

/** An installation takes long enough for an operator to wonder, and so does a unit that does not go. */
async function announce(facts: JujuFacts, shown: Status, unit: Status): Promise<Status> {
  await applyJuju(tools, { ...facts, unitStatus: shown }, [{ do: 'set-status', scope: 'unit', status: unit }]);
  return unit;
}

/** Those that Juju does not show yet. */
function statuses({ leader, dying, unitStatus, appStatus }: JujuFacts, plan: Plan, unit: Status): readonly JujuEffect[] {
  const ofUnit: readonly JujuEffect[] = sameStatus(unitStatus, unit) ? [] : [{ do: 'set-status', scope: 'unit', status: unit }];
  const app = worst(plan.app);
  return !leader || dying || sameStatus(appStatus, app) ? ofUnit : [...ofUnit, { do: 'set-status', scope: 'application', status: app }];
}

const nameOf = (effect: Effect): string => `${effect.do} ${objectOf(effect)}`.trimEnd();

/** What the effect is done to, where there is more than one of its kind. */
const objectOf = (effect: Effect): string =>
  effect.do === 'set-user' ? effect.user.name : 'name' in effect ? effect.name : 'database' in effect ? effect.database : '';

function logLine({ context, mongod }: Observed, done: readonly string[], unit: Status): string {
  const shown = unit.message === '' ? unit.level : `${unit.level} (${unit.message})`;
  const reason = mongod.kind === 'member' ? mongod.problem : mongod.kind === 'silent' || mongod.kind === 'locked' ? mongod.reason : '';
  const why = reason ? `; mongod: ${reason}` : '';
  return `${context.hook}: ${done.length === 0 ? 'nothing to do' : done.join(', ')}; ${shown}${why}`;
}

async function runAction(run: Dispatch, name: string): Promise<number> {
  await answerAction(run, name);
  return 0;
}

async function answerAction(run: Dispatch, name: string): Promise<void> {
  const action = run.charm.actions[name];
  if (action === undefined) return failAction(`this charm has no action ${name}`);
  const seen = await run.world.observe({ lastChance: false, failed: [] });
  const answer = action.answer(seen, await readParams(), await viewsFor(action, seen, run.world));
  if ('refused' in answer) return failAction(answer.refused);
  for (const [at, effect] of answer.effects.entries()) {
    const outcome = await applyOne(run.world, effect);
    if (outcome.ok) continue;
    // What was done before is told all the same: the next hook would otherwise have to do it again.
    const told = answer.effects.slice(0, at).filter(isJujuEffect);
    await applyJuju(tools, run.facts, told);
    const changed = told.length === 0 ? 'nothing was changed' : `only a part was changed, up to ${objectOf(effect)}`;
    const state = (await putBack(run)) ? changed : 'MongoDB may have made the change, which the next hook undoes';
    return failAction(`${state}: ${outcome.reason}; try again`);
  }
  try {
    await applyJuju(tools, run.facts, answer.effects.filter(isJujuEffect));
    await setResults(answer.results);
  } catch (error) {
    await putBack(run);
    throw error;
  }
}

/**
 * MongoDB may have done what an action then could not bring to its end, as when an answer is lost on its way. Any hook makes the charm's
 * own users agree with what Juju keeps, but the next may be minutes away. Answers whether they are known to agree.
 */
async function putBack({ charm, world }: Dispatch): Promise<boolean> {
  const seen = await world.observe({ lastChance: true, failed: [] });
  if (seen.mongod.kind !== 'member' || seen.mongod.primary === undefined) return false;
  const users = planned(charm, seen).effects.filter(setsSystemUser);
  return (await applyOutward(world, users, [])).length === 0;
}

async function viewsFor(action: Action, seen: Observed, world: World): Promise<readonly View[]> {
  if (!action.asksMembers) return [];
  const set = seen.mongod.kind === 'member' || seen.mongod.kind === 'outside' ? seen.mongod.set.members.map(member => member.host) : [];
  const units = [...(seen.juju.peers?.units.values() ?? [])].map(unit => hostOf(unit.address));
  const { config } = seen.juju;
  const isRestricted = config.valid && config.config['client-networks'] === 'units';
  const viewOf = async (host: string): Promise<View> => {
    const view = await helloOf(world.mongo(), host);
    return isRestricted && view.state !== 'silent' ? { ...view, refused: await refusalsAt(world.mongo(), host) } : view;
  };
  return Promise.all([...new Set([...units, ...set])].map(viewOf));
}

const startsMongod = (effect: Effect): boolean => effect.do === 'start-mongod' || effect.do === 'restart-mongod';

const setsSystemUser = (effect: Effect): boolean => effect.do === 'set-user' && isSystemUser(effect.user.name);

const leavesTheSet = (effect: Effect, { juju }: Observed): boolean =>
  effect.do === 'reconfigure' && juju.dying && !effect.members.some(({ host }) => host === hostOf(juju.address));

const removesMembers = (effect: Effect, { juju, mongod }: Observed): boolean =>
  effect.do === 'reconfigure' &&
  !juju.dying &&
  'primary' in mongod &&
  mongod.primary !== undefined &&
  effect.members.length < mongod.primary.set.members.length;

type Question = {
  readonly isBefore: (effect: Effect, seen: Observed) => boolean;
  readonly ask: typeof withSecretNow;
};

/** What is asked of Juju once more, once in a hook, before it is acted on: another unit may have led since the hook began. */
const QUESTIONS: readonly Question[] = [
  { isBefore: setsSystemUser, ask: withSecretNow },
  { isBefore: removesMembers, ask: withUnitsNow },
];
