// What the application's own secret holds, by the keys that the charm before this one used.
import { isKeyFile } from './key-file.ts';
import { passwordProblem } from './passwords.ts';

/** Its key of the key file. */
export const KEY_FILE = 'keyfile';

/** Whether MongoDB can do with it. The charm before this one stores the word `None` for what it has deleted. */
export const isHeld = (key: string, value: string): boolean =>
  value !== 'None' && (key === KEY_FILE ? isKeyFile(value) : passwordProblem(value) === undefined);
