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
import { DefaultLogger, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../support/workflow-bundle.ts';

const folder = fileURLToPath(new URL('histories', import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name: string): temporal.api.history.v1.IHistory => historyFromJSON(JSON.parse(readFileSync(join(folder, name), 'utf8')));

let workflowBundle: WorkflowBundleOption;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  workflowBundle = await bundle();
});

describe('a recorded history', () => {
  test('is there for every outcome', () => {
    const outcomes = ['released', 'rolled-back', 'blocked', 'rejected', 'expired', 'cancelled', 'failed-by-name'];
    expect(names).toEqual(expect.arrayContaining(outcomes.map((outcome) => `release.${outcome}.json`)));
  });

  test.each(names)('%s replays', async (name) => {
    await expect(Worker.runReplayHistory({ workflowBundle }, read(name))).resolves.toBeUndefined();
  });

  test.each(names)('%s with another command in it does not', async (name) => {
    await expect(Worker.runReplayHistory({ workflowBundle }, altered(read(name)))).rejects.toThrow(/TMPRL1100|[Nn]ondeterminism/);
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
