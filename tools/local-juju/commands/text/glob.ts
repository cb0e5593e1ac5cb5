// Names with `*` and `?` in them.

/** `*` stands for any signs but a slash, `?` for one. Takes at most the product of the two lengths, whatever the pattern. */
export function globMatches(pattern: string, text: string): boolean {
  const wanted = pattern.split('/');
  const parts = text.split('/');
  return wanted.length === parts.length && wanted.every((part, at) => partMatches(part, parts[at] ?? ''));
}

function partMatches(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let behindStar = 0; // how much of the text the last star has not taken
  for (let read = 0; read < text.length; ) {
    if (pattern[at] === '*') {
      star = at;
      behindStar = read;
      at += 1;
    } else if (pattern[at] === '?' || pattern[at] === text[read]) {
      at += 1;
      read += 1;
    } else if (star >= 0) {
      at = star + 1;
      behindStar += 1;
      read = behindStar;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
