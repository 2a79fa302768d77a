/**
 * Asks for a second factor shown lately, as RFC 9470 says it: the client then knows what to log in for, and asks
 * the same again. The workflow looks once more, so that no other door lets a stale one in.
 */
import { whyNotFresh } from '../../domain/approval.ts';
import type { Caller } from '../../domain/caller.ts';
import { Problem } from '../http/problem.ts';

export function requireFreshMfa(withinMinutes: number | null, by: Caller, nowMilliseconds: number): void {
  const stale = whyNotFresh(withinMinutes, by, nowMilliseconds);
  if (stale === undefined || withinMinutes === null) return;
  const parameters = ['realm="plimsoll"', 'error="insufficient_user_authentication"', `max_age="${withinMinutes * 60}"`];
  throw new Problem(stale.kind, stale.because, { headers: { 'www-authenticate': `Bearer ${parameters.join(', ')}` } });
}
