/** docs/reference/guardduty.md: what a finding does to a release in each phase, from the table that the workflow acts by. */
import { phases } from '../../../domain/phase.ts';
import { effects } from '../../../domain/threats/response.ts';
import { page, table } from './markdown.ts';

export const guardDutyPage = (): string =>
  page(
    'What a finding of GuardDuty does, phase by phase',
    'From `domain/threats/response.ts`. Severity 7 and more stops, 4 to 6.9 holds, less is recorded; [what else decides](../guardduty.md).',
    table(
      ['phase', 'where it stops', 'where it holds'],
      phases.map((phase) => [phase, effects[phase].stop, effects[phase].hold]),
    ),
  );
