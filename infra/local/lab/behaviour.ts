/**
 * How a version behaves: read from its pods' annotations, which the chart's `lab` values set. An annotation
 * that is not a number in its range is refused; a pod with one gets no model server.
 */
import { z } from 'zod';
import { normalFrom, type Random } from './random.ts';

export interface Behaviour {
  readonly medianMs: number;
  readonly sigma: number;
  readonly tailShare: number;
  readonly tailMs: number;
  readonly errorPercent: number;
}

/** The longest answer; a client would have gone by then. */
const answerMsMax = 10_000;

const number = (lowest: number, highest: number, otherwise: number) => z.coerce.number().min(lowest).max(highest).default(otherwise);

/** Ranges and defaults are those of the chart's values.schema.json. */
const annotationsSchema = z.object({
  'lab.plimsoll.dev/median-ms': number(0, answerMsMax, 20),
  'lab.plimsoll.dev/sigma': number(0, 2, 0.3),
  'lab.plimsoll.dev/tail-share': number(0, 1, 0),
  'lab.plimsoll.dev/tail-ms': number(0, answerMsMax, 400),
  'lab.plimsoll.dev/error-percent': number(0, 100, 0),
});

export function behaviourOf(annotations: Readonly<Record<string, string>>): Behaviour {
  const read = annotationsSchema.parse(annotations);
  return {
    medianMs: read['lab.plimsoll.dev/median-ms'],
    sigma: read['lab.plimsoll.dev/sigma'],
    tailShare: read['lab.plimsoll.dev/tail-share'],
    tailMs: read['lab.plimsoll.dev/tail-ms'],
    errorPercent: read['lab.plimsoll.dev/error-percent'],
  };
}

export interface Answer {
  readonly status: 200 | 500;
  readonly afterMs: number;
}

/** What one request gets. Errors take as long as answers: a failing model is rarely a fast one. */
export function sampleAnswer(behaviour: Behaviour, random: Random): Answer {
  const status = random() * 100 < behaviour.errorPercent ? 500 : 200;
  const slow = random() < behaviour.tailShare;
  const afterMs = slow ? behaviour.tailMs : behaviour.medianMs * Math.exp(behaviour.sigma * normalFrom(random));
  return { status, afterMs: Math.min(afterMs, answerMsMax) };
}
