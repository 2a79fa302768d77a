/**
 * A release's records until they are in the ledger, and afterwards for whoever asks. The workflow is the only
 * writer of its record and carries the hash that the next one has to name; batches follow each other and never overlap.
 */
import { workflowInfo } from '@temporalio/workflow';
import type { Digest } from '../domain/digest.ts';
import { linked } from '../domain/ledger/chain.ts';
import type { Json } from '../domain/order.ts';
import { batchesOf, type RecordKind, type ReleaseRecord, recordOf } from '../domain/record.ts';
import { isPatched } from './patches.ts';
import { ledger } from './steps.ts';

export class Outbox {
  readonly #releaseId: string;
  readonly #records: ReleaseRecord[] = [];
  /** Asked when the release begins: half a chain would prove nothing. */
  readonly #chained = isPatched('records are chained and sealed');
  #head: Digest | null = null;
  #appended = 0;
  #appending: Promise<void> = Promise.resolve();

  constructor(releaseId: string) {
    this.#releaseId = releaseId;
  }

  get size(): number {
    return this.#records.length;
  }

  /** `data` is JSON; domain types are, though an interface does not say so. */
  add(kind: RecordKind, data: object, claim = false): void {
    const writer = { runId: workflowInfo().runId, sequence: this.size, claim };
    this.#records.push(this.#link(recordOf(this.#releaseId, writer, kind, now(), data as Json)));
  }

  #link(record: ReleaseRecord): ReleaseRecord {
    if (!this.#chained) return record;
    const next = linked(record, this.#head);
    this.#head = next.hash;
    return next;
  }

  after(sequence: number, limit: number): readonly ReleaseRecord[] {
    return this.#records.slice(Math.max(0, sequence + 1), Math.max(0, sequence + 1) + limit);
  }

  /** Everything recorded so far is in the ledger afterwards. */
  flush = (): Promise<void> => this.#append(false);

  /** The same, and nothing follows any more: what the record ends with is signed. */
  seal = (): Promise<void> => this.#append(this.#chained);

  async #append(seal: boolean): Promise<void> {
    this.#appending = this.#appending.then(async () => {
      const waiting = this.#records.slice(this.#appended);
      // With nothing left to write, the last record is written once more, which is no second one, and sealed.
      const batches = batchesOf(seal && waiting.length === 0 ? this.#records.slice(-1) : waiting);
      for (const records of batches) {
        const last = seal && records === batches.at(-1);
        const summary = `Record ${records[0]?.sequence} to ${records.at(-1)?.sequence}${last ? ', sealed' : ''}`;
        await ledger.appendRecords.executeWithOptions({ summary }, [
          { releaseId: this.#releaseId, records, ...(last ? { seal: true } : {}) },
        ]);
        this.#appended = (records.at(-1)?.sequence ?? -1) + 1;
      }
    });
    await this.#appending;
  }
}

/** Workflow time: the same again on replay. */
export const now = (): string => new Date().toISOString();
