// MessagePack as far as a plan needs it: an object's fields, each left as it is written or replaced.

/** Replaces the nulls among an object's fields that `wanted` names with what Terraform writes for a value that is known after apply. */
export const withUnknown = (object: Buffer, wanted: (name: string) => boolean): Buffer => {
  const head = object[0]!;
  const [count, start] = head >> 4 === 0x8 ? [head & 0xf, 1] : head === 0xde ? [object.readUInt16BE(1), 3] : [undefined, 0];
  if (count === undefined) return object;
  const parts = [object.subarray(0, start)];
  let at = start;
  for (let index = 0; index < count; index += 1) {
    const value = endOf(object, at);
    const end = endOf(object, value);
    const name = object.toString('utf8', value - textLength(object, at), value);
    parts.push(object.subarray(at, value), object[value] === 0xc0 && wanted(name) ? unknown : object.subarray(value, end));
    at = end;
  }
  return Buffer.concat(parts);
};

/** An extension of type 0 with one byte. */
const unknown = Buffer.from([0xd4, 0, 0]);

const textLength = (bytes: Buffer, at: number): number => {
  const head = bytes[at]!;
  if (head >> 5 === 0b101) return head & 0x1f;
  if (head === 0xd9) return bytes[at + 1]!;
  throw new Error(`cannot read the name of a field: it begins with ${head}`);
};

/** Where the value that begins at a place ends. */
const endOf = (bytes: Buffer, at: number): number => {
  const head = bytes[at];
  if (head === undefined) throw new Error('cannot read the value: it has no end');
  if (head <= 0x7f || head >= 0xe0) return at + 1;
  if (head >> 4 === 0x8) return skip(bytes, at + 1, 2 * (head & 0xf));
  if (head >> 4 === 0x9) return skip(bytes, at + 1, head & 0xf);
  if (head >> 5 === 0b101) return at + 1 + (head & 0x1f);
  if (head in fixed) return at + fixed[head]!;
  switch (head) {
    case 0xc4:
    case 0xd9:
      return at + 2 + bytes[at + 1]!;
    case 0xc5:
    case 0xda:
      return at + 3 + bytes.readUInt16BE(at + 1);
    case 0xc7:
      return at + 3 + bytes[at + 1]!;
    case 0xdc:
      return skip(bytes, at + 3, bytes.readUInt16BE(at + 1));
    case 0xde:
      return skip(bytes, at + 3, 2 * bytes.readUInt16BE(at + 1));
    default:
      throw new Error(`cannot read a value that begins with ${head}`);
  }
};

const skip = (bytes: Buffer, at: number, count: number): number => {
  for (let index = 0; index < count; index += 1) at = endOf(bytes, at);
  return at;
};

/** Sizes of the values whose first byte says them: nothing, truth values, numbers, small extensions. */
const fixed: Record<number, number> = {
  ...{ 192: 1, 194: 1, 195: 1, 202: 5, 203: 9, 204: 2, 205: 3, 206: 5, 207: 9 },
  ...{ 208: 2, 209: 3, 210: 5, 211: 9, 212: 3, 213: 4, 214: 6, 215: 10, 216: 18 },
};
