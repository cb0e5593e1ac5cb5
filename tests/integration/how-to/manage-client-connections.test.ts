// docs/how-to/manage-client-connections.md, typed. A file of its own, so that the pages are typed side by side.
import { manageClientConnections } from './manage-client-connections.ts';
import { typePage } from './typed.ts';

typePage('manage-client-connections', manageClientConnections);
