/**
 * Goal: people decide: nothing happens without them, what they approved is what is done, and whatever they stop is
 * put back, in every phase.
 * Method: real releases, of services that no other file releases. A service has a lane: stories that get as far as
 * that follow each other, services run side by side.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { laneIdOf } from '../../domain/lane.ts';
import * as given from './given.ts';
import { people } from './given.ts';
import * as then from './then.ts';
import type { Details, ProblemBody } from './when.ts';
import * as when from './when.ts';
import { openWorkflow, weightsOf } from './world.ts';

const inTurn = { concurrent: false };

/** Aborts in a phase and answers how it ended. */
async function abortIn(id: string, by: when.Person, reached: (release: Details) => boolean, what: string) {
  await when.untilRelease(id, what, reached);
  await when.mustTell(by, id, 'abort');
  const outcome = await when.outcomeOf(id);
  return { outcome, release: await when.show(id) };
}

describe.concurrent('a decision', () => {
  test.concurrent('rejected: nothing was changed, and who said no is told', async () => {
    const id = await when.ask(people.ana, await given.modelRequest('ranking-scorer'));
    const { statementDigest } = await when.untilAsked(id);
    await when.mustDecide(people.olga, id, 'reject', statementDigest);
    const outcome = await when.outcomeOf(id);
    then.endedAs(outcome, 'rejected', 'rejected by olga');
    expect(outcome).toMatchObject({ by: 'olga', infrastructure: 'none', model: 'unchanged' });
    await then.recordIsWhole(id);
  });

  test.concurrent('counts only from another person of an approver group, on exactly this statement', async () => {
    const id = await when.ask(people.sam, await given.modelRequest('uplift-scorer'));
    const { statementDigest } = await when.untilAsked(id);
    const refused = async (...decision: Parameters<typeof when.decide>) => {
      const { status, body } = await when.decide(...decision);
      return [status, body.type.split('/').at(-1)];
    };
    expect(await refused(people.sam, id, 'approve', statementDigest), 'by whoever asked').toEqual([403, 'approval.notCounted']);
    expect(await refused(people.gus, id, 'approve', statementDigest), 'by the team').toEqual([403, 'caller.forbidden']);
    expect(await refused(people.olga, id, 'approve', `sha256:${'0'.repeat(64)}`), 'of something else').toEqual([409, 'approval.stale']);
    expect((await when.show(id)).phase).toBe('awaiting approval');
    await when.mustTell(people.sam, id, 'abort');
    then.endedAs(await when.outcomeOf(id), 'cancelled');
  });

  test.concurrent('of two groups: each person once, with a second factor, and it can be taken back', async () => {
    const id = await when.ask(people.ana, await given.modelRequest('idle-scorer', { environment: 'council' }));
    const { statementDigest } = await when.untilAsked(id);
    const [sam, olga] = [
      { ...people.sam, mfa: true },
      { ...people.olga, mfa: true },
    ];
    const stale = await when.decide(people.sam, id, 'approve', statementDigest);
    expect([stale.status, stale.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('error="insufficient_user_authentication", max_age="900"'),
    ]);
    expect((await when.decide(sam, id, 'approve', statementDigest)).status).toBe(200);
    expect((await when.decide(sam, id, 'approve', statementDigest)).status, 'a second time').toBe(403);
    expect(await when.show(id)).toMatchObject({ phase: 'awaiting approval', quorum: { met: false, missing: '1 of ml-owners' } });
    await when.mustTell(sam, id, 'withdraw');
    expect((await when.decide(olga, id, 'approve', statementDigest)).status).toBe(200);
    expect(await when.show(id)).toMatchObject({ phase: 'awaiting approval', quorum: { people: ['olga'], missing: '1 of sre' } });
    // A no needs no second factor.
    await when.mustDecide(people.sam, id, 'reject', statementDigest);
    then.endedAs(await when.outcomeOf(id), 'rejected', 'rejected by sam');
    await then.recordIsWhole(id);

    const line = (by: when.Person, what: 'stop' | 'resume') =>
      when.call<ProblemBody>(by, 'POST', `/v1/environments/council/${what}`, { reason: 'a second look at everything' });
    expect((await line(sam, 'stop')).status).toBe(200);
    const refused = await when.call<ProblemBody>(
      people.ana,
      'POST',
      '/v1/releases',
      await given.modelRequest('idle-scorer', { environment: 'council' }),
    );
    expect([refused.status, refused.body.type.split('/').at(-1)], 'nothing new while the line is stopped').toEqual([409, 'line.stopped']);
    expect((await line(sam, 'resume')).status, 'by whoever stopped it').toBe(403);
    expect((await line(olga, 'resume')).status).toBe(200);
  });

  test.concurrent('that nobody makes in time: expired', async () => {
    const id = await when.ask(people.ana, await given.modelRequest('idle-scorer', { environment: 'rehearsal' }));
    then.endedAs(await when.outcomeOf(id), 'expired', 'nobody of sre approved within 1 min');
    const { status } = await when.decide(people.sam, id, 'approve', (await when.show(id)).statementDigest);
    expect(status, 'too late').toBe(409);
    expect(await weightsOf('idle-scorer')).toBeNull();
  });
});

