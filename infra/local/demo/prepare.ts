/** Before the stack of the demo starts: the catalog that it will read. */
import { stackConfig } from '../stack/config.ts';
import { freshCatalog } from './catalog.ts';

await freshCatalog(stackConfig().home);
