/** The names of ended releases, read: the same for whoever has a bucket, whichever way they read it. */
import { recordKeyOf, releaseChain } from './chain.ts';
import { type Ended, type EndedReleases, type EndKind, endedIn, endNameIn, endsFolder } from './ended.ts';
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

  async function* named<Kind extends EndKind>(place: string, kinds: readonly Kind[]) {
    for await (const key of shelf.list(`${endsFolder}${place}/`)) {
      const name = endNameIn(key);
      const kind = kinds.find((one) => one === name?.kind);
      if (name !== undefined && kind !== undefined) yield { releaseId: name.releaseId, kind };
    }
  }

  /** `null`: a failure that was recovered, which has a later name as well. */
  async function endedAs<Kind extends EndKind>({ releaseId, kind }: { readonly releaseId: string; readonly kind: Kind }) {
    const ended = await find(releaseId);
    return ended?.kind === kind ? { ...ended, kind } : null;
  }

  return {
    find,

    async *newest<Kind extends EndKind>(place: string, kinds: readonly Kind[]): AsyncIterable<Ended<Kind>> {
      for await (const name of named(place, kinds)) {
        const ended = await endedAs(name);
        if (ended !== null) yield ended;
      }
    },

    async at<Kind extends EndKind>(place: string, { kinds, limit }: { readonly kinds: readonly Kind[]; readonly limit: number }) {
      const names: { readonly releaseId: string; readonly kind: Kind }[] = [];
      for await (const name of named(place, kinds)) if (names.push(name) === limit) break;
      return (await Promise.all(names.map(endedAs))).filter((ended) => ended !== null);
    },

    async places() {
      const environments = await shelf.folders(endsFolder);
      const parts = await inTurn(environments, (folder) => shelf.folders(folder));
      const places = await inTurn(parts, (folder) => shelf.folders(folder));
      return places.map((folder) => folder.slice(endsFolder.length, -1)).toSorted();
    },
  };
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
