// The words and files that make the content of a secret, and what --rotate and --expire may say.
import { goQuote } from '../format/quote.ts';
import type { Secret, Values } from '../state.ts';
import { ToolError, UsageError } from './errors.ts';
import { parseValuesFile } from './keyvalues.ts';
import type { SecretDetails } from './secrets-pending.ts';
import type { Call } from './tool.ts';

const KEY = /^[a-z](-?[a-z0-9]){2,}$/;
const MAX_BYTES = 1_000_000; // of base64, for each value and for all
const POLICIES = ['never', 'hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly'];

/** Keys with base64 content; empty when nothing was given. A file's keys win. @throws {UsageError} */
export const readContent = async (call: Call, words: readonly string[]): Promise<Values> => {
  const content: Values = {};
  for (const word of words) {
    // The padding of a base64 value must not be taken for the sign between key and value.
    const at = withoutPadding(word).indexOf('=');
    if (at < 1) throw new UsageError(`key value ${goQuote(word)} not valid`);
    const { key, form } = splitKey(word.slice(0, at));
    content[key] = await encoded(call, key, form, word.slice(at + 1));
  }
  const file = call.flags.file;
  checkContent(content);
  if (typeof file !== 'string' || file === '') return content;
  const filed = await fromFile(call, file);
  checkContent(filed);
  return { ...content, ...filed };
};

const withoutPadding = (word: string): string => {
  let end = word.length;
  while (word[end - 1] === '=') end -= 1;
  return word.slice(0, end);
};

const checkContent = (content: Values): void => {
  let total = 0;
  for (const [key, value] of Object.entries(content)) {
    if (!KEY.test(key)) throw new UsageError(`key ${goQuote(key)} not valid`);
    if (value.length > MAX_BYTES)
      throw new UsageError(`base64 encoded secret content for key ${goQuote(key)} too large: ${value.length} bytes`);
    total += value.length;
  }
  if (total > MAX_BYTES) throw new UsageError(`base64 encoded secret content too large: ${total} bytes`);
};

const splitKey = (text: string): { key: string; form: string } => {
  const [, key = text, form = ''] = /^(.*)#(base64|file)$/s.exec(text) ?? [];
  return { key, form };
};

const encoded = async (call: Call, key: string, form: string, value: string): Promise<string> => {
  if (form === 'base64') return value;
  if (form !== 'file') return Buffer.from(value).toString('base64');
  try {
    return (await call.readBytes(value)).toString('base64');
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new UsageError(`reading content for secret key ${goQuote(key)}: ${error.message}`);
  }
};

const fromFile = async (call: Call, path: string): Promise<Values> => {
  let values: Values;
  try {
    values = parseValuesFile(await call.readFile(path));
  } catch (error) {
    if (error instanceof ToolError) throw new UsageError(error.message);
    throw error;
  }
  const entries = Object.entries(values).map(([name, value]) => {
    const { key, form } = splitKey(name);
    return form === 'base64' ? [key, value] : [name, Buffer.from(value).toString('base64')];
  });
  return Object.fromEntries(entries);
};

/** Everything but the content; `--owner` is only checked. @throws {UsageError} */
export const readDetails = (call: Call, now: string): SecretDetails => {
  const { label, description, rotate, expire, owner = 'application' } = call.flags;
  const details: SecretDetails = {
    ...(typeof label === 'string' && label !== '' ? { label } : {}),
    ...(typeof description === 'string' && description !== '' ? { description } : {}),
    ...(typeof expire === 'string' && expire !== '' ? { expires: expiryOf(expire, now) } : {}),
    ...(typeof rotate === 'string' && rotate !== '' ? { rotate: checkedPolicy(rotate) } : {}),
  };
  if (owner !== 'application' && owner !== 'unit') throw new UsageError(`secret owner ${goQuote(String(owner))} not valid`);
  return details;
};

const checkedPolicy = (text: string): Secret['rotate'] => {
  if (!POLICIES.includes(text)) throw new UsageError(`rotate policy ${goQuote(text)} not valid`);
  return text as Secret['rotate'];
};

/** A Go duration from now, or a point in time. */
const expiryOf = (text: string, now: string): string => {
  const [, time, zone = 'Z'] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[-+]\d\d:\d\d)?$/.exec(text) ?? [];
  const at = time === undefined ? undefined : Date.parse(time + zone);
  if (at !== undefined && !Number.isNaN(at)) return new Date(at).toISOString();
  const [, sign, duration] = /^([-+]?)((?:\d+(?:\.\d*)?(?:h|ms|m|s|us|µs|ns))+|0)$/.exec(text) ?? [];
  if (duration === undefined) throw new UsageError(`expire time or duration ${goQuote(text)} not valid`);
  const ms = durationMs(duration);
  if (sign === '-' || ms === 0) throw new UsageError(`negative expire duration ${goQuote(text)} not valid`);
  return new Date(Date.parse(now) + ms).toISOString();
};

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1, us: 0.001, µs: 0.001, ns: 0.000_001 };
const durationMs = (text: string): number =>
  [...text.matchAll(/(\d+(?:\.\d*)?)(h|ms|m|s|us|µs|ns)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0),
    0,
  );
