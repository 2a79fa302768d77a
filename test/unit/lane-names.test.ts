/** Activities and the API know the lane by name only; these are the names that the workflow listens to. */
import { expect, test } from 'vitest';
import { laneSignals, laneWorkflow } from '../../domain/lane.ts';
import { lineSignals, lineWorkflow } from '../../domain/line.ts';
import { lane } from '../../workflows/lane.ts';
import { line } from '../../workflows/line.ts';
import * as messages from '../../workflows/messages.ts';

test('a lane is started and signalled by the names that its workflow has', () => {
  expect(laneWorkflow).toEqual({ type: lane.name, taskQueue: messages.taskQueues.releases });
  expect(laneSignals).toEqual({
    enter: messages.enterLaneSignal.name,
    leave: messages.leaveLaneSignal.name,
    position: messages.lanePositionSignal.name,
    wanted: messages.laneWantedSignal.name,
  });
});

test('a line is stopped and waited for by the names that its workflow has', () => {
  expect(lineWorkflow).toEqual({ type: line.name, taskQueue: messages.taskQueues.releases });
  expect(lineSignals).toEqual({ wait: messages.waitForLineSignal.name, changed: messages.lineChangedSignal.name });
});
