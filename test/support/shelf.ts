/** A bucket in memory that holds chains of releases that have ended, as the ledger writes them. */
import { canonicalText, type Digest } from '../../domain/digest.ts';
import { type Link, linked, recordKeyOf, releaseChain } from '../../domain/ledger/chain.ts';
import { type Ended, namesOf } from '../../domain/ledger/ended.ts';
import { createEndedReleases, type Shelf } from '../../domain/ledger/ended-reader.ts';
import type { Json } from '../../domain/order.ts';
import { type RecordKind, type ReleaseRecord, recordOf } from '../../domain/record.ts';

export class MemoryShelf implements Shelf {
  readonly objects = new Map<string, string>();
  /** What was asked for, in turn. */
  readonly asked: string[] = [];
  /** What every call throws. */
  broken: Error | undefined;
  forked = (what: string): Error => new Error(what);

  async *list(prefix: string): AsyncIterable<string> {
    this.#ask(`list ${prefix}`);
    for (const key of this.#below(prefix)) yield await Promise.resolve(key);
  }

  async folders(prefix: string): Promise<readonly string[]> {
    this.#ask(`folders ${prefix}`);
    const names = this.#below(prefix).map((key) => key.slice(prefix.length).split('/'));
    return [...new Set(names.filter(({ length }) => length > 1).map(([name]) => `${prefix}${name}/`))];
  }

  async read(key: string): Promise<string | null> {
    this.#ask(`read ${key}`);
    return this.objects.get(key) ?? null;
  }

  /** A release with this end; without a name it is one from before ends had names. */
  put({ order, kind, at }: Ended, { named = true }: { readonly named?: boolean } = {}): void {
    const end: readonly [RecordKind, object] = kind === 'failed' ? ['failed', { kind: 'tool.crashed' }] : ['closed', { kind }];
    this.write(order.releaseId, at, ['requested', { order }], end);
    if (named) this.name({ order, kind, at });
  }

  name(ended: Ended): void {
    for (const { key, text } of namesOf(ended)) this.objects.set(key, text);
  }

  /** A chain of these records. */
  write(releaseId: string, at: string, ...records: readonly (readonly [RecordKind, object])[]): void {
    let before: Digest | null = null;
    for (const [sequence, [kind, data]] of records.entries()) {
      const writer = { runId: 'run', sequence, claim: sequence === 0 };
      const record: ReleaseRecord & Link = linked(recordOf(releaseId, writer, kind, at, data as Json), before);
      this.writeRecord(releaseId, record);
      before = record.hash;
    }
  }

  writeRecord(releaseId: string, record: ReleaseRecord): void {
    this.objects.set(recordKeyOf(releaseChain(releaseId), record.sequence), canonicalText(record));
  }

  #below(prefix: string): readonly string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  }

  #ask(what: string): void {
    if (this.broken !== undefined) throw this.broken;
    this.asked.push(what);
  }
}

/** These, and a look at them. */
export function endedReleasesOf(ends: readonly Ended[]) {
  const shelf = new MemoryShelf();
  for (const end of ends) shelf.put(end);
  return { shelf, ended: createEndedReleases(shelf) };
}
