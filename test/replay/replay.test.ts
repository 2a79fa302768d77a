/**
 * Goal: a worker that is deployed today goes on with the releases that began yesterday.
 * Method: recorded histories, one per outcome and named for what they protect, are replayed; and each is
 * altered once, so that the test is known to be able to fail.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import proto, { type temporal } from '@temporalio/proto';
import { DefaultLogger, type ReplayResult, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../support/workflow-bundle.ts';

const folder = fileURLToPath(new URL('histories', import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name: string): temporal.api.history.v1.IHistory => historyFromJSON(JSON.parse(readFileSync(join(folder, name), 'utf8')));

/** What became of each history, by its name, as it was recorded and altered. */
let replayed: ReadonlyMap<string, ReplayResult['error']>;
let alteredReplayed: ReadonlyMap<string, ReplayResult['error']>;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  replayed = await replay(read);
  alteredReplayed = await replay((name) => altered(read(name)));
});

/** One worker for all of them: it loads the workflows once, which takes longer than a history. */
async function replay(historyOf: (name: string) => temporal.api.history.v1.IHistory): Promise<ReadonlyMap<string, ReplayResult['error']>> {
  const histories = names.map((name) => ({ workflowId: name, history: historyOf(name) }));
  const errors = new Map<string, ReplayResult['error']>();
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: await bundle() }, histories))
    errors.set(workflowId, error);
  return errors;
}

describe('a recorded history', () => {
  test('is there for every outcome', () => {
    const outcomes = ['released', 'rolled-back', 'blocked', 'rejected', 'expired', 'cancelled', 'failed-by-name'];
    expect(names).toEqual(expect.arrayContaining(outcomes.map((outcome) => `release.${outcome}.json`)));
  });

  test.each(names)('%s replays', (name) => {
    expect(replayed.has(name)).toBe(true);
    expect(replayed.get(name)).toBeUndefined();
  });

  test.each(names)('%s with another command in it does not', (name) => {
    expect(alteredReplayed.get(name)?.message).toMatch(/TMPRL1100|[Nn]ondeterminism/);
  });
});

/** The first activity has another name; the first signal, in a history without activities, was a timer. */
function altered(history: temporal.api.history.v1.IHistory): temporal.api.history.v1.IHistory {
  for (const event of history.events ?? []) {
    const activityType = event.activityTaskScheduledEventAttributes?.activityType;
    if (activityType != null) {
      activityType.name = 'somethingElse';
      return history;
    }
    if (event.signalExternalWorkflowExecutionInitiatedEventAttributes != null) {
      event.signalExternalWorkflowExecutionInitiatedEventAttributes = null;
      event.eventType = proto.temporal.api.enums.v1.EventType.EVENT_TYPE_TIMER_STARTED;
      event.timerStartedEventAttributes = { timerId: 'another', startToFireTimeout: { seconds: 1 } as never };
      return history;
    }
  }
  throw new Error('nothing to alter in this history');
}
