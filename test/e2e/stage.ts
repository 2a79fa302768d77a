/** Once, before any story: the repository that releases come from is made, and the stack is one that stories can play on. */
import type { TestProject } from 'vitest/node';
import { ensureRepository, headOf } from '../../infra/local/demo/repository.ts';
import { call } from './when.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A commit that every file knows: what two of them ask for with it is one release. */
    readonly platformCommit: string;
  }
}

export default async function stage({ provide }: TestProject): Promise<void> {
  const { status } = await call({ subject: 'sam', groups: ['sre'] }, 'GET', '/v1/services/idle-scorer/environments/rehearsal');
  if (status !== 200)
    throw new Error(
      'this stack does not know the services of the tests (test/e2e/catalog): `node_modules/.bin/node infra/local/test/main.ts e2e` starts one that does',
    );
  provide('platformCommit', await headOf(await ensureRepository()));
}
