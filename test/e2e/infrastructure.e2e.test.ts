/**
 * Goal: what is applied is what people said yes to, whoever else was at it meanwhile and whoever stops it.
 * Method: real releases of the infrastructure. One state, so the stories follow each other.
 */
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import * as given from './given.ts';
import { people } from './given.ts';
import { address } from './stack.ts';
import * as then from './then.ts';
import * as when from './when.ts';
import { historyOf } from './world.ts';

test('two releases of one stack: the second one is asked again, since the first has changed what it would do; aborted while applying, its apply runs to its end, and what was applied is said', async () => {
  const ids = await Promise.all(
    (await given.otherReplicas(2)).map(async (replicas_max) =>
      when.ask(people.ana, await given.infrastructureRequest({}, { replicas_max })),
    ),
  );
  const asked = await Promise.all(ids.map(when.untilAsked));
  await Promise.all(asked.map(({ releaseId, statementDigest }) => when.mustDecide(people.sam, releaseId, 'approve', statementDigest)));
  const again = await Promise.any(
    asked.map(({ releaseId, statementDigest }) =>
      when.untilRelease(releaseId, 'asks again', (now) => now.statementDigest !== null && now.statementDigest !== statementDigest),
    ),
  );
  expect(again.approvals).toEqual([expect.objectContaining({ valid: false })]);
  const { releaseId: second } = again;
  const [first = ''] = ids.filter((id) => id !== second);
  then.endedAs(await when.outcomeOf(first), 'released', 'infrastructure applied');

  await when.approve(people.sam, second);
  await when.untilPhase(second, 'applying');
  await when.untilTrue(`${second} applies`, async () => (await historyOf(second)).activities.includes('applyPlan'));
  await when.mustTell(people.ana, second, 'abort');
  const outcome = await when.outcomeOf(second);
  then.endedAs(outcome, 'cancelled', 'aborted by ana');
  expect(outcome.infrastructure).toBe('applied');
  await then.nothingLeftBehind(await when.show(second));
});

test('a change that drifted after approval is asked again, by name, and applied only after a new yes', async () => {
  const id = await when.ask(people.ana, await given.changeRequest());
  const first = await when.untilAsked(id);
  await when.mustTell(people.sam, id, 'hold');
  expect((await when.decide(people.sam, id, 'approve', first.statementDigest)).status).toBe(200);

  const ssm = new SSMClient({ region: address('AWS_REGION'), endpoint: address('AWS_ENDPOINT_URL') });
  const changed = {
    Name: '/ml/production/feature-store/password',
    Value: `by hand ${Date.now()}`,
    Type: 'SecureString',
    Overwrite: true,
  } as const;
  await ssm.send(new PutParameterCommand(changed));
  await when.mustTell(people.sam, id, 'resume');

  const again = await when.untilRelease(
    id,
    'asks again',
    ({ statementDigest, phase }) => phase === 'awaiting approval' && statementDigest !== null && statementDigest !== first.statementDigest,
  );
  expect(again.approvals).toEqual([expect.objectContaining({ by: 'sam', valid: false })]);
  expect(again.change?.addresses).toContain('module.platform.aws_ssm_parameter.feature_store_password');
  expect((await historyOf(id)).activities, 'nothing was applied yet').not.toContain('applyPlan');
  const stale = await when.decide(people.olga, id, 'approve', first.statementDigest);
  expect([stale.status, stale.body.detail]).toEqual([409, expect.stringContaining('changeDigest') as string]);

  expect((await when.decide(people.olga, id, 'approve', again.statementDigest)).status).toBe(200);
  const outcome = await when.outcomeOf(id);
  then.endedAs(outcome, 'released');
  expect(outcome.infrastructure).toBe('applied');
  await then.nothingLeftBehind(await when.show(id));
});

test('aborted while planning: cancelled, nothing was changed', async () => {
  const id = await when.ask(people.ana, await given.infrastructureRequest());
  await when.untilPhase(id, 'planning');
  await when.mustTell(people.ana, id, 'abort');
  const outcome = await when.outcomeOf(id);
  then.endedAs(outcome, 'cancelled', 'aborted by ana');
  expect(outcome.infrastructure).toBe('unchanged');
});
