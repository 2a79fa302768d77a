/**
 * Goal: a good version serves afterwards; a bad one is gone, and what served before serves on.
 * Method: real releases. Services have lanes of their own, so that stories run side by side.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import * as given from './given.ts';
import { people } from './given.ts';
import { silently } from './stack.ts';
import * as then from './then.ts';
import * as when from './when.ts';
import { historyOf, weightsOf } from './world.ts';

const rehearsalOnly = 'the stack of `make test` has an environment with a short deadline';

beforeAll(async () => {
  await Promise.all([given.liveVersion('fraud-scorer'), given.liveVersion('churn-scorer'), given.appliedStack()]);
});

describe('a good version', () => {
  test.concurrent('is compared, promoted and serves; the old one is parked; the record is whole', async () => {
    const request = await given.modelRequest('fraud-scorer');
    const { id, outcome } = await when.releaseApproved(people.ana, people.sam, request);
    then.endedAs(outcome, 'released', '2026.11.2 serves all of fraud-scorer');
    const release = await when.show(id);
    const passed = [
      'fetching',
      'checking',
      'judging',
      'awaiting approval',
      'queued',
      'deploying',
      'shifting',
      'watching',
      'finishing',
      'closed',
    ];
    expect(release.history.map(({ phase }) => phase)).toEqual(passed);
    expect(release.slots?.live, 'it was compared').not.toBeNull();
    await then.serves('fraud-scorer', id);
    await then.nothingLeftBehind(release);
    await then.recordIsWhole(id);

    const { body } = await when.call(people.ana, 'GET', '/v1/services/fraud-scorer/environments/production');
    expect(body).toMatchObject({ running: { version: '2026.11.2', release: id, requester: 'ana' }, open: [] });
  });

  test.concurrent('in four steps, with its infrastructure, leaves a history of at most 350 events and 32 KiB a payload', async ({
    skip,
  }) => {
    if (!(await given.hasRehearsal())) skip(rehearsalOnly);
    await given.liveVersion('probe-scorer', 'rehearsal');
    const { source, infrastructure } = await given.infrastructureRequest();
    const request = await given.modelRequest('probe-scorer', { environment: 'rehearsal', source, infrastructure });
    const { id, outcome } = await when.releaseApproved(people.ana, people.sam, request);
    then.endedAs(outcome, 'released');
    const { events, longestPayloadBytes, activities } = await historyOf(id);
    expect(activities.filter((name) => name === 'setWeights')).toHaveLength(4);
    expect(events).toBeLessThanOrEqual(350);
    expect(longestPayloadBytes).toBeLessThanOrEqual(32 * 1024);
    console.log(`a release of four steps: ${events} events, the longest payload ${longestPayloadBytes} bytes`);
  });
});

/** One case a service at a time: first these two, then the others. */
const rounds = [
  [
    { name: 'slow-model', service: 'fraud-scorer' },
    { name: 'failing-model', service: 'churn-scorer' },
  ],
  [
    { name: 'never-ready', service: 'fraud-scorer' },
    { name: 'crash-looping', service: 'churn-scorer' },
  ],
];

describe.each(rounds.map((cases) => ({ cases })))('a bad version', ({ cases }) => {
  test.concurrent.each(cases)('$name is rolled back, with the reason, and nothing of it is left', async ({ name, service }) => {
    const { expected } = given.caseNamed(name);
    const before = await weightsOf(service);
    const { id, outcome } = await when.releaseApproved(given.ownerOf(service), people.sam, await given.caseRequest(name, service));
    then.endedAs(outcome, 'rolled back', expected.because);
    const release = await when.show(id);
    expect(then.decidingPhase(release)).toBe(expected.phase);
    expect(outcome.model).toBe('put back');
    const failed = release.verdict?.metrics.filter(({ answer }) => answer === 'fail').map(({ metric }) => metric) ?? [];
    expect(failed, 'one metric decided it, or the judge was never asked').toHaveLength(expected.phase === 'shifting' ? 1 : 0);
    expect(await weightsOf(service)).toEqual(before);
    await then.putBack(release);
    await then.nothingLeftBehind(release);
    await then.recordIsWhole(id);

    const events = await when.readEvents(people.sam, id, null);
    const verdicts = events.filter(({ event }) => event.includes('canary.judged')).map(({ data }) => data);
    // Pods that never became ready are shown with their own events as evidence.
    if (expected.phase === 'deploying')
      expect(JSON.parse(verdicts.at(-1) ?? '{}')).toMatchObject({
        event: { data: { evidence: expect.arrayContaining([expect.any(String)]) as unknown } },
      });
    else expect(verdicts.join()).toContain(failed[0]);
  });
});

