/** A verdict in words: one line a chain, and below it the first record that is wrong. */
import { type Fault, faultKinds } from '../domain/ledger/fault.ts';
import type { ChainVerdict } from '../domain/ledger/verify.ts';

export const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

export const stateOf = ({ intact, sealed }: ChainVerdict): 'verified' | 'wrong' | 'not sealed' =>
  intact ? (sealed ? 'verified' : 'not sealed') : 'wrong';

export function chainText(verdict: ChainVerdict): string {
  const { chain, records, sealed, faults, notes, witnesses } = verdict;
  const known = witnesses.length === 0 ? 'in no checkpoint yet' : `in ${witnesses.at(-1)}`;
  const lines = [
    `${stateOf(verdict).padEnd(10)}  ${chain}  ${plural(records, 'record')} · ${sealed ? 'sealed' : 'not sealed'} · ${known}`,
    ...faults.slice(0, 1).flatMap(faultLines),
    ...(faults.length > 1 ? [`            and ${plural(faults.length - 1, 'further fault')}; --json has all of them`] : []),
    ...notes.map((note) => `            note: ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}

const faultLines = ({ kind, what }: Fault): readonly string[] => [`            ${kind}: ${what}`, `            ${faultKinds[kind]}`];

export const faultText = (fault: Fault): string => `${'wrong'.padEnd(10)}  ${fault.what}\n            ${faultKinds[fault.kind]}\n`;

export function summaryText(verdicts: readonly ChainVerdict[], days: number): string {
  const count = (state: ReturnType<typeof stateOf>) => verdicts.filter((verdict) => stateOf(verdict) === state).length;
  const records = verdicts.reduce((sum, verdict) => sum + verdict.records, 0);
  const states = (['verified', 'not sealed', 'wrong'] as const).map((state) => `${count(state)} ${state}`).join(', ');
  return `${plural(verdicts.length, 'chain')} with ${plural(records, 'record')}, ${plural(days, 'checkpoint')}: ${states}\n`;
}
