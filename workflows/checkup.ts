/**
 * Looks at an installation: each part from a worker that has the rights for it, all at once. Nothing is changed, and
 * nothing is waited for longer than somebody at a terminal does.
 */
import { ActivityFailure, proxyActivities, TimeoutFailure } from '@temporalio/workflow';
import { type Check, type CheckupPort, type CheckupRequest, failed, passed } from '../domain/checkup.ts';
import { checkCall } from './activity-options.ts';
import { looksOf, taskQueues } from './messages.ts';

export async function checkup({ by, environments }: CheckupRequest): Promise<readonly Check[]> {
  const looks = [
    asked(taskQueues.control, 'policies, ledger, clusters', (port, summary) =>
      port.checkControl.executeWithOptions(summary, [{ environments }]),
    ),
    ...environments.flatMap((environment) => [
      asked(environment.queues.tools, `the account of ${environment.name}`, (port, summary) =>
        port.checkAccount.executeWithOptions(summary, [{ by, environment }]),
      ),
      asked(environment.queues.watch, `the metrics of ${environment.name}`, (port, summary) =>
        port.checkMetrics.executeWithOptions(summary, [{ environment }]),
      ),
    ]),
  ];
  const found = (await Promise.all(looks)).flat();
  // Several environments share a queue: that somebody serves it is said once.
  const isSaidBefore = (one: Check, index: number) =>
    one.check === 'worker' && one.ok && found.findIndex(({ check, about, ok }) => check === 'worker' && about === one.about && ok) < index;
  return found.filter((one, index) => !isSaidBefore(one, index));
}

type Port = ReturnType<typeof portOn>;
const portOn = (queue: string) => proxyActivities<CheckupPort>({ ...checkCall, taskQueue: looksOf(queue) });

async function asked(
  queue: string,
  what: string,
  ask: (port: Port, options: { readonly summary: string }) => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    return [passed('worker', queue, 'somebody serves it'), ...(await ask(portOn(queue), { summary: `Looks at ${what}` }))];
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return [unanswered(queue, what, error.cause)];
  }
}

export function unanswered(queue: string, what: string, cause: Error | undefined): Check {
  const nobody = cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START';
  return failed(
    'worker',
    queue,
    nobody ? 'nobody took the question' : `the question about ${what} was not answered: ${cause?.message ?? 'no reason'}`,
  );
}
