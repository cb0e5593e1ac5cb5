// Fingerprints without the arithmetic of HMAC: what counts here is that two texts, or two keys, have different ones.
import { fingerprint } from '../../../src/core/hash.ts';

export const createHmac = (_kind: string, key: string) => {
  const parts = [key];
  const hmac = {
    update: (text: string) => {
      parts.push(text);
      return hmac;
    },
    digest: (_encoding: 'hex'): string => fingerprint(parts.join('\0')).repeat(4),
  };
  return hmac;
};
