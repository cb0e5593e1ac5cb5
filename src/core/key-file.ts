// The text of a key file. mongod takes one key, or a YAML list of keys: it shows the first to others, and accepts each of them.

/** Keys in their order, without white space, as MongoDB compares them. */
export function keysOf(text: string): readonly string[] {
  const lines = text.split('\n').map(line => line.trim());
  const listed = lines.filter(line => line.startsWith('- ')).map(line => bare(line.slice(2)));
  return listed.length > 0 ? listed : [bare(text)].filter(key => key !== '');
}

/** Whether mongod takes every key of such a text: it ends at its start if it does not. */
export function isKeyFile(text: string): boolean {
  const keys = keysOf(text);
  return keys.length > 0 && keys.every(key => /^[A-Za-z0-9+/=]{6,1024}$/.test(key));
}

export const keyFileOf = (keys: readonly string[]): string =>
  keys.length === 1 ? (keys[0] ?? '') : keys.map(key => `- ${key}\n`).join('');

const bare = (text: string): string => text.replace(/\s/g, '');
