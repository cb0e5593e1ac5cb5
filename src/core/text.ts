// Text that comes from elsewhere, made fit to be shown. What another application writes is in statuses, and an operator's terminal shows them.

/** What moves the cursor, begins a new line, or turns the direction of what follows. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/** The text in one line that does what it shows, at most so many UTF-16 units long and a sign that there was more. */
export function oneLine(text: string, longest: number): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return shown.toWellFormed().replace(UNSEEN, ' ');
}
