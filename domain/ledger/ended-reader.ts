/** The names of ended releases, read: the same for whoever has a bucket, whichever way they read it. */
import { recordKeyOf, releaseChain } from './chain.ts';
import { type Ended, type EndedReleases, type EndKind, endedIn, endNameIn, endsFolder, namesOf } from './ended.ts';
import { readableIn } from './records.ts';

/** A bucket, as far as this needs one. What does not answer throws. */
export interface Shelf {
  /** Keys below a prefix, in order. */
  list(prefix: string): AsyncIterable<string>;
  /** The folders right below a prefix, each ending in a slash. */
  folders(prefix: string): Promise<readonly string[]>;
  /** `null`: there is nothing. */
  read(key: string): Promise<string | null>;
  /** What is thrown where the ledger contradicts itself. */
  forked(what: string): Error;
}

/** Some 20 MB of orders: what serves is asked for again and again, and what has ended well does not change. */
const keptMax = 2_000;
const foldersAtOnce = 20;
const endsAtOnce = 20;

interface Name<Kind extends EndKind> {
  readonly key: string;
  readonly releaseId: string;
  readonly kind: Kind;
}

export function createEndedReleases(shelf: Shelf): EndedReleases {
  const kept = new Map<string, Ended>();

  async function find(releaseId: string): Promise<Ended | null> {
    const known = kept.get(releaseId);
    if (known !== undefined) return known;
    const ended = await endedOf(shelf, releaseId);
    // One that failed may be recovered, and is something else then.
    if (ended === null || ended.kind === 'failed') return ended;
    if (kept.size >= keptMax) kept.delete(kept.keys().next().value ?? '');
    kept.set(releaseId, ended);
    return ended;
  }

  async function* named<Kind extends EndKind>(place: string, kinds: readonly Kind[]): AsyncIterable<Name<Kind>> {
    for await (const key of shelf.list(`${endsFolder}${place}/`)) {
      const name = endNameIn(key);
      const kind = kinds.find((one) => one === name?.kind);
      if (name !== undefined && kind !== undefined) yield { key, releaseId: name.releaseId, kind };
    }
  }

  /** `null`: it did not end so, there and then. A failure that was recovered has a later name as well; other such names are nobody's. */
  async function endedAs<Kind extends EndKind>({ key, releaseId, kind }: Name<Kind>): Promise<Ended<Kind> | null> {
    const ended = await find(releaseId);
    return ended !== null && namesOf(ended).some((name) => name.key === key) ? { ...ended, kind } : null;
  }

  const readSideBySide = async <Kind extends EndKind>(names: readonly Name<Kind>[]): Promise<readonly Ended<Kind>[]> =>
    (await Promise.all(names.map((name) => endedAs(name)))).filter((ended) => ended !== null);

  return {
    find,

    async *newest<Kind extends EndKind>(place: string, kinds: readonly Kind[]): AsyncIterable<Ended<Kind>> {
      for await (const names of lotsOf(named(place, kinds), 1, endsAtOnce)) yield* await readSideBySide(names);
    },

    async at<Kind extends EndKind>(place: string, { kinds, limit }: { readonly kinds: readonly Kind[]; readonly limit: number }) {
      const found: Ended<Kind>[] = [];
      for await (const names of lotsOf(named(place, kinds), limit)) if (found.push(...(await readSideBySide(names))) >= limit) break;
      return found.slice(0, limit);
    },

    async places() {
      const environments = await shelf.folders(endsFolder);
      const parts = await inTurn(environments, (folder) => shelf.folders(folder));
      const places = await inTurn(parts, (folder) => shelf.folders(folder));
      return places.map((folder) => folder.slice(endsFolder.length, -1)).toSorted();
    },
  };
}

/** Each twice as many as the one before: only one is read where the first will do, and of many most side by side. */
async function* lotsOf<T>(all: AsyncIterable<T>, first: number, most = first): AsyncIterable<readonly T[]> {
  let size = first;
  let lot: T[] = [];
  for await (const one of all) {
    if (lot.push(one) < size) continue;
    yield lot;
    lot = [];
    size = Math.min(size * 2, most);
  }
  if (lot.length > 0) yield lot;
}

async function inTurn(folders: readonly string[], below: (folder: string) => Promise<readonly string[]>): Promise<readonly string[]> {
  const found: string[] = [];
  for (let start = 0; start < folders.length; start += foldersAtOnce)
    found.push(...(await Promise.all(folders.slice(start, start + foldersAtOnce).map(below))).flat());
  return found;
}

async function endedOf(shelf: Shelf, releaseId: string): Promise<Ended | null> {
  const chain = releaseChain(releaseId);
  let newest: string | undefined;
  for await (const key of shelf.list(`${chain}/`)) newest = key;
  if (newest === undefined) return null;
  const [first, last] = readableIn((await Promise.all([shelf.read(recordKeyOf(chain, 0)), shelf.read(newest)])).map((text) => text ?? ''));
  if (first === undefined || last === undefined) throw shelf.forked(`the first record of ${releaseId} or its last does not read as one`);
  const ended = endedIn(releaseId, first, last);
  if (typeof ended === 'string') throw shelf.forked(ended);
  return ended;
}
