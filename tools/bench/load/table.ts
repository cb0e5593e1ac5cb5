// The figures of the load as Markdown. Pure.
import { table } from '../table.ts';
import type { LoadResults } from './load.ts';
import type { Units } from './units.ts';

export const tellLoad = ({ relations, passwords }: LoadResults): string =>
  [
    '## Load',
    '',
    `${relations.clients} clients of a set of three, integrated side by side: ${seconds(relations.createdMs)} s until each has written with its own credentials; removed side by side: ${seconds(relations.removedMs)} s until the last user is gone. ${relations.secretsLeft} secrets are left. The local Juju's process had ${mib(relations.daemonMiB.before)} MiB before and ${mib(relations.daemonMiB.after)} MiB after.`,
    '',
    `${passwords.changes} times \`set-password\` in a row on a set of three: ${passwords.changeMs.median.toFixed(0)} ms each (${passwords.changeMs.low.toFixed(0)}–${passwords.changeMs.high.toFixed(0)}), ${seconds(passwords.totalMs)} s in all. Beside it ${passwords.logins} logins; ${passwords.refused} with a password that had just been replaced were refused, and nobody who read the password again was out for longer than ${seconds(passwords.longestOutMs)} s. At the end the application's secrets have ${passwords.revisions} revisions, the local Juju's process ${mib(passwords.daemonMiB.after)} MiB (${mib(passwords.daemonMiB.before)} before), and its model ${passwords.modelKiB.after.toFixed(0)} KiB (${passwords.modelKiB.before.toFixed(0)} before).`,
    '',
  ].join('\n');

export const tellUnits = (units: Units): string =>
  [
    '## Units',
    '',
    'Each with a mongod of its own, added from one line to the next:',
    '',
    ...table(
      ['units', 'that vote', 'added in s', 'a mongod, MiB', 'the local Juju, MiB'],
      units.steps.map(({ units: count, voters, addedMs, mongodMiB, daemonMiB }) => [
        String(count),
        String(voters),
        seconds(addedMs),
        mib(mongodMiB),
        mib(daemonMiB),
      ]),
    ),
    '',
    ...(units.stopped === undefined ? [] : [`No more were tried: ${units.stopped}.`, '']),
  ].join('\n');

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
const mib = (size: number): string => size.toFixed(0);
