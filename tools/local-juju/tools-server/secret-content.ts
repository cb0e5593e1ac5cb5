// The words and files that make the content of a secret, and what --rotate and --expire may say.
import { load, YAMLException } from 'js-yaml';
import { goQuote } from '../format/quote.ts';
import type { Secret, Values } from '../state.ts';
import { ToolError, UsageError } from './errors.ts';
import type { SecretDetails } from './secrets-pending.ts';
import type { Call } from './tool.ts';

const KEY = /^[a-z](-?[a-z0-9]){2,}$/;
const MAX_BYTES = 1024 * 1024;
const POLICIES = ['never', 'hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly'];

/** Keys with base64 content; empty when nothing was given. @throws {UsageError} */
export const readContent = async (call: Call, words: readonly string[]): Promise<Values> => {
  const content: Values = {};
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) throw new UsageError(`key value ${goQuote(word)} not valid`);
    const value = word.slice(at + 1);
    if (value === '') throw new UsageError(`key value ${goQuote(word)} not valid`);
    const [key = '', form] = word.slice(0, at).split('#');
    checkKey(key);
    content[key] = await encoded(call, key, form, value);
  }
  const file = call.flags.file;
  if (typeof file === 'string' && file !== '') Object.assign(content, { ...(await fromFile(call, file)), ...content });
  const size = Object.entries(content).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (size > MAX_BYTES) throw new UsageError(`secret content of size ${size} exceeds the maximum of ${MAX_BYTES} bytes`);
  return content;
};

const encoded = async (call: Call, key: string, form: string | undefined, value: string): Promise<string> => {
  if (form === 'base64') return value;
  if (form !== 'file') return Buffer.from(value).toString('base64');
  try {
    return Buffer.from(await call.readFile(value)).toString('base64');
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new UsageError(`reading content for secret key ${goQuote(key)}: ${error.message}`);
  }
};

const fromFile = async (call: Call, path: string): Promise<Values> => {
  let parsed: unknown;
  try {
    parsed = load(await call.readFile(path));
  } catch (error) {
    if (error instanceof YAMLException) throw new UsageError(`yaml: ${error.reason}`);
    if (error instanceof ToolError) throw new UsageError(error.message);
    throw error;
  }
  const content: Values = {};
  for (const [name, value] of Object.entries((parsed ?? {}) as Record<string, unknown>)) {
    const [key = '', form] = name.split('#');
    checkKey(key);
    if (value === null || typeof value === 'object') throw new UsageError(`key value ${goQuote(`${key}=`)} not valid`);
    content[key] = form === 'base64' ? String(value) : Buffer.from(String(value)).toString('base64');
  }
  return content;
};

const checkKey = (key: string): void => {
  if (!KEY.test(key)) throw new UsageError(`key ${goQuote(key)} not valid`);
};

/** @throws {UsageError} */
export const readDetails = (call: Call, now: string): SecretDetails => {
  const { label, description, rotate, expire } = call.flags;
  return {
    ...(typeof label === 'string' && label !== '' ? { label } : {}),
    ...(typeof description === 'string' && description !== '' ? { description } : {}),
    ...(typeof rotate === 'string' && rotate !== '' ? { rotate: checkedPolicy(rotate) } : {}),
    ...(typeof expire === 'string' && expire !== '' ? { expires: expiryOf(expire, now) } : {}),
  };
};

const checkedPolicy = (text: string): Secret['rotate'] => {
  if (!POLICIES.includes(text)) throw new UsageError(`rotate policy ${goQuote(text)} not valid`);
  return text as Secret['rotate'];
};

/** A Go duration from now, or a point in time. */
const expiryOf = (text: string, now: string): string => {
  const duration = /^(-?)((?:\d+(?:\.\d+)?(?:h|ms|m|s|us|ns))+)$/.exec(text);
  if (duration) {
    if (duration[1] === '-') throw new UsageError(`negative expire duration ${goQuote(text)} not valid`);
    return new Date(Date.parse(now) + durationMs(duration[2] ?? '')).toISOString();
  }
  const [, time] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(Z|[-+]\d\d:\d\d)?$/.exec(text) ?? [];
  if (time === undefined) throw new UsageError(`expire time or duration ${goQuote(text)} not valid`);
  return new Date(/Z|[-+]\d\d:\d\d$/.test(text) ? text : `${text}Z`).toISOString();
};

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1, us: 0.001, ns: 0.000_001 };
const durationMs = (text: string): number =>
  [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|ns)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0),
    0,
  );
