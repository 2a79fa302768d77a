/** The phases of a release, which moves there are between them, and which message is allowed in which. */

export const phases = [
  'fetching',
  'checking',
  'planning',
  'judging',
  'awaiting approval',
  'queued',
  'applying',
  'deploying',
  'shifting',
  'watching',
  'undoing',
  'finishing',
  'closed',
] as const;

export type Phase = (typeof phases)[number];

export const messages = ['approve', 'reject', 'withdraw', 'hold', 'resume', 'abort', 'skip undo'] as const;
export type Message = (typeof messages)[number];

/** What a message does where it is allowed; `undefined` is a refusal that names the phase. */
type Effects = Readonly<Partial<Record<Message, string>>>;

const beforeAnyEffect: Effects = {
  hold: 'the release stops before its next phase; deadlines run on',
  resume: 'the release goes on',
  abort: 'the release ends as cancelled; nothing was changed',
};

/**
 * One row a phase. The API refuses by it, the workflow's validators refuse by it, and the documents print it.
 */
export const messageTable: Readonly<Record<Phase, Effects>> = {
  fetching: beforeAnyEffect,
  checking: beforeAnyEffect,
  planning: beforeAnyEffect,
  judging: beforeAnyEffect,
  'awaiting approval': {
    ...beforeAnyEffect,
    approve: 'counts towards the quorum if it names the statement that is open',
    reject: 'the release ends as rejected',
    withdraw: 'the approval of whoever says so no longer counts',
    hold: 'approvals are still taken; the release stops once it has them; the deadline runs on',
  },
  queued: {
    ...beforeAnyEffect,
    withdraw: 'the approval no longer counts; if it is missed, the release goes back to awaiting approval, unless it has applied already',
    hold: 'the release gives its turn to others until it is resumed; deadlines run on',
  },
  applying: {
    hold: 'the apply runs to its end; the release stops after it',
    resume: 'the release goes on',
    abort: 'the apply runs to its end, then the release ends as cancelled and says what was applied',
  },
  deploying: {
    hold: 'the version is deployed without traffic; the release stops before the first weight',
    resume: 'the release goes on',
    abort: 'the slot is emptied; the release ends as rolled back',
  },
  shifting: {
    hold: 'the weight stays where it is and the judge goes on: a bad version is still rolled back',
    resume: 'the next step follows when the judge agrees',
    abort: 'all traffic goes back to the old version first, then the slot is emptied',
  },
  watching: {
    hold: 'the old version stays warm and the judge goes on',
    resume: 'the watch goes on to its end',
    abort: 'all traffic goes back to the old version first, then the slot is emptied',
  },
  undoing: {
    resume: 'pods that were kept as evidence of a finding are let go, and the slot is emptied',
    'skip undo': 'the named undo is given up for the reason given; the release then fails by name',
  },
  finishing: { 'skip undo': 'the named rest is given up for the reason given; the version stays, the release then fails by name' },
  closed: {},
};

export const isAllowed = (message: Message, phase: Phase): boolean => messageTable[phase][message] !== undefined;
