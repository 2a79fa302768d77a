/**
 * Who sits where. A quorum is seats of groups; one person takes one seat, however many groups they are in, and
 * whoever could sit elsewhere makes room: who said yes first must not decide whether it is enough.
 */

/** `count` people of any of `groups`. */
export interface Seat {
  readonly groups: readonly string[];
  readonly count: number;
}

export interface Member {
  readonly subject: string;
  readonly groups: readonly string[];
}

export interface Standing {
  /** Each seat with whoever fills it. */
  readonly seats: readonly (Seat & { readonly by: readonly string[] })[];
  readonly minimum: number;
  /** Everybody whose yes counts, with or without a seat. */
  readonly people: readonly string[];
  /** In words, `1 of sre, 1 of ml-owners`; empty when nothing is. */
  readonly missing: string;
  readonly met: boolean;
}

export function standingOf(quorum: readonly Seat[], minimum: number, members: readonly Member[]): Standing {
  const filled = fill(quorum, members);
  const seats = quorum.map((seat, index) => ({ ...seat, by: filled[index] ?? [] }));
  const missing = missingText(seats, minimum - members.length);
  return { seats, minimum, people: members.map(({ subject }) => subject), missing, met: missing === '' };
}

export const groupsText = ({ groups }: Pick<Seat, 'groups'>): string => groups.join(' or ');

function missingText(seats: Standing['seats'], peopleShort: number): string {
  const open = seats.map((seat) => ({ seat, count: seat.count - seat.by.length })).filter(({ count }) => count > 0);
  const more = peopleShort - open.reduce((sum, { count }) => sum + count, 0);
  const everyone = [...new Set(seats.flatMap(({ groups }) => groups))];
  return [
    ...open.map(({ seat, count }) => `${count} of ${groupsText(seat)}`),
    ...(more > 0 ? [`${more} more of ${everyone.join(' or ')}`] : []),
  ].join(', ');
}

/** Subjects by seat: as many seats filled as can be (augmenting paths; a quorum has a handful of seats). */
function fill(quorum: readonly Seat[], members: readonly Member[]): readonly (readonly string[])[] {
  const places = quorum.flatMap((seat, index) => Array.from({ length: seat.count }, () => ({ seat, index })));
  const takenBy = new Map<number, Member>();
  const place = (member: Member, tried: Set<number>): boolean => {
    for (const [number, { seat }] of places.entries()) {
      if (tried.has(number) || !member.groups.some((group) => seat.groups.includes(group))) continue;
      tried.add(number);
      const there = takenBy.get(number);
      if (there !== undefined && !place(there, tried)) continue;
      takenBy.set(number, member);
      return true;
    }
    return false;
  };
  for (const member of members) place(member, new Set());
  return quorum.map((_, index) =>
    places.flatMap((one, number) => (one.index === index && takenBy.has(number) ? [takenBy.get(number)?.subject ?? ''] : [])),
  );
}
