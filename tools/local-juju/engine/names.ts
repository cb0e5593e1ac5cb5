// Which names Juju takes for applications, models and secrets, and what it says of the others.
import { JujuError } from '../contract.ts';
import { isApplicationName, isModelName } from '../name-patterns.ts';

/** @throws {JujuError} with the reason that Juju gives. */
export const checkApplicationName = (name: string): void => {
  if (isApplicationName(name)) return;
  throw new JujuError(`invalid application name "${name}"${reasonAgainst(name)}`, 2);
};

/** @throws {JujuError} */
export const checkModelName = (name: string): void => {
  if (isModelName(name)) return;
  throw new JujuError(
    `"${name}" is not a valid name: model names may only contain lowercase letters, digits and hyphens, and must start with a letter or a digit`,
  );
};

const reasonAgainst = (name: string): string => {
  if (/[A-Z]/.test(name)) return ', unexpected uppercase character';
  if (/-\d+$/.test(name)) return ', unexpected number(s) found after last hyphen';
  const odd = /[^a-z0-9-]/.exec(name);
  if (odd) return `, unexpected character ${odd[0]}`;
  return '';
};
