/** Who has to approve what is released into an environment. `groups: [sre]` is short for one person of any of them. */
import { z } from 'zod';
import type { ApprovalRule } from '../../domain/approval.ts';
import type { Seat } from '../../domain/quorum.ts';

const group = z.string().min(1);
/** More would be a meeting. */
const peopleMax = 10;
const minutes = z.int().min(1);
const weekMinutes = 7 * 24 * 60;

const seat = z.strictObject({ group, count: z.int().min(1).max(peopleMax).default(1) });

const written = z.strictObject({
  /** Short for one seat that a member of any of these groups fills. */
  groups: z.array(group).min(1, 'at least one group: nobody could ever approve').optional(),
  quorum: z
    .array(seat)
    .min(1, 'at least one group: nobody could ever approve')
    .refine((seats) => new Set(seats.map((one) => one.group)).size === seats.length, 'each group once, with its count')
    .optional(),
  minimum: z.int().min(1).max(peopleMax).optional(),
  requesterMayApprove: z.boolean().default(false),
  /** None asked for: not every provider says when somebody logged in. */
  mfaWithinMinutes: minutes
    .max(24 * 60)
    .nullable()
    .default(null),
  /** Four hours: within one working day, and short enough that the plan is still likely to be true. */
  expiresAfterMinutes: minutes.max(weekMinutes).default(240),
  remindBeforeMinutes: minutes.max(weekMinutes).nullable().default(null),
  /** Off: whoever said yes reads it again. */
  keepWhenChangeIsEqual: z.boolean().default(false),
});

export const approvals = written.transform(({ groups, quorum, minimum, ...rest }, context): ApprovalRule => {
  const refuse = (field: string, allowed: string) => context.addIssue({ code: 'custom', path: [field], message: allowed });
  if ((groups === undefined) === (quorum === undefined)) refuse('quorum', 'either `quorum`, or `groups` for one person of any of them');
  const seats: readonly Seat[] =
    groups === undefined ? (quorum ?? []).map((one) => ({ groups: [one.group], count: one.count })) : [{ groups, count: 1 }];
  const seated = seats.reduce((sum, { count }) => sum + count, 0);
  if (minimum !== undefined && minimum < seated) refuse('minimum', `at least ${seated}, what the groups have together`);
  const { remindBeforeMinutes, expiresAfterMinutes } = rest;
  if (remindBeforeMinutes !== null && remindBeforeMinutes >= expiresAfterMinutes)
    refuse('remindBeforeMinutes', `fewer than the ${expiresAfterMinutes} of expiresAfterMinutes`);
  return { ...rest, quorum: seats, minimum: minimum ?? seated };
});
