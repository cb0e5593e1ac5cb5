// Channels of charmed-mongodb as the stand-in for the store knows them, and the revision each one holds.
import { snapName } from './snap-folders.ts';
import { SnapError } from './snap-words.ts';

const defaultTrack = '6';
const risks = ['stable', 'candidate', 'beta', 'edge'] as const;
// Numbers of our own, but for 6/edge: 123 is the revision that the charm of MongoDB 6 has pinned.
const firstRevisionOfTrack: Readonly<Record<string, number>> = { '5': 80, '6': 120, '8': 200 };

export const publisher = { id: 'dataplatformbot', display: 'Canonical Data Platform (dataplatformbot)' };

/** All channels with their revision, the default track first. */
export const channels = (): { channel: string; revision: string }[] =>
  Object.entries(firstRevisionOfTrack)
    .sort(([a], [b]) => Number(b === defaultTrack) - Number(a === defaultTrack) || Number(a) - Number(b))
    .flatMap(([track, first]) => risks.map((risk, step) => ({ channel: `${track}/${risk}`, revision: String(first + step) })));

/**
 * The full name of a channel: `edge` is the default track's, `6` is its stable risk.
 * @throws {SnapError} for a channel that the snap does not have.
 */
export const fullChannel = (asked: string, current?: string): string => {
  const parts = asked.split('/');
  const [first = ''] = parts;
  const isRisk = (word: string | undefined) => risks.some(risk => risk === word);
  const track = isRisk(first) ? (current?.split('/')[0] ?? defaultTrack) : first;
  const risk = isRisk(first) ? first : (parts[1] ?? 'stable');
  const full = `${track === 'latest' ? defaultTrack : track}/${risk}`;
  if (parts.length > 2 || !channels().some(({ channel }) => channel === full)) throw new SnapError(notAvailable(asked));
  return full;
};

export const revisionOf = (channel: string): string => channels().find(entry => entry.channel === channel)?.revision ?? '';

const notAvailable = (asked: string): string =>
  [
    `snap "${snapName}" is not available on ${asked} but is available to install on the following`,
    '       channels:',
    '',
    ...channels().map(({ channel }) => `       ${channel.padEnd(12)} snap install --channel=${channel} ${snapName}`),
    '',
    '       Please be mindful that different channels may include different features.',
    `       Get more information with 'snap info ${snapName}'.`,
  ].join('\n');
