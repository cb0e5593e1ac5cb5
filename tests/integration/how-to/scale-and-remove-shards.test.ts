// docs/how-to/scale-and-remove-shards.md, typed. A file of its own, so that the pages are typed side by side.
import { scaleAndRemoveShards } from './scale-and-remove-shards.ts';
import { typePage } from './typed.ts';

typePage('scale-and-remove-shards', scaleAndRemoveShards);
