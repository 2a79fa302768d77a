/** Goal: what ended is found by its place, the newest first, and believed by its chain alone. */
import { describe, expect, test } from 'vitest';
import { orderOf } from '../../test/support/builders.ts';
import { endedReleasesOf, MemoryShelf } from '../../test/support/shelf.ts';
import { recordKeyOf, releaseChain } from './chain.ts';
import { type Ended, type EndKind, endKinds, endNameIn, namesOf, placesOf } from './ended.ts';
import { createEndedReleases } from './ended-reader.ts';

const modelOf = 'production/model/fraud-scorer';
const { infrastructure: _, ...modelOnly } = orderOf();

function ended(releaseId: string, hour: number, kind: EndKind = 'released', order = modelOnly): Ended {
  return { order: { ...order, releaseId }, kind, at: new Date(Date.UTC(2026, 10, 27, hour)).toISOString() };
}

const idsAt = async (ends: readonly Ended[], kinds: readonly EndKind[] = endKinds, limit = 10) =>
  (await endedReleasesOf(ends).ended.at(modelOf, { kinds, limit })).map(({ order }) => order.releaseId);

describe('a name', () => {
  test('stands at the place of each part of a release', () => {
    const both = orderOf();
    expect(placesOf(both)).toEqual(['production/infrastructure/platform', modelOf]);
    expect(namesOf({ order: both, kind: 'rolled back', at: '2026-11-27T10:00:00.000Z' }).map(({ key }) => key)).toEqual([
      `ends/production/infrastructure/platform/8204226399999.rolled-back.${both.releaseId}.json`,
      `ends/${modelOf}/8204226399999.rolled-back.${both.releaseId}.json`,
    ]);
  });

  test.each(endKinds)('says which release was %s', (kind) => {
    const keys = namesOf(ended('fraud-scorer-production-0123456789ab', 9, kind)).map(({ key }) => endNameIn(key));
    expect(keys).toEqual([{ releaseId: 'fraud-scorer-production-0123456789ab', kind }]);
  });

  test.each(['ends/a/model/b/notes.txt', 'ends/a/model/b/8204228799999.lost.x.json', 'ends/a/model/b/1.released.x.json'])(
    'is not %s',
    (key) => {
      expect(endNameIn(key)).toBeUndefined();
    },
  );
});