describe('two at once', () => {
  test.concurrent('a rollback asked for while another release shifts goes first: that one is put back, the earlier version serves', async () => {
    const shifting = await when.ask(people.ana, await given.modelRequest('fraud-scorer'));
    await when.approve(people.sam, shifting);
    await when.untilRelease(shifting, 'has traffic', ({ weightPercent }) => weightPercent > 0);
    const rollback = await when.rollBack(people.sam, 'fraud-scorer', `INC-${Date.now()}`);
    const [first, second] = await Promise.all([when.outcomeOf(shifting), when.outcomeOf(rollback)]);
    then.endedAs(first, 'rolled back', 'a rollback needs this service');
    then.endedAs(second, 'released', '2026.11.1 serves all of fraud-scorer');
    await then.serves('fraud-scorer', rollback);
    await then.nothingLeftBehind(await when.show(rollback));
  });

  test.concurrent('two releases of one service: one after the other, and both end well', async () => {
    const [one, two] = await Promise.all([
      when.ask(people.gus, await given.modelRequest('churn-scorer')),
      when.ask(people.gus, await given.modelRequest('churn-scorer')),
    ]);
    await Promise.all([when.approve(people.sam, one), when.approve(people.sam, two)]);
    const queued = await Promise.any(
      [one, two].map((id) =>
        when.untilRelease(id, 'is next in the lane', ({ waitingFor }) => waitingFor?.kind === 'lane' && waitingFor.position === 1),
      ),
    );
    const other = queued.releaseId === one ? two : one;
    then.endedAs(await when.outcomeOf(other), 'released');
    then.endedAs(await when.outcomeOf(queued.releaseId), 'released');
    const [first, last] = [await when.show(other), await when.show(queued.releaseId)];
    expect(enteredAt(first, 'finishing') <= enteredAt(last, 'deploying'), 'they never touched the service together').toBe(true);
    await then.serves('churn-scorer', queued.releaseId);
  });

  test.concurrent('two releases of one stack: the second one is asked again, since the first has changed what it would do', async () => {
    const replicas = 20 + Math.floor(Math.random() * 10);
    const ids = await Promise.all(
      [replicas, replicas + 10].map(async (replicas_max) => when.ask(people.ana, await given.infrastructureRequest({}, { replicas_max }))),
    );
    const asked = await Promise.all(ids.map(when.untilAsked));
    await Promise.all(asked.map(({ releaseId, statementDigest }) => when.decide(people.sam, releaseId, 'approve', statementDigest)));
    const again = await Promise.any(
      asked.map(({ releaseId, statementDigest }) =>
        when.untilRelease(releaseId, 'asks again', (now) => now.statementDigest !== null && now.statementDigest !== statementDigest),
      ),
    );
    expect(again.approvals).toEqual([expect.objectContaining({ valid: false })]);
    await when.approve(people.sam, again.releaseId);
    for (const id of ids) then.endedAs(await when.outcomeOf(id), 'released', 'infrastructure applied');
    await then.nothingLeftBehind(again);
  });
});

test('while Prometheus is silent nothing is promoted; at the deadline it is rolled back', async ({ skip }) => {
  if (!(await given.hasRehearsal())) skip(rehearsalOnly);
  await given.liveVersion('probe-scorer', 'rehearsal');
  const id = await when.ask(people.ana, await given.modelRequest('probe-scorer', { environment: 'rehearsal' }));
  await when.approveIfAsked(people.sam, id);
  await when.untilRelease(id, 'has been looked at', ({ progress }) => progress?.verdict !== null && progress?.verdict !== undefined);
  const { outcome, weights } = await silently(async () => {
    const weights = new Set<number>();
    const { outcome } = await when.untilRelease(id, 'is over', (release) => {
      weights.add(release.weightPercent);
      return release.outcome !== null;
    });
    return { outcome, weights };
  });
  expect(outcome).toMatchObject({ kind: 'rolled back', reason: expect.stringMatching(/no answer within 1 min|never showed/) as string });
  expect(weights, 'never all the traffic').not.toContain(100);
  await then.putBack(await when.show(id));
});

const enteredAt = ({ history }: when.Details, phase: string): string => history.find((entry) => entry.phase === phase)?.at ?? '';