describe.concurrent('before a service is touched', () => {
  test.concurrent.each(['checking', 'awaiting approval'] as const)('aborted while %s: cancelled, nothing was changed', async (phase) => {
    const id = await when.ask(people.ana, await given.modelRequest('ranking-scorer'));
    const { outcome } = await abortIn(id, people.ana, (release) => when.hasCome(release, phase), `has come to ${phase}`);
    then.endedAs(outcome, 'cancelled', 'aborted by ana');
    expect(outcome.model).toBe('unchanged');
  });
});

describe.concurrent('uplift-scorer', () => {
  beforeAll(() => given.liveVersion('uplift-scorer'));

  test('aborted while deploying, and another one while queued behind it: one put back, one unchanged', inTurn, async () => {
    const slow = given.behaving({ mode: 'never-ready' }, 'uplift-scorer');
    const first = await when.ask(
      people.gus,
      await given.modelRequest('uplift-scorer', { source: { commit: await given.mergedCommit(slow) } }),
    );
    const second = await when.ask(people.gus, await given.modelRequest('uplift-scorer'));
    // Both are ready to go before the first one's minute to become ready begins.
    await when.untilAsked(second);
    await when.approve(people.sam, first);
    await when.untilPhase(first, 'deploying');
    await when.approve(people.sam, second);
    const isNext = ({ waitingFor }: Details) => waitingFor?.kind === 'lane' && waitingFor.position === 1;
    await when.untilRelease(second, 'is next in the lane', isNext);
    // It is out of the lane before the first one leaves it. How it ends is looked at later: the first one's minute runs.
    await when.mustTell(people.gus, second, 'abort');
    const { outcome, release } = await abortIn(
      first,
      people.gus,
      ({ phase, slots }) => phase === 'deploying' && slots !== null,
      'is deploying',
    );
    then.endedAs(await when.outcomeOf(second), 'cancelled', 'aborted by gus');
    then.endedAs(outcome, 'rolled back', 'aborted by gus');
    await then.putBack(release);
    await then.nothingLeftBehind(release);
    expect(await openWorkflow(laneIdOf({ kind: 'service', key: 'uplift-scorer/production' }))).toBeNull();
  });
});

describe.concurrent('ranking-scorer', () => {
  beforeAll(() => given.liveVersion('ranking-scorer'));

  test('aborted while watching: all the traffic goes back to the old version', inTurn, async () => {
    const id = await when.ask(people.ana, await given.modelRequest('ranking-scorer', { environment: 'vigil' }));
    await when.approveIfAsked(people.sam, id);
    const { outcome, release } = await abortIn(
      id,
      people.ana,
      ({ phase, weightPercent }) => phase === 'watching' && weightPercent === 100,
      'has all the traffic',
    );
    then.endedAs(outcome, 'rolled back', 'aborted by ana');
    await then.putBack(release);
    await then.nothingLeftBehind(release);
  });

  test(
    'held while shifting, resumed, held, aborted: the weight stands still, then everything goes back; a stream that was cut misses nothing',
    inTurn,
    async () => {
      const id = await when.ask(people.ana, await given.modelRequest('ranking-scorer'));
      const early = when.readEvents(people.ana, id, null, (events) => events.some(({ event }) => event.includes('approval.asked')));
      await when.approve(people.sam, id);
      await when.untilRelease(id, 'has traffic', ({ weightPercent }) => weightPercent > 0);
      await when.mustTell(people.sam, id, 'hold');
      const { weightPercent } = await when.show(id);
      // The judge would have said pass by now: what advances a held release would show.
      await when.untilRelease(id, 'has been judged enough', ({ progress }) => progress?.verdict?.kind === 'pass');
      expect(await when.show(id)).toMatchObject({ weightPercent, held: { by: 'sam' } });

      await when.mustTell(people.ana, id, 'resume');
      await when.untilRelease(id, 'has more traffic', (release) => release.weightPercent > weightPercent);
      await when.mustTell(people.ana, id, 'abort');
      const outcome = await when.outcomeOf(id);
      then.endedAs(outcome, 'rolled back', 'aborted by ana');
      const release = await when.show(id);
      await then.putBack(release);
      await then.nothingLeftBehind(release);

      const before = (await early).flatMap((event) => (event.id === null ? [] : [Number(event.id)]));
      const rest = await when.readEvents(people.ana, id, before.at(-1) ?? -1);
      const after = rest.flatMap((event) => (event.id === null ? [] : [Number(event.id)]));
      expect([...before, ...after]).toEqual(Array.from({ length: release.records }, (_, index) => index));
      expect(rest.at(-1)?.event).toBe('end');
    },
  );
});
