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
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return shown.toWellFormed().replace(UNSEEN, ' ');
}

/** User and password of a URI: all before the last @ of its word, for a password may have been written there without being escaped. */
const URI_CREDENTIALS = /:\/\/\S{0,4000}@/g;
/** A value behind its name, as in `"operator-password": "…"`, `\"pwd\":\"…\"` and `password=…`; not what a sentence says of a password. */
const NAMED_PASSWORD = /((?:password|pwd)\\?["']?\s*(?:=|:\s*(?=\\?["'])))\s*(?:(\\?["']).{0,4000}?(?:\2|$)|[^\s"',;&}]+)/gim;

/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** The text without the passwords that can be told by where they stand: reasons repeat what a program or a library said. */
export const withoutSecrets = (text: string): string =>
  text.replace(URI_CREDENTIALS, `://${REDACTED}@`).replace(NAMED_PASSWORD, `$1${REDACTED}`);
