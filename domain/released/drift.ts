/**
 * What somebody else has changed of what Terraform made: the changes that a plan of the released commit, with the released
 * variables, would still make. Nothing is ever applied; releasing the same again would put it back.
 */
import type { ChangeAction } from '../change.ts';
import { shortened } from '../news.ts';
import type { PlanResult } from '../ports.ts';
import type { Intent } from '../record.ts';
import type { Found, KeyOf, PlaceLook, ReleasedReport } from './look.ts';

/** `action`: what a release of the same would do. */
export type Drift = Found & { readonly address: string; readonly action: ChangeAction };

export type DriftReport = ReleasedReport<Drift>;

export const driftKey: KeyOf<Drift> = ({ place, action, address }) => `${place} ${action} ${address}`;

/** What is only read is no change. A plan lists the dangerous ones first, and counts all. */
export function driftIn(
  { addresses, actions = [], counts }: Pick<PlanResult, 'addresses' | 'actions' | 'counts'>,
  of: Found,
): Pick<PlaceLook<Drift>, 'found' | 'more'> {
  const found = addresses.flatMap((address, index) => {
    const action = actions[index];
    return action === undefined || action === 'read' ? [] : [{ ...of, address: shortened(address), action }];
  });
  const all = counts.create + counts.update + counts.delete + counts.replace;
  return { found, more: Math.max(0, all - found.filter(({ action }) => action !== 'forget').length) };
}

/**
 * What a release that ended otherwise than as released has left of a stack, by its last intent: `nothing` was begun;
 * `applied`: all of its change is there, and what followed was taken back; `unknown`: an apply began, and how far it got
 * no record after it says.
 */
export function leftBy(intent: Intent | null): 'nothing' | 'applied' | 'unknown' {
  if (intent === null) return 'nothing';
  if (intent.infrastructure === 'applied') return 'applied';
  return intent.apply === undefined && intent.infrastructure !== 'partial' ? 'nothing' : 'unknown';
}

/** The schedule and its workflow. */
export const driftWorkflow = 'drift';
