import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Member, type Seat, standingOf } from './quorum.ts';

const seat = (group: string, count = 1): Seat => ({ groups: [group], count });
const member = (subject: string, ...groups: readonly string[]): Member => ({ subject, groups });

describe('a quorum', () => {
  test('says in words what is missing, and nothing once it is met', () => {
    const quorum = [seat('sre'), seat('ml-owners', 2)];
    expect(standingOf(quorum, 3, [])).toMatchObject({ met: false, missing: '1 of sre, 2 of ml-owners' });
    expect(standingOf(quorum, 3, [member('sam', 'sre'), member('olga', 'ml-owners')]).missing).toBe('1 of ml-owners');
    expect(standingOf(quorum, 3, [member('sam', 'sre'), member('olga', 'ml-owners'), member('oli', 'ml-owners')])).toMatchObject({
      met: true,
      missing: '',
      people: ['sam', 'olga', 'oli'],
    });
  });

  test.each([
    ['first', [member('both', 'sre', 'ml-owners'), member('one', 'sre')]],
    ['last', [member('one', 'sre'), member('both', 'sre', 'ml-owners')]],
  ])('seats a person of two groups where they are needed, also when they come %s', (_, members) => {
    const { seats, met } = standingOf([seat('sre'), seat('ml-owners')], 2, members);
    expect(met).toBe(true);
    expect(seats.map(({ by }) => by)).toEqual([['one'], ['both']]);
  });

  test('counts one person of two groups once', () => {
    expect(standingOf([seat('sre'), seat('ml-owners')], 2, [member('both', 'sre', 'ml-owners')])).toMatchObject({
      met: false,
      missing: '1 of ml-owners',
    });
  });

  test('wants its minimum of people, of whichever group, beyond its seats', () => {
    const quorum = [seat('sre')];
    expect(standingOf(quorum, 2, [member('sam', 'sre')]).missing).toBe('1 more of sre');
    expect(standingOf(quorum, 2, [member('sam', 'sre'), member('sue', 'sre')]).met).toBe(true);
  });
});

const groups = ['a', 'b', 'c'] as const;
const someSeats = fc.array(fc.record({ groups: fc.subarray([...groups], { minLength: 1 }), count: fc.integer({ min: 1, max: 2 }) }), {
  minLength: 1,
  maxLength: 3,
});
const someMembers = fc.array(fc.subarray([...groups]), { maxLength: 5 }).map((all) => all.map((of, index) => member(`p${index}`, ...of)));

/** Every way to seat everybody: what no cleverness can get wrong. */
function canBeMet(places: readonly Seat[], members: readonly Member[]): boolean {
  const [place, ...rest] = places;
  if (place === undefined) return true;
  return members.some(
    (one, index) => one.groups.some((group) => place.groups.includes(group)) && canBeMet(rest, members.toSpliced(index, 1)),
  );
}

test('a quorum is met exactly when some seating fills every seat, whoever came first', () => {
  fc.assert(
    fc.property(someSeats, someMembers, (quorum, members) => {
      const places = quorum.flatMap(({ groups: of, count }) => Array.from({ length: count }, () => ({ groups: of, count: 1 })));
      const standing = standingOf(quorum, 0, members);
      expect(standing.met).toBe(canBeMet(places, members));
      const seated = standing.seats.flatMap(({ by }) => by);
      expect(new Set(seated).size).toBe(seated.length);
    }),
  );
});
