// All commands, in the order of the overview.
import { exec } from './actions/exec.ts';
import { run } from './actions/run.ts';
import { config, trust } from './applications/config.ts';
import { deploy } from './applications/deploy.ts';
import { addModel, destroyModel, models, showModel, switchModel } from './models/models.ts';
import { integrate, removeRelation } from './relations/relations.ts';
import type { CommandSpec } from './spec.ts';
import { status } from './status/status.ts';

// A function, because the help is made from the table and is itself reached from it.
export function commands(): readonly CommandSpec[] {
  return [addModel, config, deploy, destroyModel, exec, integrate, models, removeRelation, run, showModel, status, switchModel, trust];
}

/** The command of that name or alias. */
export function findCommand(name: string): CommandSpec | undefined {
  return commands().find(spec => spec.name === name || spec.aliases?.includes(name));
}
