// The end of a hook that went well: what it asked for becomes part of the model. Secrets come first and on their own, as in Juju:
// when one of them is refused, those made before it stay, and nothing else of the hook does.
import { JujuError } from '../contract.ts';
import type { Bag, PortRange, Values } from '../state.ts';
import { portsAfter } from './ports.ts';
import { applicationOf, isLeader, type Running, unitOf } from './running.ts';
import { applyPendingSecrets } from './secrets-commit.ts';
import { maxStateBytes } from './tools-state.ts';
import { changed, sameValues } from './values.ts';

/** Returns why nothing was applied (but for secrets), or undefined. */
export const applyPending = (running: Running): string | undefined => {
  if (running.model.units[running.unitName] === undefined) return undefined;
  const failure = applyPendingSecrets(running) ?? whyNot(running);
  if (failure !== undefined) return failure;
  const refused = addStorage(running);
  if (refused !== undefined) return refused;
  applyBags(running);
  const unit = unitOf(running);
  if (running.pending.openPorts.length + running.pending.closePorts.length > 0) unit.ports = portsAfter(running);
  if (running.pending.state) unit.state = running.pending.state;
  return undefined;
};

/** All that the hook asked for, or nothing. */
const addStorage = ({ host, model, pending, unitName }: Running): string | undefined => {
  const before = new Set(Object.keys(model.storage));
  const next = model.counters.storage;
  try {
    for (const { name, count } of pending.storage) host.addStorage(unitName, name, count);
    return undefined;
  } catch (error) {
    if (!(error instanceof JujuError)) throw error;
    for (const id of Object.keys(model.storage)) if (!before.has(id)) delete model.storage[id];
    model.counters.storage = next;
    return error.message;
  }
};

const whyNot = (running: Running): string | undefined => {
  const { pending, applicationName, unitName } = running;
  if (pending.applicationBags.size > 0 && !isLeader(running)) return `"${unitName}" is not leader of "${applicationName}"`;
  const size = Object.entries(pending.state ?? {}).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  if (size > maxStateBytes) return `max allowed size (${maxStateBytes}) exceeded`;
  const unknown = pending.openPorts.find(port => !isEndpoint(running, port));
  return unknown && `open port range: endpoint ${JSON.stringify(unknown.endpoint)} for application "${applicationName}" not found`;
};

const isEndpoint = (running: Running, { endpoint }: PortRange): boolean => {
  if (endpoint === '') return true;
  const charm = running.model.charms[applicationOf(running).charm];
  return charm !== undefined && (Object.hasOwn(charm.endpoints, endpoint) || charm.extraBindings.includes(endpoint));
};

const applyBags = ({ model, pending, unitName, applicationName }: Running): void => {
  for (const [id, changes] of pending.unitBags) change(model.relations[id]?.units[unitName], changes);
  for (const [id, changes] of pending.applicationBags) {
    const relation = model.relations[id];
    if (relation) relation.applications[applicationName] ??= { values: {}, version: 0 };
    change(relation?.applications[applicationName], changes);
  }
};

const change = (bag: Bag | undefined, changes: Values): void => {
  if (bag === undefined) return;
  const values = changed(bag.values, changes);
  if (sameValues(values, bag.values)) return;
  bag.values = values;
  bag.version += 1;
};
