// Now, and the zone of the person who asks.
import type { Console } from '../contract.ts';

export function now(): string {
  return new Date().toISOString();
}

/** The client's $TZ if it names a zone, else that of this computer. */
export function zoneOf(console: Console): string {
  const asked = console.env.TZ?.replace(/^:/, '');
  if (asked !== undefined && asked !== '' && Intl.supportedValuesOf('timeZone').includes(asked)) return asked;
  if (asked === 'UTC') return 'UTC';
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
