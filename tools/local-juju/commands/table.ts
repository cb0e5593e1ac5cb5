// All commands, by name.
import { exec } from './actions/exec.ts';
import { run } from './actions/run.ts';
import { showAction } from './actions/show-action.ts';
import { actions, cancelTask, operations, showOperation, showTask } from './actions/tasks.ts';
import { expose, refresh, removeApplication, showApplication, unexpose } from './applications/applications.ts';
import { config, trust } from './applications/config.ts';
import { deploy } from './applications/deploy.ts';
import { showUnit } from './applications/show-unit.ts';
import { addUnit, removeUnit, resolved } from './applications/units.ts';
import { debugLog } from './logs/debug-log.ts';
import { showStatusLog } from './logs/status-log.ts';
import { controllers, version, whoami } from './machines/controller.ts';
import { fault } from './machines/fault.ts';
import { machines, showMachine } from './machines/machines.ts';
import { passTimeCommand } from './machines/pass-time.ts';
import { modelConfig } from './models/model-config.ts';
import { addModel, destroyModel, models, showModel, switchModel } from './models/models.ts';
import { consume, removeSaas } from './offers/consume.ts';
import { findOffers, offer, offers, removeOffer } from './offers/offer.ts';
import { integrate, removeRelation, resumeRelation, suspendRelation } from './relations/relations.ts';
import { addSecret, grantSecret, removeSecret, revokeSecret, updateSecret } from './secrets/change.ts';
import { secrets, showSecret } from './secrets/show.ts';
import type { CommandSpec } from './spec.ts';
import { status } from './status/status.ts';
import { addStorage, attachStorage, detachStorage, removeStorage, showStorage, storage, storagePools } from './storage/storage.ts';
import { helpActionCommands, helpHookCommands } from './tool-help.ts';
import { waitFor } from './wait-for/wait-for.ts';

// A function, because the help is made from the table and is itself reached from it.
export function commands(): readonly CommandSpec[] {
  return [
    ...[actions, addModel, addSecret, addStorage, addUnit, attachStorage, cancelTask, config, controllers, debugLog, deploy, destroyModel],
    ...[detachStorage, exec, expose, fault, grantSecret, integrate, machines, modelConfig, models, operations, passTimeCommand],
    ...[refresh, removeApplication, consume, findOffers, offer, offers, removeOffer, removeSaas, resumeRelation, suspendRelation],
    ...[removeRelation, removeSecret, removeStorage, removeUnit, resolved, revokeSecret, run, secrets, showApplication, showMachine],
    ...[helpActionCommands, helpHookCommands, showAction],
    ...[showModel, showOperation, showSecret, showStatusLog, showStorage, showTask, showUnit, status, storage, storagePools, switchModel],
    ...[trust, unexpose, updateSecret, version, waitFor, whoami],
  ];
}

/** The command of that name or alias. */
export function findCommand(name: string): CommandSpec | undefined {
  return commands().find(spec => spec.name === name || spec.aliases?.includes(name));
}
