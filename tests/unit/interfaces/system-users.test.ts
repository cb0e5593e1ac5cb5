// The secret with passwords for the charm's own users.
import { expect, test } from 'vitest';
import { decodeSystemUsers } from '../../../src/interfaces/system-users.ts';

test('names some of the users, or all', () => {
  expect(decodeSystemUsers({ operator: 'a"ä $', backup: 'b' })).toEqual({ passwords: { operator: 'a"ä $', backup: 'b' } });
});
test.each<[string, Record<string, string>, RegExp]>([
  ['nobody', {}, /^the secret is empty; give it a password for operator, monitor or backup$/],
  [
    'an unknown user',
    { operator: 'x', root: 'y' },
    /^the secret names a user that the charm does not have; it may name operator, monitor, backup$/,
  ],
  ['an empty password', { monitor: '' }, /^the password of monitor is empty$/],
  ['a long password', { backup: 'x'.repeat(4097) }, /^the password of backup is longer than 4096 characters; give a shorter one$/],
  ['a line break', { operator: 'a\nb' }, /^the password of operator has control characters/],
])('that names %s is refused with a sentence', (_, content, sentence) => {
  expect(decodeSystemUsers(content)).toEqual({ problem: expect.stringMatching(sentence) });
});
test('whose sides were mistaken for each other is not repeated', () => {
  expect(JSON.stringify(decodeSystemUsers({ 'my-password': 'operator' }))).not.toContain('my-password');
});
