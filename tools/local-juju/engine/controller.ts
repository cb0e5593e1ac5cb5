// All models of one data folder, and which of them is the client's current one.
import { randomInt, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Controller, JujuError } from '../contract.ts';
import type { Log } from '../log.ts';
import type { Model } from '../state.ts';
import { readJson, removeTree, writeWhole } from './files.ts';
import { linkModels } from './link-models.ts';
import { type Neighbours, type OwnedModel, openModel, type Wiring } from './live-model.ts';
import { setModelConfig } from './model-config.ts';
import { checkModelName } from './names.ts';

export type OwnedController = Controller & {
  /** How many hooks, actions and commands run in all models. */
  running(): number;
  /** Lets go of all models; their services run on. */
  release(): Promise<void>;
  /** Ends every process of all models. */
  erase(): Promise<void>;
};
type Remembered = { current?: string };

const networkTries = 30;

/**
 * Opens the models that the data folder holds.
 * @param log is told when one of them cannot be opened.
 * @param removed called after each model that has gone.
 */
export const openController = async (dataFolder: string, wiring: Wiring, log: Log, removed: () => void): Promise<OwnedController> => {
  const file = join(dataFolder, 'controller.json');
  const models = new Map<string, OwnedModel>();
  const broken: string[] = [];
  let { current } = readJson<Remembered>(file) ?? {};
  const remember = (name: string | undefined): void => {
    current = name;
    if (name === undefined) rmSync(file, { force: true });
    else writeWhole(file, JSON.stringify({ current: name }));
  };

  let opened = false;
  const neighbours: Neighbours = {
    link: () => {
      // A model that is not open yet, or cannot be opened, is not gone.
      if (!opened) return;
      const live = [...models.values()].filter(({ state }) => state.life !== 'dead');
      const states = live.map(({ state }) => state);
      const changed = linkModels(states, broken.length === 0, new Date().toISOString());
      for (const model of live) if (changed.has(model.state)) model.changed();
    },
    find: uuid => [...models.values()].find(({ state }) => state.uuid === uuid && state.life !== 'dead'),
  };

  for (const folder of modelFolders(dataFolder)) {
    try {
      const state = readJson<Model>(join(folder, 'model.json'));
      if (state) models.set(state.name, await openModel(withAllParts(state), folder, wiring, true, neighbours));
    } catch (error) {
      broken.push(`${folder}: ${(error as Error).message}`);
      log.error(error, `cannot open the model in ${folder}`);
    }
  }

  opened = true;
  neighbours.link();

  const find = (name: string): OwnedModel => {
    const found = models.get(name);
    if (found !== undefined) return found;
    const reasons = broken.map(reason => `\ncannot open the model in ${reason}`).join('');
    throw new JujuError(`model local:admin/${name} not found${reasons}`);
  };

  const take = async (live: OwnedModel): Promise<void> => {
    const { name } = live.state;
    await live.erase();
    if (models.get(name) !== live) return;
    models.delete(name);
    if (current === name) remember(undefined);
    removed();
  };
  const destroyModel: Controller['destroyModel'] = async (name, options, progress) => {
    const live = find(name);
    const { state } = live;
    progress('Destroying model');
    live.beginEnd();
    for (const offer of Object.keys(state.offers)) live.removeOffer(offer, true);
    for (const application of Object.keys(state.applications)) live.removeApplication(application, options);
    const finished = await emptied(live, options.force ? (options.timeoutMs ?? 60_000) : options.timeoutMs, progress);
    if (!finished && !options.force) throw new JujuError(`timed out waiting for model "${name}" to be destroyed: ${left(state)} left`);
    await take(live);
    progress('Model destroyed');
  };

  // An earlier background process was ended while it took these down.
  for (const live of [...models.values()]) {
    if (live.state.life === 'dead') await take(live);
    else if (live.state.life === 'dying') {
      const options = { force: false, destroyStorage: true };
      destroyModel(live.state.name, options, () => undefined).catch((error: Error) =>
        log.error(error, `cannot take down ${live.state.name}`),
      );
    }
  }

  return {
    name: 'local',
    toolHelp: wiring.toolHelp,
    models: () => [...models.values()],
    model: find,
    current: () => (current !== undefined && models.has(current) ? current : undefined),
    switchTo: name => remember(find(name).state.name),
    addModel: async (name, config) => {
      checkModelName(name);
      if (models.has(name)) throw new JujuError(`failed to create new model: model "${name}" for admin already exists (already exists)`);
      const live = await makeModel(dataFolder, name, config, wiring, neighbours);
      models.set(name, live);
      remember(name);
      return live;
    },
    destroyModel,
    running: () => [...models.values()].reduce((sum, live) => sum + live.running(), 0),
    erase: async () => {
      await Promise.allSettled([...models.values()].map(live => live.erase()));
    },
    release: async () => {
      await Promise.all([...models.values()].map(live => live.release()));
    },
  };
};

