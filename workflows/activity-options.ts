/** Time-outs and retries by sort of step. Each number has its reason; nothing else sets one. */
import { ActivityCancellationType, type ActivityOptions, type LocalActivityOptions } from '@temporalio/workflow';

/**
 * Short calls to OPA, S3, the route and lanes. 15 s is ten times what the slowest took on a busy laptop, and
 * bounds how long a killed worker delays a weight. They are given up after 15 min: a person is needed then.
 */
export const shortCall = {
  startToCloseTimeout: '15 seconds',
  scheduleToCloseTimeout: '15 minutes',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '15 seconds' },
} as const satisfies ActivityOptions;

/**
 * A message to people. Tried again ever more slowly for an hour: after that the page and the reminder are what is left.
 * Nothing waits for it.
 */
export const noticeCall = {
  startToCloseTimeout: '20 seconds',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 minutes' },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
} as const satisfies ActivityOptions;

/** The same once more because a person asked for it, who waits for the answer: once, and within a request. */
export const redeliveryCall = {
  startToCloseTimeout: '15 seconds',
  scheduleToCloseTimeout: '20 seconds',
  retry: { maximumAttempts: 1 },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
} as const satisfies ActivityOptions;

/** Looks that take milliseconds, on the worker that runs the workflow. Given up as late as every short call. */
export const glance = {
  startToCloseTimeout: '5 seconds',
  scheduleToCloseTimeout: '15 minutes',
  retry: shortCall.retry,
} as const satisfies LocalActivityOptions;

/**
 * Git, scanners, Terraform plans, Helm: heard from every 5 s by the runner, so that 20 s of silence is a
 * dead worker and not a slow tool. Six attempts: a few worker deaths in one step use some of them up.
 */
export const toolRun = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 6 },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
} as const satisfies ActivityOptions;

/** `terraform apply` is never retried blindly: one attempt, then `observeApply` decides. Large stacks take hours. */
export const applyRun = {
  ...toolRun,
  startToCloseTimeout: '4 hours',
  retry: { maximumAttempts: 1 },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const satisfies ActivityOptions;

/**
 * A slot's Helm release. Each attempt looks at what is there before it acts, so repeating is not blind; a
 * worker that died on another host is certain to be dead only after 5 min, and until then the slot is busy.
 */
export const slotRun = {
  ...toolRun,
  retry: { initialInterval: '1 second', maximumInterval: '20 seconds', maximumAttempts: 25 },
} as const satisfies ActivityOptions;

/** Looking again is always allowed, and it may have to wait for a Terraform that outlived its worker. */
export const observeRun = {
  ...applyRun,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 20 },
} as const satisfies ActivityOptions;

/**
 * Long looks at pods and metrics. TRY_CANCEL: waiting for a watch to notice its cancellation took 13.6 s
 * where this took 47 ms, and a bad version has traffic meanwhile.
 */
export const longLook = {
  startToCloseTimeout: '12 minutes',
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '10 seconds', maximumAttempts: 20 },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
} as const satisfies ActivityOptions;

/** A slice of a watch. Ten minutes keep the history short and the state that a lost worker may lose small. */
export const sliceSecondsMax = 600;

/** After this long a person is called to a stuck undo: every retry of a passing fault is over by then. */
export const undoPatienceMs = 15 * 60 * 1000;

/**
 * An undo never gives up: half an undone release is worse than a slow one, and a person is called meanwhile.
 * Tries are at most a minute apart, so that it follows soon after whatever was broken works again; the activity
 * ends with the patience, so that the workflow hears of it without a timer of its own, and begins another.
 */
export const undoRun = {
  startToCloseTimeout: '10 minutes',
  scheduleToCloseTimeout: undoPatienceMs,
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '1 minute' },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
} as const satisfies ActivityOptions;

/** Undos without a tool behind them do not send heartbeats; their time-out is short instead. */
export const undoCall = {
  startToCloseTimeout: '15 seconds',
  scheduleToCloseTimeout: undoPatienceMs,
  retry: undoRun.retry,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
} as const satisfies ActivityOptions;

/** Two calls to S3 for each chain there ever was, twenty chains at once: an hour is for a hundred thousand of them. */
export const checkpointRun = {
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '5 minutes', maximumAttempts: 20 },
} as const satisfies ActivityOptions;

/** A look at an installation, also a busy one. A queue that nobody serves is an answer, too, and whoever asked waits for it. */
export const checkCall = {
  scheduleToStartTimeout: '10 seconds',
  startToCloseTimeout: '15 seconds',
  retry: { maximumAttempts: 1 },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
} as const satisfies ActivityOptions;

/** A page of pods and three calls to S3 for each release that runs: thousands of them in minutes. The next look is in an hour. */
export const straysRun = {
  startToCloseTimeout: '10 minutes',
  scheduleToCloseTimeout: '30 minutes',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
} as const satisfies ActivityOptions;

/** A listing of the whole ledger, a thousand places a call, and what came since; after an outage a week of it. The next one is in an hour. */
export const exportRun = {
  startToCloseTimeout: '20 minutes',
  scheduleToCloseTimeout: '50 minutes',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
} as const satisfies ActivityOptions;

/** Fifty messages: a second to look, a few more to tell. Whoever asked waits for it, and asks again. */
export const deadFindingsCall = {
  scheduleToStartTimeout: '5 seconds',
  startToCloseTimeout: '15 seconds',
  retry: { maximumAttempts: 1 },
} as const satisfies ActivityOptions;

/** Pages of fifty findings, a few calls for each. It is over before the next look, which asks for the same again. */
export const backstopRun = {
  startToCloseTimeout: '5 minutes',
  scheduleToCloseTimeout: '10 minutes',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
} as const satisfies ActivityOptions;

/**
 * What a schedule looks at by itself, with the tools that releases need, too: it stands behind all of them (a release has
 * Temporal's own priority, 3 of 5). A queue that nobody serves, or that is full for so long, is said and left for the
 * next look; two attempts outlive the death of a worker.
 */
export const unhurriedRun = {
  ...toolRun,
  scheduleToStartTimeout: '15 minutes',
  retry: { ...toolRun.retry, maximumAttempts: 2 },
  priority: { priorityKey: 5 },
} as const satisfies ActivityOptions;

/** Nothing irreversible happens unrecorded: the record is waited for however long it takes. */
export const recordCall = {
  startToCloseTimeout: '15 seconds',
  retry: undoRun.retry,
} as const satisfies ActivityOptions;
