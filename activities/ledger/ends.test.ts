/** Goal: an end has its name whatever was killed on the way to it. Method: a bucket in memory, as the checkpoint looks at it. */
import { expect, test } from 'vitest';
import type { ChainName } from '../../domain/ledger/chain.ts';
import { type Ended, type EndKind, namesOf } from '../../domain/ledger/ended.ts';
import { orderOf } from '../../test/support/builders.ts';
import { MemoryShelf } from '../../test/support/shelf.ts';
import { nameMissing } from './ends.ts';
import type { Places } from './places.ts';

const releaseId = 'fraud-scorer-production-0123456789ab';
const endOf = (kind: EndKind, hour: number): Ended => ({
  order: orderOf({ releaseId }),
  kind,
  at: new Date(Date.UTC(2026, 10, 27, hour)).toISOString(),
});

function placesIn(shelf: MemoryShelf): Places {
  const list = (prefix: string) => [...shelf.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  return {
    list: async (prefix) => list(prefix),
    keys: (prefix) => shelf.list(prefix),
    folders: (prefix) => shelf.folders(prefix),
    read: (key) => shelf.read(key),
    nextSequence: async (chain: ChainName) => list(`${chain}/`).length,
    async writeFirst(key, text) {
      if (shelf.objects.has(key)) return false;
      shelf.objects.set(key, text);
      return true;
    },
  };
}

const named = (shelf: MemoryShelf) => [...shelf.objects.keys()].filter((key) => key.startsWith('ends/'));
const keysOf = (...ends: readonly Ended[]) => ends.flatMap(namesOf).map(({ key }) => key);

test('an end without a name gets those of all its parts', async () => {
  const shelf = new MemoryShelf();
  shelf.put(endOf('released', 9), { named: false });
  await nameMissing(placesIn(shelf), () => undefined);
  expect(named(shelf)).toEqual(keysOf(endOf('released', 9)));
});

test('a release that failed, and was recovered by whoever was killed then, gets the name of its later end as well', async () => {
  const shelf = new MemoryShelf();
  shelf.put(endOf('failed', 9));
  shelf.put(endOf('released', 10), { named: false });
  await nameMissing(placesIn(shelf), () => undefined);
  expect(named(shelf).toSorted()).toEqual(keysOf(endOf('failed', 9), endOf('released', 10)).toSorted());
});

test('what has its name is not read again', async () => {
  const shelf = new MemoryShelf();
  shelf.put(endOf('released', 9));
  await nameMissing(placesIn(shelf), () => undefined);
  expect(shelf.asked.filter((asked) => asked.startsWith('read'))).toEqual([]);
});
