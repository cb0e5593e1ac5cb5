// Text that comes from elsewhere, made fit to be shown. What another application writes is in statuses, and an operator's terminal shows them.

/** What moves the cursor, begins a new line, or turns the direction of what follows. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * A number that changes seldom while what it counts grows less: up to ten as it is, above that rounded up to its first digit. From 1,000 down
 * to 0 it is 29 different texts.
 */
export function roundedUp(count: number): string {
  const step = 10 ** Math.floor(Math.log10(count));
  return count <= 10 ? String(count) : `about ${Math.ceil(count / step) * step}`;
}

/** The text in one line that does what it shows, at most so many UTF-16 units long and a sign that there was more. */
export function oneLine(text: string, longest: number): string {
  const whole = withoutSecrets(text, longest + 1);
  const shown = whole.length > longest ? `${whole.slice(0, longest)}…` : whole;
  return shown.toWellFormed().replace(UNSEEN, ' ');
}

/** User and password of a URI: all before the last @ of its word, for a password may have been written there without being escaped. */
const URI_CREDENTIALS = /:\/\/\S{0,4000}@/g;
/** A value behind its name, as in `"operator-password": "…"`, `\"pwd\":\"…\"` and `password=…`; not what a sentence says of a password. */
const NAMED_PASSWORD = /((?:password|pwd|key-?file)\\?["']?\s*(?:=|:\s*(?=\\?["'])))\s*(?:(\\?["']).{0,4000}?(?:\2|$)|[^\s"',;&}]+)/gim;

/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** A secret that the cut falls into is still seen whole. */
const BEYOND = 5_000;

/** The first so many UTF-16 units, without the passwords that can be told by where they stand: reasons repeat what a program or a library said. */
export const withoutSecrets = (text: string, longest = Number.POSITIVE_INFINITY): string =>
  text
    .slice(0, longest + BEYOND)
    .replace(URI_CREDENTIALS, `://${REDACTED}@`)
    .replace(NAMED_PASSWORD, `$1${REDACTED}`)
    .slice(0, longest);
