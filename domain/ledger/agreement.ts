/**
 * Whether what Temporal says of a release and what its chain says are the same story.
 *
 * Temporal's history has what each step was given and answered; the chain has what was written. A record in one and
 * not in the other, a step that was taken before its intent was recorded, or another outcome: each is said.
 */
import { canonicalText } from '../digest.ts';
import type { Outcome } from '../outcome.ts';
import { type ReleaseRecord, recordTypes } from '../record.ts';

/** One activity of a history. */
export interface Step {
  readonly name: string;
  readonly input: unknown;
  /** Places in the history; `null`: it has no answer. */
  readonly scheduled: number;
  readonly completed: number | null;
}

/** One run: of the release itself, or of its recovery. */
export interface RunHistory {
  readonly steps: readonly Step[];
  /** `null` while it runs, or when it failed. */
  readonly outcome: Outcome | null;
}

/** Steps that a recovery has to know of, and the intent that has to be in the ledger before. */
const acts: Readonly<Record<string, readonly string[]>> = {
  applyPlan: ['apply'],
  deploySlot: ['deploy'],
};

/** Sentences; none when both agree. */
export function disagreements(runs: readonly RunHistory[], chain: readonly ReleaseRecord[]): readonly string[] {
  const given = new Map<number, Set<string>>();
  for (const { records } of runs.flatMap(({ steps }) => steps.flatMap(appended))) for (const record of records) noted(given, record);
  return [
    ...chain
      .filter((record) => given.get(record.sequence)?.has(canonicalText(record)) !== true)
      .map(({ sequence }) => `record ${sequence} is in the ledger, and no run of the release wrote it`),
    ...runs.flatMap(({ steps }) => steps.flatMap((step) => missingIn(chain, step))),
    ...runs.flatMap(unrecordedActs),
    ...runs.flatMap((run) => otherOutcome(run, chain)),
  ];
}

const appended = (step: Step): readonly { readonly records: readonly ReleaseRecord[] }[] =>
  step.name === 'appendRecords' ? [step.input as { readonly records: readonly ReleaseRecord[] }] : [];

function noted(given: Map<number, Set<string>>, record: ReleaseRecord): void {
  const known = given.get(record.sequence) ?? new Set();
  known.add(canonicalText(record));
  given.set(record.sequence, known);
}

/** What was answered as written is there. */
function missingIn(chain: readonly ReleaseRecord[], step: Step): readonly string[] {
  if (step.completed === null) return [];
  const there = new Map(chain.map((record) => [record.sequence, canonicalText(record)]));
  return appended(step).flatMap(({ records }) =>
    records
      .filter((record) => there.get(record.sequence) !== canonicalText(record))
      .map(
        ({ sequence }) =>
          `record ${sequence} was written, says Temporal, and the ledger ${there.has(sequence) ? 'has another one' : 'lacks it'}`,
      ),
  );
}

/** The intent is recorded, then the step is taken. */
function unrecordedActs({ steps }: RunHistory): readonly string[] {
  return steps.flatMap(({ name, scheduled }) => {
    const intents = acts[name];
    if (intents === undefined) return [];
    const before = steps.filter((step) => step.completed !== null && step.completed < scheduled).flatMap(appended);
    const intended = before
      .flatMap(({ records }) => records)
      .some(({ event }) => event.type === recordTypes.intended && intents.includes(stepOf(event)));
    return intended ? [] : [`${name} was begun before the ledger had its intent`];
  });
}

const stepOf = ({ data }: ReleaseRecord['event']): string => String((data as { readonly step?: unknown } | null)?.step);

function otherOutcome({ outcome }: RunHistory, chain: readonly ReleaseRecord[]): readonly string[] {
  if (outcome === null) return [];
  const closed = chain.findLast(({ event }) => event.type === recordTypes.closed);
  if (closed === undefined) return [`Temporal says ${outcome.kind}, and the ledger has no end`];
  const recorded = closed.event.data as unknown as Outcome;
  return canonicalText(recorded) === canonicalText(outcome) ? [] : [`Temporal says ${outcome.kind}, and the ledger ${recorded.kind}`];
}
