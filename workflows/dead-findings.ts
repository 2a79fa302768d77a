/** A look at the dead-letter queue of findings, by a worker that may read it; what is a finding after all is told if somebody says so. */
import type { DeadFindings, DeadFindingsRequest } from '../domain/threats/dead.ts';
import { deadFindingsLook } from './steps.ts';

export async function deadFindings(request: DeadFindingsRequest): Promise<DeadFindings> {
  const summary = request.tell ? 'Tell what of the dead letters is a finding' : 'List the dead letters';
  return await deadFindingsLook.lookAtDeadFindings.executeWithOptions({ summary }, [request]);
}
