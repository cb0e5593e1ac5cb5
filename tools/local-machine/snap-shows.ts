// The verbs of `snap` that only show something: list, info, version, help.
import { release } from 'node:os';
import { serviceNames } from './machine-state.ts';
import { channels, publisher } from './snap-channels.ts';
import { snapName } from './snap-folders.ts';
import type { Verb } from './snap-host.ts';
import { readWords, SnapError, table } from './snap-words.ts';

export const list: Verb = async (host, words) => {
  const { flags, names } = readWords(words, { all: 'none', unicode: 'value', color: 'value' });
  const { snap } = host.state;
  if (names.length > 0 && (snap === undefined || !names.includes(snapName))) throw new SnapError('no matching snaps installed');
  if (snap === undefined) return { stderr: "No snaps are installed yet. Try 'snap install hello-world'.\n" };
  const notes = [snap.devmode ? 'devmode' : '', snap.hold === undefined ? '' : 'held'].filter(Boolean).join(',') || '-';
  const rows = [[snapName, snap.version, snap.revision, snap.channel, publisher.id, notes]];
  if (flags.all !== undefined && snap.previous !== undefined) {
    rows.unshift([snapName, snap.previous.version, snap.previous.revision, snap.previous.channel, publisher.id, 'disabled']);
  }
  return { stdout: table([['Name', 'Version', 'Rev', 'Tracking', 'Publisher', 'Notes'], ...rows]) };
};

export const info: Verb = async (host, words) => {
  const { names } = readWords(words, { verbose: 'none', 'abs-time': 'none', unicode: 'value', color: 'value' });
  if (names.length === 0) throw new SnapError('the required argument `<snap> (at least 1 argument)` was not provided');
  const wrong = names.find(name => name !== snapName);
  if (wrong !== undefined) throw new SnapError(`no snap found for "${wrong}"`);
  const { snap } = host.state;
  const installed =
    snap === undefined
      ? []
      : [
          'services:',
          ...serviceNames.map(service => {
            const enabled = snap.services[service].enabled ? 'enabled' : 'disabled';
            const active = host.services[service].running() === undefined ? 'inactive' : 'active';
            return `  ${`${snapName}.${service}:`.padEnd(37)}simple, ${enabled}, ${active}`;
          }),
          `tracking:     ${snap.channel}`,
          `refresh-date: ${snap.installed}`,
          ...(snap.hold === undefined ? [] : [`hold:         ${snap.hold}`]),
        ];
  return {
    stdout: [
      `name:      ${snapName}`,
      'summary:   MongoDB in a snap (local stand-in)',
      `publisher: ${publisher.display}`,
      'license:   unset',
      'description: |',
      '  What the machines of a local Juju install in place of the snap: the mongod of this computer.',
      ...installed,
      'channels:',
      ...channels().map(({ channel, revision }) => `  ${`${channel}:`.padEnd(14)}(${revision})`),
      ...(snap === undefined ? [] : [`${'installed:'.padEnd(16)}${snap.version} (${snap.revision})`]),
      '',
    ].join('\n'),
  };
};

export const version: Verb = async () => ({
  stdout: `snap    stand-in of the local Juju\nsnapd   stand-in of the local Juju\nseries  16\nkernel  ${release()}\n`,
});
