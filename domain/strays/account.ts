/** A look at one account: what was written to it since the look before, and what is still worth showing of earlier ones. */
import { mergedWrites, type StrayWrite, type TrailWrite, writeKeyOf } from './write.ts';

export interface AccountLook {
  readonly account: string;
  /** Which of the catalog are in it. */
  readonly environments: readonly string[];
  /** Files that had come by then were read, RFC 3339; `null`: none yet. */
  readonly readUntil: string | null;
  /** The latest first; at most `writesMax`. */
  readonly writes: readonly StrayWrite[];
  /** So many more sorts that are not listed. */
  readonly more: number;
  /** Why nobody could look, or not at all of it; `null`: somebody did. */
  readonly unknown: string | null;
}

/** How far each account was read. */
export type TrailMarks = readonly Pick<AccountLook, 'account' | 'readUntil'>[];

/** What a trail has delivered since it was read last. */
export interface TrailRead {
  /** A list for each file. */
  readonly files: AsyncIterable<readonly TrailWrite[]>;
  /** RFC 3339: where the next look begins. */
  readonly readUntil: string;
  /** Why this was not all of it. */
  readonly gap: string | null;
}

export type ReadTrail = (account: string, readUntil: string | null) => Promise<TrailRead>;

export type FoundWrite = StrayWrite & Pick<AccountLook, 'account' | 'environments'>;

/** Of each account, and of all: about 500 bytes each, beside strays that run (`listedMax`) under the 32 KiB of a message. */
export const writesMax = 20;
const writesListedMax = 24;
/** After a week a write is the ledger's to know. */
const listedForMs = 7 * 86_400_000;

export function boundedAccounts(looks: readonly AccountLook[]): readonly AccountLook[] {
  let room = writesListedMax;
  return looks.map((look) => {
    const writes = look.writes.slice(0, Math.min(writesMax, room));
    room -= writes.length;
    return { ...look, writes, more: look.more + look.writes.length - writes.length };
  });
}

/** A write stays listed for a week, and an account that could not be read is read from where the last look ended. */
export const accountsCarriedOn = (before: readonly AccountLook[], looks: readonly AccountLook[], at: string): readonly AccountLook[] =>
  boundedAccounts(
    looks.map((look) => {
      const known = before.find(({ account }) => account === look.account);
      const recent = (known?.writes ?? []).filter(({ last }) => Date.parse(at) - Date.parse(last) < listedForMs);
      return { ...look, readUntil: look.readUntil ?? known?.readUntil ?? null, writes: mergedWrites(recent, look.writes) };
    }),
  );

export const writesFoundIn = (looks: readonly AccountLook[]): readonly FoundWrite[] =>
  looks.flatMap(({ account, environments, writes }) => writes.map((write) => ({ ...write, account, environments })));

/** Of a sort that was not listed yet: more of the same is recorded, and nobody is told of it again. */
export function newSorts(before: readonly AccountLook[], found: readonly FoundWrite[]): readonly FoundWrite[] {
  const known = new Set(writesFoundIn(before).map((write) => `${write.account} ${writeKeyOf(write)}`));
  return found.filter((write) => !known.has(`${write.account} ${writeKeyOf(write)}`));
}
