// The router's log: lines of JSON in the form that mongos writes, to a file or to standard output. The last ones are kept for `getLog`.
import { appendFileSync, writeFileSync } from 'node:fs';
import { type Logger, pino } from 'pino';

export type Log = {
  info(component: Component, message: string, attributes?: Record<string, unknown>): void;
  warning(component: Component, message: string, attributes?: Record<string, unknown>): void;
  error(component: Component, message: string, attributes?: Record<string, unknown>): void;
  lines(): readonly string[];
};
const components = ['CONTROL', 'NETWORK', 'ACCESS', 'SHARDING', 'COMMAND'] as const;
export type Component = (typeof components)[number];

/** @param file where it goes, or undefined for standard output. @throws when the file cannot be written. */
export const openLog = (file: { path: string; append: boolean } | undefined): Log => {
  if (file !== undefined) writeFileSync(file.path, '', { flag: file.append ? 'a' : 'w', mode: 0o600 });
  const kept: string[] = [];
  const write = (line: string): void => {
    kept.push(line.trimEnd());
    if (kept.length > keptLines) kept.shift();
    if (file === undefined) process.stdout.write(line);
    else appendFileSync(file.path, line);
  };
  const logger = pino(
    {
      base: { ctx: 'standin' },
      timestamp: () => `,"t":{"$date":"${new Date().toISOString()}"}`,
      formatters: { level: level => ({ s: level.charAt(0).toUpperCase() }) },
      nestedKey: 'attr',
    },
    { write },
  );
  const of = Object.fromEntries(components.map(name => [name, logger.child({ c: name.padEnd(8) })])) as Record<Component, Logger>;
  return {
    info: (component, message, attributes) => of[component].info(attributes, message),
    warning: (component, message, attributes) => of[component].warn(attributes, message),
    error: (component, message, attributes) => of[component].error(attributes, message),
    lines: () => kept,
  };
};

const keptLines = 1024;
