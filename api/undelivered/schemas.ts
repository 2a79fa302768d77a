/** Notices that nobody took, as they are listed, and what became of one. */
import { z } from 'zod';
import { targetKinds } from '../../domain/notice.ts';
import type { ListedNotice, NoticeState } from '../../domain/undelivered.ts';
import { time } from '../releases/gate-schemas.ts';
import { listFilter } from '../releases/schemas.ts';

/** As `undeliveredIdOf` makes them. */
export const noticeId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/, 'the id of a notice, as `plimsoll undelivered` lists it')
  .meta({ example: 'strays.0199a3c1-5d0e-7b7b-9d9f-3f0f6c1f4b11.security.0a1b2c3d' });

export const noticeFilter = listFilter.pick({ pageSize: true, pageToken: true });
export type NoticeFilter = z.infer<typeof noticeFilter>;

const listedNotice = z
  .object({
    id: noticeId,
    target: z.string().meta({ description: 'Who should have heard of it.' }),
    targetKind: z.enum(targetKinds),
    kind: z.string(),
    text: z.string(),
    since: time.meta({ description: 'When it was given up.' }),
    because: z.string().meta({ description: 'Why the last try failed.' }),
  })
  .meta({ id: 'UndeliveredNotice', description: 'A notice that nobody took within an hour of tries.' });

export const undeliveredPage = z
  .object({ notices: z.array(listedNotice), nextPageToken: z.string().nullable() })
  .meta({ id: 'UndeliveredPage' }) satisfies z.ZodType<{ notices: ListedNoticeOfAnyKind[]; nextPageToken: string | null }>;

/** Kinds of notices are the domain's to add. */
type ListedNoticeOfAnyKind = Omit<ListedNotice, 'kind'> & { readonly kind: string };

export const noticeState = z
  .object({
    state: z
      .enum(['delivered', 'discarded', 'waiting'])
      .meta({ description: '`waiting`: it could not be delivered this time either, and stays.' }),
    because: z.string().nullable(),
  })
  .meta({ id: 'NoticeState' }) satisfies z.ZodType<NoticeState>;
