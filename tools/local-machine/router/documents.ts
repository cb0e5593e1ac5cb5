// Documents as bytes: a router looks at a few top-level fields of a command and passes the rest on as it came.
import { BSON, type Document } from 'mongodb';

export type { Document } from 'mongodb';

/** A document as bytes. */
export const encode = (document: Document): Buffer => Buffer.from(BSON.serialize(document, { ignoreUndefined: true }));

/** All of a document. Integers that a JavaScript number can hold become one. */
export const decode = (bytes: Uint8Array): Document => BSON.deserialize(bytes, readOptions);

/** Some of the top-level fields. */
export const pick = (bytes: Uint8Array, names: readonly string[]): Document => decode(keep(bytes, name => names.includes(name)));

/** All top-level fields but some. */
export const decodeWithout = (bytes: Uint8Array, names: readonly string[]): Document => decode(keep(bytes, name => !names.includes(name)));

/** The document without some of its top-level fields and with others, which come last. What is not named keeps its bytes. */
export const change = (bytes: Uint8Array, without: readonly string[], added: Document = {}): Buffer => {
  const names = new Set([...without, ...Object.keys(added)]);
  const rest = keep(bytes, name => !names.has(name));
  const more = encode(added);
  // A document is its length, its elements and a zero.
  const result = Buffer.concat([rest.subarray(0, -1), more.subarray(4)]);
  result.writeInt32LE(result.length, 0);
  return result;
};

/** A reply without what the members of a cluster tell each other in it. */
export const plain = ({
  $clusterTime,
  operationTime,
  lastCommittedOpTime,
  $gleStats,
  $configTime,
  $topologyTime,
  ...reply
}: Document): Document => reply;

/** The bytes of each document in an array field, or undefined when there is no such array. */
export const documentsOf = (bytes: Uint8Array, name: string): Buffer[] | undefined => {
  const view = viewOf(bytes);
  for (const element of elementsOf(view)) {
    if (nameOf(view, element) !== name || element[0] !== arrayType) continue;
    const array = view.subarray(element[3], element[3] + element[4]);
    return [...elementsOf(array)].filter(inner => inner[0] === documentType).map(inner => array.subarray(inner[3], inner[3] + inner[4]));
  }
  return undefined;
};

/** The bytes of the document that a field holds, or undefined when it holds none. */
export const inner = (bytes: Uint8Array, name: string): Buffer | undefined => {
  const view = viewOf(bytes);
  for (const element of elementsOf(view)) {
    if (element[0] === documentType && nameOf(view, element) === name) return view.subarray(element[3], element[3] + element[4]);
  }
  return undefined;
};

/** The first field's name, which in a command is the command's. */
export const firstName = (bytes: Uint8Array): string => {
  const view = viewOf(bytes);
  for (const element of elementsOf(view)) return nameOf(view, element);
  return '';
};

const readOptions = { validation: { utf8: false } } as const;
const documentType = 3;
const arrayType = 4;

type Element = readonly [type: number, nameOffset: number, nameLength: number, offset: number, length: number];

const elementsOf = (bytes: Buffer): Iterable<Element> => BSON.onDemand.parseToElements(bytes) as Iterable<Element>;

const nameOf = (bytes: Buffer, [, offset, length]: Element): string => bytes.toString('latin1', offset, offset + length);

const keep = (bytes: Uint8Array, wanted: (name: string) => boolean): Buffer => {
  const view = viewOf(bytes);
  const parts: Buffer[] = [Buffer.alloc(4)];
  for (const element of elementsOf(view)) {
    // An element begins with its type, one byte before its name.
    if (wanted(nameOf(view, element))) parts.push(view.subarray(element[1] - 1, element[3] + element[4]));
  }
  parts.push(Buffer.alloc(1));
  const result = Buffer.concat(parts);
  result.writeInt32LE(result.length, 0);
  return result;
};

const viewOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
