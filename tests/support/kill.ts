// A charm that is killed in the middle of a hook or action, at a place that the test chooses.
import { cpSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestModel } from './model.ts';

/** What stands before all paths of the unit's machine. */
export const rootOf = async (model: TestModel, unit: string): Promise<string> => {
  const folder = (await model.juju('exec', '--unit', unit, '--', 'pwd')).trim();
  return folder.slice(0, folder.indexOf('/var/lib/juju/'));
};

/** The charm of the unit is killed when it next calls the hook tool, once. Answers whether that has happened. */
export async function killAt(model: TestModel, unit: string, tool: string): Promise<() => boolean> {
  const path = join(await rootOf(model, unit), 'var/lib/juju/tools', `unit-${unit.replace('/', '-')}`, tool);
  const kept = `${path}.kept`;
  cpSync(path, kept, { verbatimSymlinks: true });
  writeFileSync(`${path}.once`, '#!/bin/sh\nmv "$0.kept" "$0"\nkill -9 $PPID\n', { mode: 0o755 });
  renameSync(`${path}.once`, path);
  return () => !existsSync(kept);
}
