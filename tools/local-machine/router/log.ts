// The router's log: lines of JSON in the form that mongos writes, to a file or to standard output. The last ones are kept for `getLog`.
import { appendFileSync, writeFileSync } from 'node:fs';

export type Log = {
  info(component: Component, message: string, attributes?: Record<string, unknown>): void;
  warning(component: Component, message: string, attributes?: Record<string, unknown>): void;
  error(component: Component, message: string, attributes?: Record<string, unknown>): void;
  lines(): readonly string[];
};
export type Component = 'CONTROL' | 'NETWORK' | 'ACCESS' | 'SHARDING' | 'COMMAND';

/** @param file where it goes, or undefined for standard output. @throws when the file cannot be written. */
export const openLog = (file: { path: string; append: boolean } | undefined): Log => {
  if (file !== undefined) writeFileSync(file.path, '', { flag: file.append ? 'a' : 'w', mode: 0o600 });
  const kept: string[] = [];
  const write = (severity: 'I' | 'W' | 'E') => (component: Component, message: string, attributes?: Record<string, unknown>) => {
    const line = JSON.stringify({
      t: { $date: new Date().toISOString() },
      s: severity,
      c: component.padEnd(8),
      ctx: 'standin',
      msg: message,
      ...(attributes === undefined ? {} : { attr: attributes }),
    });
    kept.push(line);
    if (kept.length > keptLines) kept.shift();
    if (file === undefined) process.stdout.write(`${line}\n`);
    else appendFileSync(file.path, `${line}\n`);
  };
  return { info: write('I'), warning: write('W'), error: write('E'), lines: () => kept };
};

const keptLines = 1024;
