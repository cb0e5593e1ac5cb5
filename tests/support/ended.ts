// Programs that a test runs to their end, whatever that is: the exit code is an answer, and so is what was printed.
import { execa } from 'execa';

/** `ended(program, words, options)`: with nothing to read. `exitCode` is undefined for a program that a signal ended, or that is not there. */
export const ended = execa({ reject: false, stripFinalNewline: false, stdin: 'ignore' });
