// Histories that the charm once failed in, as short as they could be made. They are played in each run of the tests.
import { CALM, type Command, type History } from './history.ts';

export type Found = { readonly what: string; readonly history: History };

const command = (what: string, which: number, at: number, waitMs: number): Command => ({ do: what, which, at, waitMs });

export const found: readonly Found[] = [
  {
    what: 'a new leader that has not been told of an address takes the member that was moved there meanwhile for one that left',
    history: {
      seed: 1141,
      commands: [
        command('deploy', 0, 4, 60_000),
        command('leader', 533_746, 991, 60_000),
        command('leader', 144_339, 24_140, 60_000),
        command('address', 535_886, 976_427, 2_083),
        command('leader', 569_965, 629_022, 60_000),
      ],
      chaos: CALM,
    },
  },
];
