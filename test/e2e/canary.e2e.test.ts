/**
 * Goal: a good version serves afterwards; a bad one is gone, and what served before serves on.
 * Method: real releases. A service has a lane, so its stories follow each other; services run side by side.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { findingAbout } from './finding.ts';
import * as given from './given.ts';
import { people } from './given.ts';
import { atRate, silently } from './stack.ts';
import * as then from './then.ts';
import * as when from './when.ts';
import { historyOf, podsOf, retentionEnds, weightsOf } from './world.ts';

const inTurn = { concurrent: false };

/** The apply that failed, the look at what it left, and the apply after it, with their records and tasks. */
const eventsOfAnotherApply = 20;
/** How often a release of four steps asks for what a busy machine may be late with, and what once more leaves: a step and its task. */
const looksAtRest = { awaitReady: 4, awaitShare: 4, watchCanary: 4, appendRecords: 8 };
const eventsOfALook = 6;

const isRolledBack = (name: string, service: string) =>
  test(`${name} is rolled back, with the reason, and nothing of it is left`, inTurn, async () => {
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

describe.concurrent('fraud-scorer', () => {
  beforeAll(() => given.liveVersion('fraud-scorer'));

  test('a good version is compared, promoted and serves; the old one is parked; the record is whole', inTurn, async () => {
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

    const { running, open } = await when.serviceOf('fraud-scorer');
    expect(running).toMatchObject({ version: '2026.11.2', release: id, requester: 'ana' });
    // Other files ask for infrastructure in the name of the same service meanwhile.
    expect(JSON.stringify(open)).not.toContain(id);
  });

  isRolledBack('slow-model', 'fraud-scorer');
  isRolledBack('never-ready', 'fraud-scorer');

  test(
    'a rollback asked for while another release shifts goes first: that one is put back, the earlier version serves, though Temporal has forgotten both',
    inTurn,
    async () => {
      const { running, goBackTo } = await when.serviceOf('fraud-scorer');
      await retentionEnds([running, ...goBackTo].flatMap((one) => (one === null ? [] : [one.release])));
      expect(await when.serviceOf('fraud-scorer')).toMatchObject({ running, goBackTo });
      const shifting = await when.ask(people.ana, await given.modelRequest('fraud-scorer'));
      await when.approve(people.sam, shifting);
      await when.untilRelease(shifting, 'has traffic', ({ weightPercent }) => weightPercent > 0);
      const rollback = await when.rollBack(people.sam, 'fraud-scorer', `INC-${Date.now()}`);
      const [first, second] = await Promise.all([when.outcomeOf(shifting), when.outcomeOf(rollback)]);
      then.endedAs(first, 'rolled back', 'a rollback needs this service');
      then.endedAs(second, 'released', '2026.11.1 serves all of fraud-scorer');
      await then.serves('fraud-scorer', rollback);
      await then.nothingLeftBehind(await when.show(rollback));
    },
  );
});

describe.concurrent('churn-scorer', () => {
  beforeAll(() => given.liveVersion('churn-scorer'));

  isRolledBack('failing-model', 'churn-scorer');
  isRolledBack('crash-looping', 'churn-scorer');

  test('two releases of one service: one after the other, and both end well', inTurn, async () => {
    const [one, two] = await Promise.all([
      when.ask(people.gus, await given.modelRequest('churn-scorer')),
      when.ask(people.gus, await given.modelRequest('churn-scorer')),
    ]);
    // Both may go before either does: otherwise one could be through before the other one's scans are.
    await Promise.all([when.untilAsked(one), when.untilAsked(two)]);
    await Promise.all([when.approve(people.sam, one), when.approve(people.sam, two)]);
    for (const id of [one, two]) then.endedAs(await when.outcomeOf(id), 'released');
    const both = [await when.show(one), await when.show(two)];
    const [first, last] = both.toSorted((a, b) => enteredAt(a, 'deploying').localeCompare(enteredAt(b, 'deploying'))) as [
      when.Details,
      when.Details,
    ];
    expect(enteredAt(last, 'queued') < enteredAt(first, 'finishing'), 'the second one waited').toBe(true);
    expect(enteredAt(first, 'finishing') <= enteredAt(last, 'deploying'), 'they never touched the service together').toBe(true);
    await then.serves('churn-scorer', last.releaseId);
  });
});

describe.concurrent('probe-scorer, in an environment of four steps', () => {
  beforeAll(() => given.liveVersion('probe-scorer', 'stairs', given.behaving({ errorPercent: 2 })));

  test('a version with ten times the errors is at 0 % within the printed number of requests', inTurn, async () => {
    const commit = await given.mergedCommit(given.behaving({ errorPercent: 20 }));
    const request = await given.modelRequest('probe-scorer', { environment: 'stairs', source: { commit } });
    const { id, outcome } = await when.releaseApproved(people.ana, people.sam, request);
    then.endedAs(outcome, 'rolled back', '% of the new version');
    const { verdict, slots, ...release } = await when.show(id);
    const { noticedWithin } = verdict?.metrics.find(({ metric }) => metric === 'errors') ?? {};
    expect(noticedWithin, 'it is printed').toBeGreaterThan(0);
    expect(verdict?.canary.requests, 'until it was noticed').toBeLessThanOrEqual(noticedWithin ?? 0);
    await then.putBack({ ...release, verdict, slots });
  });

  test('a release with its infrastructure leaves a history of at most 350 events and 32 KiB a payload', inTurn, async () => {
    const { source, infrastructure } = await given.infrastructureRequest();
    const request = await given.modelRequest('probe-scorer', { environment: 'stairs', source, infrastructure });
    const { id, outcome } = await when.releaseApproved(people.ana, people.sam, request);
    then.endedAs(outcome, 'released');
    const { events, eventsOfRepeatedTasks, longestPayloadBytes, activities } = await historyOf(id);
    expect(activities.filter((name) => name === 'setWeights')).toHaveLength(4);
    // A stand-in that answers late is asked again, and then Terraform is refused by a lock of its own: looked at, given
    // back, applied once more.
    const timesOf = (step: string) => activities.filter((name) => name === step).length;
    const again = timesOf('applyPlan') - 1;
    // Where pods, series or records are late it looks once more.
    const late = Object.entries(looksAtRest).reduce((sum, [look, times]) => sum + Math.max(0, timesOf(look) - times), 0);
    const allowed = 350 + again * eventsOfAnotherApply + late * eventsOfALook;
    expect(events - eventsOfRepeatedTasks, `what the release itself leaves: ${activities.join(' ')}`).toBeLessThanOrEqual(allowed);
    expect(longestPayloadBytes).toBeLessThanOrEqual(32 * 1024);
    console.log(`a release of four steps: ${events} events, the longest payload ${longestPayloadBytes} bytes`);
  });
});

describe.concurrent('steady-scorer, in an environment that asks a person when a minute was not enough', () => {
  beforeAll(() => given.liveVersion('steady-scorer', 'patience'));

  test(
    'at two requests a second it is held where it is and says how much is missing; a finding takes it back, a person lets it go',
    inTurn,
    async () => {
      await atRate('steady.example.com', 2, async () => {
        const id = await when.ask(people.ana, await given.modelRequest('steady-scorer', { environment: 'patience' }));
        await when.approveIfAsked(people.sam, id);
        const held = await when.untilRelease(id, 'is held', ({ waitingFor }) => waitingFor?.kind === 'resume');
        expect(held.attention).toMatch(/no answer within 1 min: .*\d+ more requests of the (new|old) version are needed/);
        expect(held, 'neither promoted nor taken back').toMatchObject({ weightPercent: 10, outcome: null });
        const { id: finding } = await findingAbout(`steady-scorer-${held.slots?.candidate}`);
        const kept = await when.untilRelease(
          id,
          'keeps its pods',
          ({ phase, held }) => phase === 'undoing' && held?.reason.includes('evidence') === true,
        );
        expect(kept).toMatchObject({ weightPercent: 0, threats: [{ id: finding, response: 'stop', concern: 'candidate' }] });
        expect(await weightsOf('steady-scorer')).toMatchObject({ [kept.slots?.candidate ?? '']: 0 });
        expect((await podsOf('steady-scorer'))[kept.slots?.candidate ?? 'a'], 'evidence').toContain(id);
        await when.mustTell(people.sam, id, 'resume');
        then.endedAs(await when.outcomeOf(id), 'rolled back', `finding.stopped: .*GuardDuty ${finding}`);
        await then.putBack(await when.show(id));
        await then.recordIsWhole(id);
      });
    },
  );
});

describe.concurrent('quiet-scorer, in an environment that gives a canary a minute', () => {
  beforeAll(() => given.liveVersion('quiet-scorer', 'rehearsal'));

  test('while Prometheus is silent nothing is promoted; at the deadline it is rolled back', inTurn, async () => {
    const id = await when.ask(people.ana, await given.modelRequest('quiet-scorer', { environment: 'rehearsal' }));
    await when.approveIfAsked(people.sam, id);
    await when.untilRelease(id, 'has been looked at', ({ progress }) => progress?.verdict !== null && progress?.verdict !== undefined);
    const { outcome, weights } = await silently('quiet-scorer', async () => {
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

  test('at two requests a second there is not enough to say; it says how much is missing and is rolled back', inTurn, async () => {
    const id = await atRate('quiet.example.com', 2, async () => {
      const { id, outcome } = await when.releaseApproved(
        people.ana,
        people.sam,
        await given.modelRequest('quiet-scorer', { environment: 'rehearsal' }),
      );
      then.endedAs(outcome, 'rolled back', /no answer within 1 min: .*\d+ more requests of the (new|old) version are needed/);
      return id;
    });
    const { verdict } = await when.show(id);
    expect(verdict).toMatchObject({ kind: 'not enough' });
    await then.putBack(await when.show(id));
  });
});

const enteredAt = ({ history }: when.Details, phase: string): string => history.find((entry) => entry.phase === phase)?.at ?? '';
