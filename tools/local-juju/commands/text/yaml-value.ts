// Reads YAML as Go's library of Juju does: `yes` and `on` are booleans, anchors and documents as usual.
import { load, YAML11_SCHEMA } from 'js-yaml';
import { JujuError } from '../../contract.ts';

/** The value of one word of a command line; text that is no YAML at all is an error. */
export function yamlValue(text: string): unknown {
  if (text === '') return null;
  if (/^[yY]$/.test(text)) return true;
  if (/^[nN]$/.test(text)) return false;
  return yamlDocument(text, `cannot parse "${text}"`);
}

/** The value of a file's text; `what` begins the error. */
export function yamlDocument(text: string, what: string): unknown {
  try {
    return text.trim() === '' ? null : load(text, { schema: YAML11_SCHEMA });
  } catch (error) {
    throw new JujuError(`${what}: yaml: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
  }
}
