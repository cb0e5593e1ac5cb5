// Programs that a test runs to their end, whatever that is: the exit code is an answer, and so is what was printed.
import { execa } from 'execa';

/** `runProgram(program, words, options)`: it has nothing to read. `exitCode` is undefined where a signal ended it, or it is not there. */
export const runProgram = execa({ reject: false, stripFinalNewline: false, stdin: 'ignore' });
