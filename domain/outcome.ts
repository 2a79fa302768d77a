/** How a release ends. A closed set: every "no" is here, and a workflow that fails instead needs a person. */

export const outcomeKinds = ['released', 'rolled back', 'blocked', 'rejected', 'expired', 'cancelled'] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

export interface Outcome {
  readonly kind: OutcomeKind;
  /** One sentence for people. */
  readonly reason: string;
  /** Who decided, where a person did. */
  readonly by?: string | undefined;
  readonly infrastructure: InfrastructureState;
  readonly model: ModelState;
}

/** What became of the infrastructure part: `none` when the release had none. */
export type InfrastructureState = 'none' | 'unchanged' | 'applied' | 'partial';
/** What became of the model part: `put back` when it had traffic or pods and has none any more. */
export type ModelState = 'none' | 'unchanged' | 'released' | 'put back';
