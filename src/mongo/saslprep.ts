// The tables of SASLprep (RFC 4013), which makes one password of what may be typed in several ways. Imported only for one that needs it.
import prepare from '@mongodb-js/saslprep';

/** @throws for characters that a password may not have. */
export const saslprep = (password: string): string => prepare(password);
