// docs/how-to/rotate-passwords.md, typed. A file of its own, so that the pages are typed side by side.
import { rotatePasswords } from './rotate-passwords.ts';
import { typePage } from './typed.ts';

typePage('rotate-passwords', rotatePasswords);
