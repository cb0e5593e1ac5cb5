// The messages of MongoDB's wire protocol that a router reads and writes: OP_MSG, and for a driver's first word OP_QUERY and OP_REPLY.
// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
import { type Document, encode } from './documents.ts';

export const opcodes = { reply: 1, query: 2004, message: 2013 } as const;
export const flags = { checksum: 1, moreToCome: 2 } as const;
export const largestMessage = 48_000_000;

/** Documents that stand beside a command's body, like those of an insert. `documents` holds their bytes one after the other. */
export type Sequence = { readonly name: string; readonly documents: Buffer };
export type Message = { readonly id: number; readonly flags: number; readonly body: Buffer; readonly sequences: readonly Sequence[] };

/** Splits a stream of bytes into messages. @throws {Error} when what comes is no message. */
export const divide = (take: (message: Buffer) => void): ((piece: Buffer) => void) => {
  let pieces: Buffer[] = [];
  let size = 0;
  let wanted = 4;
  return piece => {
    pieces.push(piece);
    size += piece.length;
    while (size >= wanted) {
      const bytes = pieces.length === 1 ? piecesFirst(pieces) : Buffer.concat(pieces);
      pieces = [bytes];
      const length = bytes.readInt32LE(0);
      if (length < headerSize || length > largestMessage + 16_384) throw new Error(`a message cannot be ${length} bytes long`);
      wanted = length;
      if (size < length) return;
      take(bytes.subarray(0, length));
      pieces = [bytes.subarray(length)];
      size -= length;
      wanted = 4;
    }
  };
};

export const opcodeOf = (bytes: Buffer): number => bytes.readInt32LE(12);
export const idOf = (bytes: Buffer): number => bytes.readInt32LE(4);

/** Reads an OP_MSG. @throws {Error} when it is malformed. */
export const readMessage = (bytes: Buffer): Message => {
  const flagBits = bytes.readUInt32LE(headerSize);
  const end = bytes.length - ((flagBits & flags.checksum) === 0 ? 0 : 4);
  let body: Buffer | undefined;
  const sequences: Sequence[] = [];
  for (let at = headerSize + 4; at < end; ) {
    const kind = bytes[at];
    const length = bytes.readInt32LE(at + 1);
    if (length < 5 || at + 1 + length > end) throw new Error('a section of the message is longer than the message');
    const section = bytes.subarray(at + 1, at + 1 + length);
    if (kind === 0) body = section;
    else if (kind === 1) {
      const nameEnd = section.indexOf(0, 4);
      sequences.push({ name: section.toString('utf8', 4, nameEnd), documents: section.subarray(nameEnd + 1) });
    } else throw new Error(`a section of kind ${kind} is not known`);
    at += 1 + length;
  }
  if (body === undefined) throw new Error('the message has no body');
  return { id: idOf(bytes), flags: flagBits, body, sequences };
};

/** Writes an OP_MSG. @param to the id of the message that this one answers, 0 for a request. */
export const writeMessage = (body: Buffer, sequences: readonly Sequence[] = [], to = 0): Buffer => {
  const parts = [header(opcodes.message, to), Buffer.alloc(4), kindBody, body];
  for (const { name, documents } of sequences) {
    const label = Buffer.from(`${name}\0`);
    const start = Buffer.alloc(5);
    start[0] = 1;
    start.writeInt32LE(4 + label.length + documents.length, 1);
    parts.push(start, label, documents);
  }
  return sized(parts);
};

/** The document of an OP_QUERY, as which a driver sends its first `isMaster`. */
export const readQuery = (bytes: Buffer): Buffer => {
  // Flags, the collection's name, two numbers, then the document.
  const start = bytes.indexOf(0, headerSize + 4) + 9;
  return bytes.subarray(start, start + bytes.readInt32LE(start));
};

/** Writes an OP_REPLY with one document. */
export const writeReply = (document: Document, to: number): Buffer => {
  const fixed = Buffer.alloc(20);
  fixed.writeInt32LE(8, 0); // the server knows AwaitData
  fixed.writeInt32LE(1, 16); // one document
  return sized([header(opcodes.reply, to), fixed, encode(document)]);
};

/** The documents of a sequence, each as its bytes. */
export const divideDocuments = (bytes: Buffer): Buffer[] => {
  const documents: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readInt32LE(at);
    if (length < 5 || at + length > bytes.length) throw new Error('a document of the message is longer than the message');
    documents.push(bytes.subarray(at, at + length));
    at += length;
  }
  return documents;
};

const headerSize = 16;
const kindBody = Buffer.from([0]);
let lastId = 0;

const piecesFirst = ([first = Buffer.alloc(0)]: readonly Buffer[]): Buffer => first;

const header = (opcode: number, to: number): Buffer => {
  const bytes = Buffer.alloc(headerSize);
  lastId = (lastId + 1) & 0x7fffffff;
  bytes.writeInt32LE(lastId, 4);
  bytes.writeInt32LE(to, 8);
  bytes.writeInt32LE(opcode, 12);
  return bytes;
};

const sized = (parts: readonly Buffer[]): Buffer => {
  const bytes = Buffer.concat(parts);
  bytes.writeInt32LE(bytes.length, 0);
  return bytes;
};
