/** A stray with where it is, as it is recorded and told. */
import type { Look } from './look.ts';
import type { Stray } from './stray.ts';

export type FoundStray = Stray & Pick<Look, 'environment' | 'cluster' | 'namespace'>;
