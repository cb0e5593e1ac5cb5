// One running hook: takes the tools' calls, keeps what they ask for until the hook ends, then applies or drops it.
import type { HookContext, MakeContext } from '../contract.ts';
import { answerCall } from './answer-call.ts';
import { applyPending } from './commit.ts';
import { refreshRead } from './relations.ts';
import { applicationOfUnit, nothingPending, type Running } from './running.ts';

/** Begins a hook, an action or `juju exec` of a unit. */
export const makeContext: MakeContext = (host, id, unit, hook): HookContext => {
  const isAction = hook.kind === 'action' || hook.kind === 'exec';
  const running: Running = {
    host,
    model: host.model,
    unitName: unit,
    applicationName: applicationOfUnit(unit),
    hook,
    pending: nothingPending(),
    kept: { bags: new Map() },
    ...(isAction ? { action: { results: {}, failed: false, message: '' } } : {}),
  };
  refreshRead(running);
  return {
    id,
    unit,
    hook,
    call: (tool, args, cwd, readStdin) => answerCall(running, tool, args, cwd, readStdin),
    commit: () => {
      const failure = applyPending(running);
      running.pending = nothingPending();
      host.changed();
      return failure;
    },
    discard: () => {
      running.pending = nothingPending();
    },
    ...(running.action ? { action: running.action } : {}),
    get rebootRequested() {
      return running.rebootRequested;
    },
  } as HookContext;
};
