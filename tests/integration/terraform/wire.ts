// Messages as Protocol Buffers and gRPC write them, as far as a provider of Terraform needs them.

/** A field of a message: a number or a truth value, a text or bytes, or a message in turn. Several of one number are a list. */
export type Field = readonly [number: number, value: number | boolean | string | Uint8Array];

export const message = (fields: readonly Field[]): Buffer => Buffer.concat(fields.map(field));

/** The bytes of the last field of this number, empty where there is none. @throws when it is not a text, bytes or a message. */
export const bytesOf = (wanted: number, bytes: Buffer): Buffer => {
  let found: Buffer = Buffer.alloc(0);
  for (let at = 0; at < bytes.length; ) {
    const key = readVarint(bytes, at);
    const value = readVarint(bytes, key.next);
    const [number, kind] = [key.value >>> 3, key.value & 7];
    if (kind === 2) {
      at = value.next + value.value;
      if (number === wanted) found = bytes.subarray(value.next, at);
    } else if (kind === 0 && number !== wanted) at = value.next;
    else throw new Error(`cannot read field ${number}: it is of the kind ${kind}`);
  }
  return found;
};

/** One message as it goes over a gRPC stream: not compressed, its length before it. */
export const frame = (body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
};

export const unframe = (bytes: Buffer): Buffer => bytes.subarray(5, 5 + bytes.readUInt32BE(1));

const field = ([number, value]: Field): Buffer => {
  if (typeof value === 'number' || typeof value === 'boolean') return Buffer.concat([varint(number << 3), varint(Number(value))]);
  const bytes = Buffer.from(value as string);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
};

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return Buffer.from([...bytes, value]);
};

const readVarint = (bytes: Buffer, at: number): { value: number; next: number } => {
  let value = 0;
  for (let shift = 0; ; shift += 7, at += 1) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error('cannot read the message: it has no end');
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: at + 1 };
  }
};
