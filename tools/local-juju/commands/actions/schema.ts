// Checks action parameters against the JSON schema of an action, with the texts of Juju's checker, and fills in defaults.
import { type GoValue, goJson as printJson } from '../../format/json.ts';

type Schema = Record<string, unknown>;
const goJson = (value: unknown) => printJson(value as GoValue);

/** The failures of `value`, each like `(root).num : must be of type integer, given "abc"`. */
export function schemaFailures(schema: Schema, value: unknown): string[] {
  return failuresAt(schema, value, '(root)');
}

/** A copy of the parameters with the defaults of absent properties, nested ones too. */
export function withDefaults(schema: Schema, value: Record<string, unknown>): Record<string, unknown> {
  const filled: Record<string, unknown> = { ...value };
  for (const [name, property] of Object.entries(asMap(schema.properties))) {
    const own = asMap(property);
    if (!(name in filled)) {
      if ('default' in own) filled[name] = own.default;
      else if (hasDefaults(own)) filled[name] = withDefaults(own, {});
    } else if (isMap(filled[name])) filled[name] = withDefaults(own, filled[name]);
  }
  return filled;
}

function hasDefaults(schema: Schema): boolean {
  return Object.values(asMap(schema.properties)).some(property => 'default' in asMap(property) || hasDefaults(asMap(property)));
}

function failuresAt(schema: Schema, value: unknown, path: string): string[] {
  const fail = (text: string) => `${path} : ${text}, given ${goJson(value)}`;
  const types = schema.type === undefined ? [] : [schema.type].flat().map(String);
  if (types.length > 0 && !types.some(type => isOfType(type, value))) return [fail(`must be of type ${types.join(', ')}`)];
  const failures: string[] = [];
  if (Array.isArray(schema.enum) && !schema.enum.some(allowed => goJson(allowed) === goJson(value)))
    failures.push(fail(`must match one of the enum values [${schema.enum.map(allowed => goJson(allowed)).join(',')}]`));
  if (typeof value === 'number') failures.push(...numberFailures(schema, value).map(fail));
  if (typeof value === 'string') failures.push(...stringFailures(schema, value).map(fail));
  if (Array.isArray(value)) failures.push(...listFailures(schema, value, path, fail));
  if (isMap(value)) failures.push(...mapFailures(schema, value, path, fail));
  return failures;
}

function numberFailures(schema: Schema, value: number): string[] {
  const texts: string[] = [];
  const { minimum, maximum, multipleOf } = schema;
  if (typeof minimum === 'number' && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum))
    texts.push(schema.exclusiveMinimum === true ? `must be greater than ${minimum}` : `must be greater than or equal to ${minimum}`);
  if (typeof maximum === 'number' && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum))
    texts.push(schema.exclusiveMaximum === true ? `must be lower than ${maximum}` : `must be lower than or equal to ${maximum}`);
  if (typeof multipleOf === 'number' && value % multipleOf !== 0) texts.push(`must be a multiple of ${multipleOf}`);
  return texts;
}

function stringFailures(schema: Schema, value: string): string[] {
  const texts: string[] = [];
  const length = [...value].length;
  if (typeof schema.minLength === 'number' && length < schema.minLength)
    texts.push(`string length must be greater than or equal to ${schema.minLength}`);
  if (typeof schema.maxLength === 'number' && length > schema.maxLength)
    texts.push(`string length must be lower than or equal to ${schema.maxLength}`);
  if (typeof schema.pattern === 'string' && !new RegExp(schema.pattern).test(value))
    texts.push(`does not match pattern '${schema.pattern}'`);
  return texts;
}

function listFailures(schema: Schema, value: readonly unknown[], path: string, fail: (text: string) => string): string[] {
  const failures: string[] = [];
  if (typeof schema.minItems === 'number' && value.length < schema.minItems)
    failures.push(fail(`array must have at least ${schema.minItems} items`));
  if (typeof schema.maxItems === 'number' && value.length > schema.maxItems)
    failures.push(fail(`array must have at most ${schema.maxItems} items`));
  if (schema.uniqueItems === true && new Set(value.map(item => goJson(item))).size < value.length)
    failures.push(fail('array items must be unique'));
  if (isMap(schema.items)) for (const [at, item] of value.entries()) failures.push(...failuresAt(schema.items, item, `${path}.${at}`));
  return failures;
}

function mapFailures(schema: Schema, value: Record<string, unknown>, path: string, fail: (text: string) => string): string[] {
  const failures: string[] = [];
  const properties = asMap(schema.properties);
  for (const name of Array.isArray(schema.required) ? schema.required.map(String) : [])
    if (!(name in value)) failures.push(fail(`"${name}" property is missing and required`));
  for (const [name, property] of Object.entries(value)) {
    if (name in properties) failures.push(...failuresAt(asMap(properties[name]), property, `${path}.${name}`));
    else if (schema.additionalProperties === false) failures.push(fail(`additional property "${name}" is not allowed`));
    else if (isMap(schema.additionalProperties)) failures.push(...failuresAt(schema.additionalProperties, property, `${path}.${name}`));
  }
  return failures;
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'string') return typeof value === 'string';
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'number') return typeof value === 'number';
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isMap(value);
  if (type === 'null') return value === null;
  return true;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asMap(value: unknown): Schema {
  return isMap(value) ? value : {};
}
