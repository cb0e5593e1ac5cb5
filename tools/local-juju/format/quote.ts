// Go's `%q`: how Juju's error texts quote a string.
const short: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

/** The string in double quotes, with everything that cannot be printed escaped. */
export const goQuote = (text: string): string => `"${[...text].map(quoted).join('')}"`;

/** A list of strings as Go's `%q` prints it: `["a" "b"]`. */
export const goQuoteList = (texts: readonly string[]): string => `[${texts.map(goQuote).join(' ')}]`;

const quoted = (c: string): string => {
  const known = short[c];
  if (known !== undefined) return known;
  if (c === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(c)) return c;
  const code = c.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code < 0x80 ? `\\x${hex.padStart(2, '0')}` : code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
};
