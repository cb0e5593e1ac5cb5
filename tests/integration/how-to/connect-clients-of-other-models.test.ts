// docs/how-to/connect-clients-of-other-models.md, typed. A file of its own, so that the pages are typed side by side.
import { connectClientsOfOtherModels } from './connect-clients-of-other-models.ts';
import { typePage } from './typed.ts';

typePage('connect-clients-of-other-models', connectClientsOfOtherModels);
