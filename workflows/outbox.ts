/**
 * A release's records until they are in the ledger, and afterwards for whoever asks. The workflow is the only
 * writer of its record; batches follow each other and never overlap.
 */
import { workflowInfo } from '@temporalio/workflow';
import type { Json } from '../domain/order.ts';
import { batchesOf, type RecordKind, type ReleaseRecord, recordOf } from '../domain/record.ts';
import { ledger } from './steps.ts';

export class Outbox {
  readonly #releaseId: string;
  readonly #records: ReleaseRecord[] = [];
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
    this.#records.push(recordOf(this.#releaseId, writer, kind, now(), data as Json));
  }

  after(sequence: number, limit: number): readonly ReleaseRecord[] {
    return this.#records.slice(Math.max(0, sequence + 1), Math.max(0, sequence + 1) + limit);
  }

  /** Everything recorded so far is in the ledger afterwards. */
  async flush(): Promise<void> {
    this.#appending = this.#appending.then(async () => {
      for (const records of batchesOf(this.#records.slice(this.#appended))) {
        const summary = `Record ${records[0]?.sequence} to ${records.at(-1)?.sequence}`;
        await ledger.appendRecords.executeWithOptions({ summary }, [{ releaseId: this.#releaseId, records }]);
        this.#appended += records.length;
      }
    });
    await this.#appending;
  }
}

/** Workflow time: the same again on replay. */
export const now = (): string => new Date().toISOString();