/** @returns folders that hold a model. What a crash left of a removed one is cleared away. */
const modelFolders = (dataFolder: string): string[] =>
  readdirSync(dataFolder, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && /^[0-9a-f]{5}$/.test(entry.name))
    .map(entry => join(dataFolder, entry.name))
    .filter(folder => {
      const there = existsSync(join(folder, 'model.json'));
      if (!there) removeTree(folder);
      return there;
    });

const makeModel = async (
  dataFolder: string,
  name: string,
  config: Record<string, string>,
  wiring: Wiring,
  neighbours: Neighbours,
): Promise<OwnedModel> => {
  let refusal: Error | undefined;
  for (let tries = 0; tries < networkTries; tries += 1) {
    const uuid = randomUUID();
    const folder = join(dataFolder, uuid.slice(0, 5));
    if (existsSync(folder)) continue;
    const state = newModel(name, uuid, `127.${randomInt(16, 255)}.${randomInt(0, 256)}`);
    setModelConfig(state, config, [], state.created);
    try {
      return await openModel(state, folder, wiring, false, neighbours);
    } catch (error) {
      refusal = error as Error;
      removeTree(folder);
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') break;
    }
  }
  throw new JujuError(`cannot make a network for model "${name}": ${refusal?.message ?? 'no folder is free'}`);
};

/** A model that was saved before models could be related has no such parts. */
const withAllParts = (state: Partial<Model>): Model => ({ offers: {}, remoteApplications: {}, remoteSecrets: {}, ...state }) as Model;

/** A model without anything in it. @param network the first three bytes of its loopback network. */
export const newModel = (name: string, uuid: string, network: string): Model => ({
  format: 1,
  name,
  uuid,
  network,
  life: 'alive',
  created: new Date().toISOString(),
  config: {},
  counters: { machine: 0, relation: 0, operation: 0, storage: 0, host: 0 },
  unitCounters: {},
  charmCounters: {},
  charms: {},
  applications: {},
  units: {},
  machines: {},
  relations: {},
  offers: {},
  remoteApplications: {},
  secrets: {},
  remoteSecrets: {},
  storage: {},
  operations: {},
  tasks: {},
});

/** Waits until the hooks of the removal have run. @returns false when the time is over. */
const emptied = async (live: OwnedModel, timeoutMs: number | undefined, progress: (text: string) => void): Promise<boolean> => {
  const { state } = live;
  const patience = timeoutMs === undefined ? new AbortController().signal : AbortSignal.timeout(timeoutMs);
  if (timeoutMs === 0) return false;
  let said = '';
  while (Object.keys(state.applications).length > 0 || Object.keys(state.units).length > 0) {
    if (patience.aborted) return false;
    const text = `Waiting for model to be removed, ${left(state)}...\n${stuck(state)}`;
    if (text !== said) progress(text);
    said = text;
    await live.nextChange(patience);
  }
  return true;
};

/** What a person has to do something about. */
const stuck = (state: Model): string =>
  Object.values(state.units)
    .filter(unit => unit.agentError !== undefined)
    .map(
      ({ name, agentError }) =>
        `  ${name} is in error (${agentError?.message}): see "juju debug-log"; "juju resolved ${name}" lets it go on\n`,
    )
    .join('');

const left = (state: Model): string => {
  const count = (things: object, word: string) => {
    const number = Object.keys(things).length;
    return number === 0 ? [] : [`${number} ${word}(s)`];
  };
  return [...count(state.machines, 'machine'), ...count(state.applications, 'application')].join(', ') || 'nothing';
};
