/**
 * The dead-letter queue of findings: what was received five times and told nobody. Some are no findings, and a person looks at
 * them; some came while Temporal or the store was away, and can be told from there. Never what is in one: its message has
 * addresses of people and machines.
 */
import type { Threat } from './finding.ts';

export interface DeadFinding {
  readonly messageId: string;
  /** RFC 3339: when it was sent. */
  readonly since: string;
  /** How often it was taken from a queue, counting this time. */
  readonly received: number;
  /** `null`: it is no finding. */
  readonly finding: Pick<Threat, 'id' | 'type' | 'severity'> | null;
  /** Why it is none. */
  readonly malformed: string | null;
  /** Its finding was told just now, and it is gone. */
  readonly told: boolean;
}

export interface DeadFindings {
  /** Why nobody could look; `null`: somebody did. */
  readonly off: string | null;
  readonly messages: readonly DeadFinding[];
  /** There are others beyond `deadMax`. */
  readonly more: boolean;
}

export interface DeadFindingsRequest {
  /** Whether findings among them are told, and deleted once Temporal has them. */
  readonly tell: boolean;
}

export interface DeadFindingsPort {
  lookAtDeadFindings(input: DeadFindingsRequest): Promise<DeadFindings>;
}

/** At most 300 bytes each, of the 32 KiB of a message. */
export const deadMax = 50;

export const deadFindingsWorkflow = 'deadFindings';
