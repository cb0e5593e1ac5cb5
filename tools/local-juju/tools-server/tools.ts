// All hook tools of Juju 3.6 by name.
import type { Tool } from './tool.ts';
import { actionTools } from './tools-action.ts';
import { configTools } from './tools-config.ts';
import { goalStateTools } from './tools-goal-state.ts';
import { leaderTools } from './tools-leader.ts';
import { logTools } from './tools-log.ts';
import { machineTools } from './tools-machine.ts';
import { networkTools } from './tools-network.ts';
import { portTools } from './tools-ports.ts';
import { relationTools } from './tools-relation.ts';
import { secretTools } from './tools-secret.ts';
import { stateTools } from './tools-state.ts';
import { statusTools } from './tools-status.ts';
import { storageTools } from './tools-storage.ts';
import { unavailableTools } from './tools-unavailable.ts';

export const tools: Readonly<Record<string, Tool>> = {
  ...actionTools,
  ...configTools,
  ...goalStateTools,
  ...leaderTools,
  ...logTools,
  ...machineTools,
  ...networkTools,
  ...portTools,
  ...relationTools,
  ...secretTools,
  ...stateTools,
  ...statusTools,
  ...storageTools,
  ...unavailableTools,
};

export const toolNames: readonly string[] = Object.keys(tools).sort();
