/** What the trail has of an account since the last look, less what releases explain and what is expected there. */
import { z } from 'zod';
import type { AccountLook, ReadTrail } from '../../domain/strays/account.ts';
import type { Explanation } from '../../domain/strays/stray.ts';
import {
  isExpected,
  mergedWrites,
  releaseOf,
  type StrayWrite,
  strayWriteOf,
  type TrailWrite,
  whyUnexplained,
} from '../../domain/strays/write.ts';

export interface AccountToRead {
  readonly account: string;
  /** Who writes there without a release, by ARN. */
  readonly expected: readonly string[];
  readonly readUntil: string | null;
}

type Found = Pick<AccountLook, 'readUntil' | 'writes' | 'more' | 'unknown'>;
type Explained = (releaseId: string) => Promise<Explanation | null>;

const nothing: Found = { readUntil: null, writes: [], more: 0, unknown: null };

export function createWritesFinder(readTrail: ReadTrail | null) {
  /** Half a look would be read on from its end, and the other half never: what breaks on the way is found by the next one. */
  return async ({ account, expected, readUntil: mark }: AccountToRead, explained: Explained): Promise<Found> => {
    if (readTrail === null) return { ...nothing, unknown: 'nobody looks at what is written there: PLIMSOLL_AUDIT_TRAIL is not set' };
    try {
      const { files, readUntil, gap } = await readTrail(account, mark);
      let writes: readonly StrayWrite[] = [];
      for await (const file of files) {
        const unexpected = file.filter((write) => !isExpected(write, expected));
        writes = mergedWrites(writes, await straysAmong(unexpected, explained));
      }
      return { readUntil, writes, more: 0, unknown: gap };
    } catch (error) {
      return { ...nothing, unknown: sentence(error) };
    }
  };
}

async function straysAmong(writes: readonly TrailWrite[], explained: Explained): Promise<readonly StrayWrite[]> {
  const strays: StrayWrite[] = [];
  for (const write of writes) {
    const release = releaseOf(write);
    const explanation = release === null ? null : await explained(release);
    const because = whyUnexplained(write, explanation?.writing ?? null);
    if (because !== undefined) strays.push(strayWriteOf(write, because));
  }
  return strays;
}

export function sentence(error: unknown): string {
  if (error instanceof z.ZodError) return `its file cannot be read: ${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}`;
  return (error instanceof Error ? error.message : 'unknown').slice(0, 300);
}
