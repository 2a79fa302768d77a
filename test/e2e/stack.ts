/** The running stack: its addresses, and its processes, which some tests end. */

import { type StackConfig, stackConfig } from '../../infra/local/stack/config.ts';
import { readRecord } from '../../infra/local/stack/piece.ts';
import { up } from '../../infra/local/stack/supervisor.ts';

export function address(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is missing from stack.env`);
  return value;
}

let known: StackConfig | undefined;
export const stack = (): StackConfig => (known ??= stackConfig(process.env));

/** SIGKILL: nothing of it gets to clean up. */
export function kill(piece: 'worker' | 'api' | 'temporal'): void {
  for (const { pid } of readRecord(stack(), piece)?.processes ?? []) process.kill(pid, 'SIGKILL');
}

/** What of the stack does not run is started; resolves when it is ready. */
export const start = (piece: 'worker' | 'api' | 'temporal'): Promise<void> => up(stack(), { only: [piece], tell: () => {} });

/** Every pod's metrics answer 503 while this runs. */
export async function silently<T>(act: () => Promise<T>): Promise<T> {
  const say = (state: 'on' | 'off') => fetch(`${address('PLIMSOLL_LAB_URL')}/silence`, { method: 'POST', body: JSON.stringify({ state }) });
  await say('on');
  try {
    return await act();
  } finally {
    await say('off');
  }
}
