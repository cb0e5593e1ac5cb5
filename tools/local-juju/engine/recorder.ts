// The history a model keeps beside its state: debug log and statuses, each in a file of its own.
import { join } from 'node:path';
import type { LogLine, StatusHistoryEntry } from '../contract.ts';
import type { Model, Unit, WorkloadStatus } from '../state.ts';
import { openJournal } from './files.ts';
import { isLogged } from './log-filter.ts';
import { tagOf } from './scope.ts';

const largestLogBytes = 8_000_000;
const largestHistoryBytes = 2_000_000;

export type Recorder = {
  log(entity: string, level: string, module: string, message: string): void;
  setAgentStatus(unit: Unit, status: Unit['agentStatus']['current'], message: string): void;
  setWorkload(unit: Unit, status: string, message: string): void;
  setApplicationStatus(application: string, status: string, message: string): void;
  readLog(): LogLine[];
  onLog(listener: (line: LogLine) => void): () => void;
  statusHistory(): StatusHistoryEntry[];
  close(): void;
};

/** @param changed called after each change of a status. */
export const openRecorder = (model: Model, folder: string, now: () => string, changed: () => void): Recorder => {
  const lines = openJournal<LogLine>(join(folder, 'debug-log.jsonl'), largestLogBytes);
  const history = openJournal<StatusHistoryEntry>(join(folder, 'status-history.jsonl'), largestHistoryBytes);
  const listeners = new Set<(line: LogLine) => void>();
  const remember = (type: StatusHistoryEntry['type'], entity: string, status: string, message: string): void => {
    history.add({ time: now(), type, entity, status, message });
    changed();
  };

  return {
    log: (entity, level, module, message) => {
      if (!isLogged(model, module, level)) return;
      const line = { time: now(), entity: entity.includes('/') ? tagOf(entity) : entity, level, module, message };
      lines.add(line);
      for (const listener of listeners) listener(line);
    },
    setAgentStatus: (unit, status, message) => {
      if (unit.agentStatus.current === status && unit.agentStatus.message === message) return;
      unit.agentStatus = { current: status, message, since: now() };
      remember('juju-unit', unit.name, status, message);
    },
    setWorkload: (unit, status, message) => {
      if (unit.workload.current === status && unit.workload.message === message) return;
      unit.workload = { current: status as WorkloadStatus, message, since: now() };
      remember('workload', unit.name, status, message);
    },
    setApplicationStatus: (name, status, message) => {
      const application = model.applications[name];
      if (application === undefined || (application.status?.current === status && application.status.message === message)) return;
      application.status = { current: status as WorkloadStatus, message, since: now() };
      remember('application', name, status, message);
    },
    readLog: () => lines.read(),
    onLog: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    statusHistory: () => history.read(),
    close: () => {
      lines.close();
      history.close();
    },
  };
};
