/** Typed keys that the workflows set and the API lists by. Registered by `infra/local` here, by the installation elsewhere. */
import { defineSearchAttributeKey } from '@temporalio/common';

export const searchAttributes = {
  service: defineSearchAttributeKey('ReleaseService', 'KEYWORD'),
  environment: defineSearchAttributeKey('ReleaseEnvironment', 'KEYWORD'),
  team: defineSearchAttributeKey('ReleaseTeam', 'KEYWORD'),
  requester: defineSearchAttributeKey('ReleaseRequester', 'KEYWORD'),
  phase: defineSearchAttributeKey('ReleasePhase', 'KEYWORD'),
  outcome: defineSearchAttributeKey('ReleaseOutcome', 'KEYWORD'),
  attention: defineSearchAttributeKey('ReleaseAttention', 'BOOL'),
  weight: defineSearchAttributeKey('ReleaseWeight', 'INT'),
  deadline: defineSearchAttributeKey('ReleaseDeadline', 'DATETIME'),
} as const;
