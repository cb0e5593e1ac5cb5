// `juju pass-time`: what Juju does after hours or days, seen now. Real Juju has no such command.
import { JujuError } from '../../contract.ts';
import type { CommandSpec } from '../spec.ts';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export const passTimeCommand: CommandSpec = {
  name: 'pass-time',
  summary: 'Brings forward what is due later (only here, not in Juju)',
  usage: '<number>s|m|h|d',
  most: 1,
  details: `Secrets that are to be rotated or expire, update-status, and whatever is tried again after a while come so much earlier.
No clock is changed: what was logged and what is shown keeps its time.`,
  examples: ['juju pass-time 1h', 'juju pass-time 31d'],
  flags: [],
  run({ args: [text], console, model }) {
    if (text === undefined) throw new JujuError('no time specified', 2);
    const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
    if (amount === undefined || unit === undefined)
      throw new JujuError(`invalid time "${text}": give a number of s, m, h or d, such as 36h`, 2);
    model().passTime(Number(amount) * unitMs[unit]!);
    console.out(`${text} have passed\n`);
    return 0;
  },
};
