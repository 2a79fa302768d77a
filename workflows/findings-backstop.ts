/** Each quarter of an hour: what GuardDuty has is compared with what the queue brought, and what is missing is told. */
import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { askedFrom, type BackstopReport, backstopText, reportOf } from '../domain/threats/backstop.ts';
import { now } from './outbox.ts';
import { backstopping } from './steps.ts';

export async function findingsBackstop(): Promise<BackstopReport> {
  const before = workflowInfo().lastResult as BackstopReport | undefined;
  // Before it asks: what is updated while it does belongs to the next look.
  const at = now();
  const since = askedFrom(before, at);
  const answer = await backstopping.tellMissed.executeWithOptions({ summary: `What has GuardDuty since ${since}?` }, [{ since }]);
  setCurrentDetails(backstopText(answer));
  return reportOf(before, at, answer);
}
