// Times as Juju's client writes them, in the zone of whoever asks. Pure: the zone is an argument.

/** 08:06:13 */
export function clockTime(iso: string, zone: string): string {
  const { hour, minute, second } = partsOf(iso, zone);
  return `${hour}:${minute}:${second}`;
}

/** 08:06:13Z, 09:06:13+01:00: the timestamp of a status. */
export function stampTime(iso: string, zone: string): string {
  return clockTime(iso, zone) + offsetOf(iso, zone);
}

/** 23 Nov 2026 08:06:13Z; with `utc` 2026-11-23 08:06:13Z. */
export function statusTime(iso: string, zone: string, utc = false): string {
  const at = partsOf(iso, utc ? 'UTC' : zone);
  if (utc) return `${at.year}-${at.month}-${at.day} ${clockTime(iso, 'UTC')}Z`;
  return `${at.day} ${months[Number(at.month) - 1]} ${at.year} ${stampTime(iso, zone)}`;
}

/** 2026-11-23 08:07:05 +0000 UTC: how Go prints a time. */
export function goTime(iso: string, zone: string): string {
  const at = partsOf(iso, zone);
  const offset = offsetOf(iso, zone).replace('Z', '+00:00').replace(':', '');
  return `${at.year}-${at.month}-${at.day} ${clockTime(iso, zone)} ${offset} ${zoneName(iso, zone, offset)}`;
}

/** The time to the second, which the printers write as 2026-11-23T08:07:05Z (bare in YAML). */
export function wholeSecond(iso: string): Date {
  return new Date(Math.floor(Date.parse(iso) / 1000) * 1000);
}

/** "41 seconds ago"; a day or more ago: the date. */
export function ageOf(iso: string, now: string): string {
  const seconds = Math.floor((Date.parse(now) - Date.parse(iso)) / 1000);
  if (seconds >= 86400) return iso.slice(0, 10);
  if (seconds >= 3600) return ago(Math.floor(seconds / 3600), 'hour');
  if (seconds >= 60) return ago(Math.floor(seconds / 60), 'minute');
  return seconds >= 2 ? ago(seconds, 'second') : 'just now';
}

function ago(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}

/** A duration in Go's notation (90s, 1m30s, 1h, 1.5s) in milliseconds; undefined if it is none. */
export function durationMs(text: string): number | undefined {
  const units = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 0.001, ns: 0.000001 };
  if (text === '0') return 0;
  if (!/^(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:h|ms|us|ns|m|s))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/([0-9.]+)(h|ms|us|ns|m|s)/g)) total += Number(count) * units[unit as keyof typeof units];
  return total;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
type Parts = { year: string; month: string; day: string; hour: string; minute: string; second: string };
const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(iso: string, zone: string): Parts {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(new Date(iso)).map(part => [part.type, part.value])) as Parts;
}

function offsetOf(iso: string, zone: string): string {
  const at = partsOf(iso, zone);
  const local = Date.UTC(Number(at.year), Number(at.month) - 1, Number(at.day), Number(at.hour), Number(at.minute), Number(at.second));
  const minutes = Math.round((local - Date.parse(iso)) / 60_000);
  if (minutes === 0) return 'Z';
  const size = Math.abs(minutes);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** CET where the zone has a name, +0300 as Go does where it has none. */
function zoneName(iso: string, zone: string, offset: string): string {
  if (zone === 'UTC') return 'UTC';
  const name = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'short' })
    .formatToParts(new Date(iso))
    .find(part => part.type === 'timeZoneName')?.value;
  return name === undefined || /\d/.test(name) ? offset : name;
}
