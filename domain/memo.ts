/** What every release carries where Temporal's lists show it, so that nobody has to ask a worker for it. */
import { groupsOf, ruleOf } from './approval.ts';
import type { ReleaseOrder } from './order.ts';
import { partsOf } from './soak.ts';
import { footprintOf } from './threats/concern.ts';

export const memoOf = (order: ReleaseOrder) => ({
  requester: order.requester,
  approverGroups: groupsOf(order.approvals),
  mfaWithinMinutes: ruleOf(order.approvals).mfaWithinMinutes,
  parts: partsOf(order),
  footprint: footprintOf(order),
  notices: order.notices ?? [],
});
