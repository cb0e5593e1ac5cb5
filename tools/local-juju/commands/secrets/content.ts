// The content of a user secret from the command line: key=value, key#base64=…, key#file=path, --file.
import { readFile } from 'node:fs/promises';
import { type Console, JujuError } from '../../contract.ts';
import { clientPath, readClientFile } from '../files.ts';
import { yamlDocument } from '../text/yaml-value.ts';

/** Key to base64. Words win over the file. Throws with exit code 2 for words that are wrong. */
export async function readContent(console: Console, words: readonly string[], file: string | undefined): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  if (file !== undefined) {
    const document = yamlDocument(await readClientFile(console, file), `cannot read ${file}`);
    if (typeof document !== 'object' || document === null || Array.isArray(document))
      throw new JujuError(`cannot read ${file}: it holds no YAML map`);
    for (const [key, value] of Object.entries(document)) await add(console, content, key, String(value));
  }
  const seen = new Set<string>();
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) throw new JujuError(`key value "${word}" not valid`, 2);
    const name = word.slice(0, at).split('#')[0] ?? '';
    if (seen.has(name)) throw new JujuError(`key "${name}" specified more than once`, 2);
    seen.add(name);
    await add(console, content, word.slice(0, at), word.slice(at + 1));
  }
  return content;
}

async function add(console: Console, content: Record<string, string>, written: string, value: string): Promise<void> {
  const [key = '', kind] = written.split('#');
  if (!/^[a-z](-?[a-z0-9]){2,}$/.test(key)) throw new JujuError(`key "${key}" not valid`, 2);
  if (value === '') throw new JujuError(`key value "${written}=" not valid`, 2);
  if (kind === undefined) content[key] = Buffer.from(value).toString('base64');
  else if (kind === 'base64') content[key] = value;
  else if (kind === 'file') content[key] = (await readBytes(console, value)).toString('base64');
  else throw new JujuError(`key "${written}" not valid`, 2);
}

async function readBytes(console: Console, path: string): Promise<Buffer> {
  try {
    return await readFile(clientPath(console, path));
  } catch {
    throw new JujuError(`reading secret value from ${path}: open ${path}: no such file or directory`);
  }
}
