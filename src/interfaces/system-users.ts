// The secret that the option `system-users` names: user → password, made by an operator.
import { isSystemUser, SYSTEM_USERS, type SystemUser } from '../core/names.ts';
import type { Bag } from '../core/observed.ts';
import { passwordProblem } from '../core/passwords.ts';

/**
 * The passwords, or a sentence that says what is wrong. It repeats nothing of the secret but names that the charm knows: who has mistaken
 * one side for the other has a password where a name should be.
 */
export function decodeSystemUsers(
  content: Bag,
): { readonly passwords: Readonly<Partial<Record<SystemUser, string>>> } | { readonly problem: string } {
  const entries = Object.entries(content);
  if (entries.length === 0) return { problem: 'the secret is empty; give it a password for operator, monitor or backup' };
  if (entries.some(([name]) => !isSystemUser(name)))
    return { problem: `the secret names a user that the charm does not have; it may name ${SYSTEM_USERS.join(', ')}` };
  for (const [name, password] of entries) {
    const problem = passwordProblem(password);
    if (problem !== undefined) return { problem: `the password of ${name} ${problem}` };
  }
  return { passwords: content };
}
