/**
 * What a finding does to a release: one table, by severity, by how it is about the release, and by the phase. The workflow
 * acts by it, and the documents print it.
 */
import type { Urgency } from '../order.ts';
import { isAllowed, type Phase, phases } from '../phase.ts';
import type { Concern } from './concern.ts';
import { bandOf, type Threat } from './finding.ts';

/** `stop`: back at once, or nothing further. `hold`: a person decides. `record`: it is written down. */
export type Response = 'stop' | 'hold' | 'record';

/** Of a high finding. Going back to the version that was hit would help nobody: then a person decides. */
const high: Readonly<Record<Concern, Response>> = {
  session: 'stop',
  candidate: 'stop',
  image: 'stop',
  bucket: 'stop',
  service: 'hold',
  elsewhere: 'hold',
};

export interface Situation {
  readonly concern: Concern;
  readonly urgency: Urgency;
  readonly phase: Phase;
  readonly drill: boolean;
}

export function responseTo(threat: Pick<Threat, 'severity' | 'sample'>, { concern, urgency, phase, drill }: Situation): Response {
  if (!counts(threat, drill)) return 'record';
  // A rollback is how one gets out of the trouble: only what it does itself stops it.
  if (urgency === 'rollback' && concern !== 'candidate' && concern !== 'session') return 'record';
  const wanted = bandOf(threat) === 'high' ? high[concern] : 'hold';
  return wanted !== 'record' && isAllowed(messageOf[wanted], phase) ? wanted : 'record';
}

/** The release takes a finding where it would take a person's word. */
const messageOf = { stop: 'abort', hold: 'hold' } as const;

/** Of samples only in a drill; from medium on. These are told to people. */
export const counts = (threat: Pick<Threat, 'severity' | 'sample'>, drill: boolean): boolean =>
  (!threat.sample || drill) && bandOf(threat) !== 'low';

/** What becomes of the pods of a version that was hit: they are evidence, and stay without traffic until a person says so. */
export const keepsPods = (concern: Concern): boolean => concern === 'candidate' || concern === 'image';

/** What `stop` and `hold` do in each phase, in words. */
export const effects: Readonly<Record<Phase, Readonly<Record<Exclude<Response, 'record'>, string>>>> = {
  ...(Object.fromEntries(
    phases.map((phase) => [
      phase,
      { stop: 'the release ends as blocked; nothing was changed', hold: 'the release stops before its next phase and asks a person' },
    ]),
  ) as Record<Phase, { stop: string; hold: string }>),
  queued: {
    stop: 'the release leaves its lane and ends as blocked',
    hold: 'the release gives its turn to others and asks a person',
  },
  applying: {
    stop: 'the apply runs to its end, then the release ends as blocked and says what was applied',
    hold: 'the apply runs to its end; the release stops after it and asks a person',
  },
  deploying: {
    stop: 'rolled back: no traffic reaches the new version; its pods stay as evidence until a person resumes',
    hold: 'the version is deployed without traffic; the release stops before the first weight and asks a person',
  },
  shifting: {
    stop: 'rolled back: all traffic goes back first; the pods stay without traffic as evidence until a person resumes',
    hold: 'the weight stays where it is and the judge goes on; a person resumes or aborts',
  },
  watching: {
    stop: 'rolled back: all traffic goes back first; the pods stay without traffic as evidence until a person resumes',
    hold: 'the old version stays warm and the judge goes on; a person resumes or aborts',
  },
  undoing: { stop: 'recorded: it goes back already', hold: 'recorded: it goes back already' },
  finishing: { stop: 'an incident: the new version stays until a person goes back', hold: 'an incident: a person looks' },
  closed: {
    stop: 'where it serves, an incident: the version stays until a person goes back',
    hold: 'where it serves, an incident: a person looks',
  },
};
