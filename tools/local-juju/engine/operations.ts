// The changes that commands can make to a model: each is checked, applied and saved, or refused with Juju's text.
import { JujuError, type LiveModel } from '../contract.ts';
import type { Model } from '../state.ts';
import { addUnits, deploy, type Place, refresh } from './deploy.ts';
import { setModelConfig } from './model-config.ts';
import { consume, offer, removeOffer, removeRemoteApplication, setSuspended } from './offers.ts';
import { changeConfig, parseOptions } from './options.ts';
import { passTime } from './pass-time.ts';
import { integrate, removeRelation } from './relations.ts';
import { addStorage, attachStorage, detachStorage, removeStorage } from './storage.ts';
import { cancelTask, enqueue } from './tasks.ts';
import { destroyApplication, destroyUnit } from './units.ts';
import { addSecret, grantSecret, removeSecret, updateSecret } from './user-secrets.ts';

export type Operations = Pick<
  LiveModel,
  | 'deploy'
  | 'addUnits'
  | 'removeUnit'
  | 'removeApplication'
  | 'integrate'
  | 'removeRelation'
  | 'offer'
  | 'removeOffer'
  | 'consume'
  | 'removeRemoteApplication'
  | 'suspendRelation'
  | 'resumeRelation'
  | 'setConfig'
  | 'setTrust'
  | 'refresh'
  | 'addStorage'
  | 'detachStorage'
  | 'attachStorage'
  | 'removeStorage'
  | 'expose'
  | 'resolved'
  | 'enqueue'
  | 'cancelTask'
  | 'addSecret'
  | 'updateSecret'
  | 'grantSecret'
  | 'removeSecret'
  | 'setModelConfig'
  | 'passTime'
>;
/** Runs a change and saves it before anything else happens. */
type Commit = <Result>(work: () => Result) => Result;

export const operations = (model: Model, place: Place, commit: Commit, killTask: (task: string) => void): Operations => {
  const { folder, now } = place;
  return {
    deploy: async (request, progress) => {
      try {
        await deploy(model, request, place, progress);
      } finally {
        commit(() => undefined);
      }
    },
    addUnits: async (application, count, to, storage) => commit(() => addUnits(model, application, count, to, storage, place)),
    removeUnit: (unit, options) => commit(() => destroyUnit(model, unit, { ...options, now: now() })),
    removeApplication: (name, options) => commit(() => destroyApplication(model, name, { ...options, now: now() })),
    integrate: (one, other) => commit(() => void integrate(model, one, other, now())),
    removeRelation: (one, other, options) => commit(() => removeRelation(model, one, other, { ...options, now: now() })),
    offer: (application, endpoints, name) => commit(() => offer(model, application, endpoints, name)),
    removeOffer: (name, force) => commit(() => removeOffer(model, name, force)),
    consume: (offering, name, alias) => commit(() => consume(model, offering, name, alias, now())),
    removeRemoteApplication: (name, force) => commit(() => removeRemoteApplication(model, name, { force, now: now() })),
    suspendRelation: (id, reason) => commit(() => setSuspended(model, id, reason)),
    resumeRelation: id => commit(() => setSuspended(model, id, undefined)),
    setConfig: (name, values, reset) =>
      commit(() => {
        const application = applicationOf(model, name);
        const charm = model.charms[application.charm]!;
        changeConfig(application, charm, parseOptions(charm, values, 'parsing settings for application'), reset);
      }),
    setTrust: (name, trust) =>
      commit(() => {
        const application = model.applications[name];
        if (application === undefined) throw new JujuError(`application "${name}" not found`);
        application.trust = trust;
      }),
    refresh: async (name, source, options) => {
      try {
        return await refresh(model, name, source, options, place);
      } finally {
        commit(() => undefined);
      }
    },
    addStorage: (unit, name, count) => commit(() => addStorage(model, unit, name, count, folder, now())),
    detachStorage: (id, force) => commit(() => detachStorage(model, id, force)),
    attachStorage: (unit, id) => commit(() => attachStorage(model, unit, id, folder)),
    removeStorage: (id, force) => commit(() => removeStorage(model, id, force)),
    expose: (name, exposed) =>
      commit(() => {
        applicationOf(model, name).exposed = exposed;
      }),
    resolved: (name, retry) =>
      commit(() => {
        const unit = model.units[name];
        if (unit === undefined) throw new JujuError(`unit "${name}" not found`);
        if (!unit.agent.pending?.failed) throw new JujuError(`unit "${name}" is not in an error state`);
        unit.agent.pending.resolved = retry ? 'retry' : 'no-retry';
      }),
    enqueue: request => commit(() => enqueue(model, request, now())),
    cancelTask: id =>
      commit(() => {
        if (cancelTask(model, id, now())) killTask(id);
      }),
    addSecret: request => commit(() => addSecret(model, request, now())),
    updateSecret: (secret, request) => commit(() => updateSecret(model, secret, request, now())),
    grantSecret: (secret, applications, revoke) => commit(() => grantSecret(model, secret, applications, revoke)),
    removeSecret: (secret, revision) => commit(() => removeSecret(model, secret, revision)),
    setModelConfig: (values, reset) => commit(() => setModelConfig(model, values, reset, now())),
    passTime: passedMs => commit(() => passTime(model, passedMs)),
  };
};

const applicationOf = (model: Model, name: string) => {
  const application = model.applications[name];
  if (application === undefined) throw new JujuError(`application "${name}" not found (not found)`);
  return application;
};
