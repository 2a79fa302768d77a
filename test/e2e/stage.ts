/** Once, before any story: the stack is one that stories can play on, and has the infrastructure that they begin with. */
import * as given from './given.ts';
import { call } from './when.ts';

export default async function stage(): Promise<void> {
  const { status } = await call({ subject: 'sam', groups: ['sre'] }, 'GET', '/v1/services/idle-scorer/environments/rehearsal');
  if (status !== 200)
    throw new Error(
      'this stack does not know the services of the tests (test/e2e/catalog): `node_modules/.bin/node infra/local/test/main.ts e2e` starts one that does',
    );
  await given.appliedStack();
}
