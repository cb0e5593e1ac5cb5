// The question before something is removed.
import { type Console, JujuError } from '../contract.ts';
import type { FlagSpec } from './spec.ts';

export const noPromptFlag: FlagSpec = { names: ['no-prompt'], help: 'Do not ask' };

/** Shows what will happen and asks; throws `<what>: aborted` unless the answer is yes. */
export async function confirmed(console: Console, what: string, lines: readonly string[]): Promise<void> {
  console.err('WARNING This command will perform the following actions:\n');
  for (const line of lines) console.out(` ${line}\n`);
  console.err('\nContinue [y/N]? ');
  const answer = (await console.readLine())?.trim().toLowerCase();
  if (answer !== 'y' && answer !== 'yes') throw new JujuError(`${what}: aborted`);
}
