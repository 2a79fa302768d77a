/** Who is told that approvers are waited for, as a platform team writes it: addresses and names of secrets, never secrets. */
import { z } from 'zod';
import type { NoticeTarget } from '../../domain/notice.ts';

const secret = z.union(
  [
    z.strictObject({
      variable: z
        .string()
        .regex(/^PLIMSOLL_NOTICE_[A-Z0-9_]+$/, "a variable of the worker's environment that begins with PLIMSOLL_NOTICE_"),
    }),
    z.strictObject({ secretArn: z.string().regex(/^arn:aws[a-z-]*:secretsmanager:\S+$/, 'the ARN of a secret') }),
  ],
  { error: '{ variable: PLIMSOLL_NOTICE_… } or { secretArn: arn:aws:secretsmanager:… }: a secret is never in the catalog' },
);

/** Part of records and of what the Temporal UI shows. */
const name = z.string().regex(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/, 'lower-case letters, digits and dashes');

/** A message says who changes what in production; nobody on the way should read it. */
const address = z.url({ protocol: /^https?$/, error: 'an https address' }).refine((text) => {
  const { protocol, hostname, username } = new URL(text);
  return username === '' && (protocol === 'https:' || hostname === '127.0.0.1');
}, 'an https address without a password in it');

const target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('webhook'), name, url: address, secret }),
  /** Whoever knows the address of such a webhook may write there. */
  z.strictObject({ kind: z.literal('slack'), name, url: secret }),
  /** A FIFO topic drops what it has heard within five minutes, and may keep others waiting for one. */
  z.strictObject({
    kind: z.literal('sns'),
    name,
    topicArn: z.string().regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$/, 'the ARN of a standard topic (not FIFO)'),
  }),
]) satisfies z.ZodType<NoticeTarget>;

/** Each is an activity of its own; more are one list of a chat. */
const targetsMax = 5;

export const notices = z
  .array(target)
  .min(1, 'at least one; leave it out to tell nobody')
  .max(targetsMax, `at most ${targetsMax}`)
  .refine((all) => new Set(all.map((one) => one.name)).size === all.length, 'each name once');
