/** A verdict in words: one line a chain, and below it the first record that is wrong. */
import { type Fault, faultKinds } from '../domain/ledger/fault.ts';
import { isDayUnderWay } from '../domain/ledger/refusals.ts';
import type { ChainVerdict } from '../domain/ledger/verify.ts';

export const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** `open`: not sealed, since its day is not over. */
const chainStates = ['verified', 'open', 'not sealed', 'wrong'] as const;
type ChainState = (typeof chainStates)[number];

/** Without a time, as of a single release, no day is under way. */
export function stateOf({ chain, intact, sealed }: ChainVerdict, nowMs?: number): ChainState {
  if (!intact) return 'wrong';
  if (sealed) return 'verified';
  return nowMs !== undefined && isDayUnderWay(chain, nowMs) ? 'open' : 'not sealed';
}

export function chainText(verdict: ChainVerdict, nowMs: number): string {
  const { chain, records, sealed, faults, notes, witnesses } = verdict;
  const state = stateOf(verdict, nowMs);
  const end = state === 'open' ? 'sealed when its day is over' : sealed ? 'sealed' : 'not sealed';
  const known = witnesses.length === 0 ? 'in no checkpoint yet' : `in ${witnesses.at(-1)}`;
  const lines = [
    `${state.padEnd(10)}  ${chain}  ${plural(records, 'record')} · ${end} · ${known}`,
    ...faults.slice(0, 1).flatMap(faultLines),
    ...(faults.length > 1 ? [`            and ${plural(faults.length - 1, 'further fault')}; --json has all of them`] : []),
    ...notes.map((note) => `            note: ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}

const faultLines = ({ kind, what }: Fault): readonly string[] => [`            ${kind}: ${what}`, `            ${faultKinds[kind]}`];

export const faultText = (fault: Fault): string => `${'wrong'.padEnd(10)}  ${fault.what}\n            ${faultKinds[fault.kind]}\n`;

export function summaryText(verdicts: readonly ChainVerdict[], days: number, nowMs: number): string {
  const count = (state: ChainState) => verdicts.filter((verdict) => stateOf(verdict, nowMs) === state).length;
  const records = verdicts.reduce((sum, verdict) => sum + verdict.records, 0);
  const said = chainStates.filter((state) => state !== 'open' || count(state) > 0);
  const states = said.map((state) => `${count(state)} ${state}`).join(', ');
  return `${plural(verdicts.length, 'chain')} with ${plural(records, 'record')}, ${plural(days, 'checkpoint')}: ${states}\n`;
}
