// What engine and hook tools both make of secrets: ids, revisions, times of rotation.
import { createHash, randomBytes } from 'node:crypto';
import type { Secret, SecretRevision, Values } from './state.ts';

const hourMs = 3_600_000;
const rotationMs: Record<string, number> = {
  hourly: hourMs,
  daily: 24 * hourMs,
  weekly: 7 * 24 * hourMs,
  monthly: 30 * 24 * hourMs,
  quarterly: 90 * 24 * hourMs,
  yearly: 365 * 24 * hourMs,
};

const processBytes = randomBytes(5);
let counter = randomBytes(3).readUIntBE(0, 3) >>> 1;

/** 20 characters 0-9a-v as Juju's xid: seconds, five bytes of this process, a counter. So later ids sort behind earlier ones. */
export const newSecretId = (): string => {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(Math.floor(Date.now() / 1000), 0);
  processBytes.copy(bytes, 4);
  counter = (counter + 1) & 0xffffff;
  bytes.writeUIntBE(counter, 9, 3);
  let value = BigInt(`0x${bytes.toString('hex')}`) << 4n;
  let id = '';
  for (let digit = 0; digit < 20; digit += 1) {
    id = '0123456789abcdefghijklmnopqrstuv'[Number(value & 31n)] + id;
    value >>= 5n;
  }
  return id;
};

/** A revision with its checksum. @param content key -> base64 */
export const newRevision = (revision: number, content: Values, now: string): SecretRevision => ({
  revision,
  content,
  created: now,
  updated: now,
  checksum: createHash('sha256')
    .update(JSON.stringify(Object.entries(content).sort(([one], [other]) => (one < other ? -1 : 1))))
    .digest('hex'),
});

/** Says when the secret is to be rotated next, by its policy. */
export const setNextRotation = (secret: Secret, now: string): void => {
  const next = nextRotation(secret.rotate, now);
  delete secret.rotationDue;
  if (next === undefined) delete secret.nextRotate;
  else secret.nextRotate = next;
};

/** When a secret is to be rotated next. */
export const nextRotation = (policy: Secret['rotate'], now: string): string | undefined => {
  const period = rotationMs[policy];
  return period === undefined ? undefined : new Date(Date.parse(now) + period).toISOString();
};
