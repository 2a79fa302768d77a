/**
 * Every change of what a workflow does, by name. A run from before a change has no marker of it and goes on as it
 * began, to its end; a name is never used again. `test/replay/histories` has histories from before each of them.
 */
import { patched } from '@temporalio/workflow';

const patches = {
  /** Before: an abort during a step that has to finish was heard only after the long look that followed it. */
  'no look after an abort': true,
  /** Before: neither a freeze nor a stopped line was asked about, and a lane was left by an activity with a task of its own. */
  'people and policy': true,
  /** Before: what had moved between approval and apply was the change alone, not all of what the statement says. */
  'everything approved is compared': true,
  /** Before: records did not carry each other's hashes, and nothing was signed at the end. */
  'records are chained and sealed': true,
  /** Before: a wait in a lane outlived a waiver that the release needs, and a release of a model alone went on. */
  'a waiver ends in a lane': true,
  /** Before: tflint was not asked, and the policies did not miss its report. */
  'tflint looks at the code': true,
  /** Before: a finding of GuardDuty did not say in its memo what it is and which releases it reached. */
  'findings are listed': true,
  /** Before: a notice that nobody took within its hour was in the history, and nowhere else. */
  'what nobody took is kept': true,
  /** Before: releases that were told of a resumed line could find it stopped while others were still being told, and waited again. */
  'a line says that it was resumed': true,
} as const;

export const isPatched = (patch: keyof typeof patches): boolean => patched(patch);