describe('what ended', () => {
  test('comes with the newest first, in whichever order it was written', async () => {
    expect(await idsAt([ended('second', 9), ended('first', 8), ended('third', 10)])).toEqual(['third', 'second', 'first']);
  });

  test('is of the kinds that are asked for, and no more than as many', async () => {
    const all = [ended('a', 1), ended('b', 2, 'rolled back'), ended('c', 3, 'blocked'), ended('d', 4)];
    expect(await idsAt(all, ['released'])).toEqual(['d', 'a']);
    expect(await idsAt(all, ['released', 'rolled back'], 2)).toEqual(['d', 'b']);
  });

  test('is looked for no further than it takes', async () => {
    const { shelf, ended: releases } = endedReleasesOf([ended('a', 1), ended('b', 2), ended('c', 3)]);
    await releases.at(modelOf, { kinds: ['released'], limit: 1 });
    expect(shelf.asked.filter((one) => one.startsWith('read'))).toEqual([
      'read releases/c/0000000000.json',
      'read releases/c/0000000001.json',
    ]);
  });

  test('is read once, and read again where a person may have changed how it ended', async () => {
    const { shelf, ended: releases } = endedReleasesOf([ended('good', 1), ended('bad', 2, 'failed')]);
    for (const _again of [1, 2]) await releases.at(modelOf, { kinds: endKinds, limit: 5 });
    expect(shelf.asked.filter((one) => one === 'read releases/good/0000000000.json')).toHaveLength(1);
    expect(shelf.asked.filter((one) => one === 'read releases/bad/0000000000.json')).toHaveLength(2);
  });

  test('failed, and was recovered: it ended as it ended then', async () => {
    const recovered = ended('stuck', 5, 'rolled back');
    const shelf = new MemoryShelf();
    shelf.put(ended('stuck', 4, 'failed'));
    shelf.put(recovered);
    expect(await createEndedReleases(shelf).at(modelOf, { kinds: endKinds, limit: 5 })).toEqual([recovered]);
  });

  test.each([
    ['at a place that it has no part of', { environment: 'staging' }, 9],
    ['at a time at which it did not end', {}, 1],
  ])('is not what a name says %s', async (_what, elsewhere, hour) => {
    const astray = ended('astray', hour, 'released', { ...modelOnly, ...elsewhere });
    const { shelf, ended: releases } = endedReleasesOf([astray, ended('true', 5)]);
    shelf.name(ended('astray', 9));
    expect((await releases.at(modelOf, { kinds: ['released'], limit: 1 })).map(({ order }) => order.releaseId)).toEqual(['true']);
  });

  test('is read ever more side by side by whoever reads on', async () => {
    const { shelf, ended: releases } = endedReleasesOf(Array.from({ length: 7 }, (_, hour) => ended(`r${hour}`, hour)));
    const readBefore: number[] = [];
    for await (const _one of releases.newest(modelOf, ['released']))
      readBefore.push(shelf.asked.filter((asked) => asked.endsWith('/0000000000.json')).length);
    expect(readBefore).toEqual([1, 3, 3, 7, 7, 7, 7]);
  });

  test('has its places, each once, in the order of their names', async () => {
    const { ended: releases } = endedReleasesOf([
      ended('a', 1, 'released', orderOf()),
      ended('b', 2),
      ended('c', 3, 'blocked', { ...modelOnly, service: 'churn-scorer', environment: 'staging' }),
    ]);
    expect(await releases.places()).toEqual(['production/infrastructure/platform', modelOf, 'staging/model/churn-scorer']);
  });

  test('is found by its id, with what it was', async () => {
    const one = ended('one', 1, 'blocked');
    expect(await endedReleasesOf([one]).ended.find('one')).toEqual(one);
  });

  test('is nothing where the release goes on, or never was', async () => {
    const shelf = new MemoryShelf();
    shelf.write('open', '2026-11-27T10:00:00.000Z', ['requested', { order: { ...modelOnly, releaseId: 'open' } }], ['held', {}]);
    const releases = createEndedReleases(shelf);
    expect([await releases.find('open'), await releases.find('never')]).toEqual([null, null]);
  });
});

describe('a chain that cannot be believed', () => {
  const damaged = (sequence: number, damage: (text: string) => string) => {
    const { shelf, ended: releases } = endedReleasesOf([ended('one', 1)]);
    const key = recordKeyOf(releaseChain('one'), sequence);
    shelf.objects.set(key, damage(shelf.objects.get(key) ?? ''));
    return releases.find('one');
  };

  test.each([
    ['an order that was changed', 0, (text: string) => text.replace('fraud-scorer', 'trust-scorer'), 'record 0 of one was changed'],
    ['an end that was changed', 1, (text: string) => text.replace('"released"', '"blocked"'), 'record 1 of one was changed'],
    ['an end of no kind', 1, (text: string) => text.replace('"released"', '"lost"'), 'does not say how it ended'],
    ['no record', 0, () => 'x', 'does not read as one'],
  ])('is an error, not an answer: %s', async (_what, sequence, damage, says) => {
    await expect(damaged(sequence, damage)).rejects.toThrow(says);
  });

  test('whose order does not say where it belongs is an error, and no answer that breaks whoever looks', async () => {
    const { cluster: _cluster, ...torn } = { ...modelOnly, releaseId: 'torn' };
    const shelf = new MemoryShelf();
    shelf.write('torn', '2026-11-27T10:00:00.000Z', ['requested', { order: torn }], ['closed', { kind: 'released' }]);
    await expect(createEndedReleases(shelf).find('torn')).rejects.toThrow('record 0 of torn has no order of it');
  });

  test('of another release is an error as well', async () => {
    const shelf = new MemoryShelf();
    shelf.write(
      'one',
      '2026-11-27T10:00:00.000Z',
      ['requested', { order: { ...modelOnly, releaseId: 'other' } }],
      ['closed', { kind: 'released' }],
    );
    await expect(createEndedReleases(shelf).find('one')).rejects.toThrow('record 0 of one has no order of it');
  });
});
