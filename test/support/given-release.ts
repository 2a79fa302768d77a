/** A release over a scripted world, of its own service and stack, so that no two tests share a lane. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { ReleaseOrder } from '../../domain/order.ts';
import type { ReleaseView } from '../../domain/view.ts';
import { approveUpdate, rejectUpdate, viewQuery } from '../../workflows/messages.ts';
import { callerOf, orderOf } from './builders.ts';
import { questionsTo } from './questions.ts';
import { ScriptedWorld } from './scripted-world.ts';
import { startRelease, type Temporal } from './temporal.ts';

/** A phase of a scripted release takes milliseconds; on a machine that does much else, seconds. */
const untilSecondsMax = 240;

export async function givenRelease(
  temporal: Temporal,
  change: (world: ScriptedWorld, releaseId: string) => void = () => undefined,
  order: Partial<ReleaseOrder> = {},
) {
  const name = randomUUID().slice(0, 12);
  const { infrastructure, ...rest } = orderOf({ releaseId: `fraud-scorer-production-${name}`, service: `fraud-scorer-${name}` });
  const stack = infrastructure?.stack;
  const complete: ReleaseOrder = {
    ...rest,
    ...(stack === undefined
      ? {}
      : { infrastructure: { ...infrastructure, stack: { ...stack, backend: { ...stack.backend, key: name } }, variables: {} } }),
    ...order,
  };
  const world = new ScriptedWorld();
  change(world, complete.releaseId);
  temporal.worlds.set(complete.releaseId, world);
  const handle = await startRelease(temporal, complete);

  const ask = questionsTo(temporal.client);
  const view = (): Promise<ReleaseView> => ask(() => handle.query(viewQuery));
  const until = async (accept: (view: ReleaseView) => boolean): Promise<ReleaseView> => {
    const giveUpAt = Date.now() + untilSecondsMax * 1000;
    for (;;) {
      const now = await view();
      if (accept(now)) return now;
      const { status } = await handle.describe();
      const over = Date.now() > giveUpAt || status.name !== 'RUNNING';
      if (over) throw new Error(`${status.name.toLowerCase()}, still ${now.phase}, waiting for ${now.waitingFor?.kind ?? 'nothing'}`);
      // Each look is work for the worker under test: more of them make the release they wait for slower.
      await setTimeout(250);
    }
  };
  const decide = async (kind: 'approve' | 'reject', by = callerOf('sam', 'sre')): Promise<ReleaseView> => {
    const { statementDigest } = await until((now) => now.waitingFor?.kind === 'approval');
    if (statementDigest === null) throw new Error('no statement is open');
    return await handle.executeUpdate(kind === 'approve' ? approveUpdate : rejectUpdate, {
      args: [{ statementDigest, by, reason: 'read it' }],
    });
  };
  return { world, order: complete, handle, view, until, decide };
}
