// What a password may be that somebody chooses.
import { MAX_PASSWORD_LENGTH } from './names.ts';

/** Why it cannot be a password, to be put behind what it is of; undefined if it can. */
export function passwordProblem(password: string): string | undefined {
  if (password === '') return 'is empty';
  if (password.length > MAX_PASSWORD_LENGTH) return `is longer than ${MAX_PASSWORD_LENGTH} characters; give a shorter one`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f]/.test(password)) return 'has control characters, such as a line break; give one without them';
  return undefined;
}
