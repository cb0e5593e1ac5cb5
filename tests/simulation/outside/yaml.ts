// js-yaml for the charm: the same document becomes the same text, so it is written once. A hook that waits asks for it several times a second.
import { dump as write } from 'js-yaml';

const written = new Map<string, string>();

export const dump: typeof write = (document, options) => {
  const name = JSON.stringify([document, options]);
  const text = written.get(name) ?? write(document, options);
  if (written.size > 5_000) written.clear();
  written.set(name, text);
  return text;
};
