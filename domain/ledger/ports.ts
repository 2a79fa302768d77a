/** The chains of releases and of days, by the rules of `domain/ports.ts`. */
import type { Digest } from '../digest.ts';
import type { ReleaseOrder } from '../order.ts';
import type { Intent, ReleaseRecord } from '../record.ts';

export interface LedgerPort {
  /**
   * Writes the records, each under its sequence, never over another. A retry that finds its own bytes is
   * done; other bytes are `ledger.forked`. Another run's record without a claim by this run is `release.reset`.
   * `seal`: these are the last; what the chain now ends with is signed.
   */
  appendRecords(input: { readonly releaseId: string; readonly records: readonly ReleaseRecord[]; readonly seal?: boolean }): Promise<void>;
  /**
   * For recovery: what the record says about a run that is gone. The order comes from record 0, the intent
   * from the newest record that carries one (`intended`). `closed`: the release ended by itself, with an answer
   * or by name, and owes nothing but its lanes. `head`: the hash that the next record has to carry; `null` when
   * there are no records, or none in a chain.
   */
  readLastIntent(input: { readonly releaseId: string }): Promise<{
    readonly nextSequence: number;
    readonly order: ReleaseOrder | null;
    readonly intent: Intent | null;
    readonly closed: boolean;
    readonly head?: Digest | null;
  }>;
}

export interface DayLedgerPort {
  /** Where the chain of a day's refused calls stands. */
  readDay(input: { readonly day: string }): Promise<{ readonly nextSequence: number; readonly head: Digest | null }>;
  /** As `appendRecords`. */
  appendDay(input: { readonly day: string; readonly records: readonly ReleaseRecord[] }): Promise<void>;
  /** Signs what the day's chain ends with. */
  sealDay(input: { readonly day: string }): Promise<void>;
}

export interface CheckpointPort {
  /**
   * Signs the heads of all chains and writes the list, once per moment. `contradictions`: where the ledger is less
   * than the checkpoint before says, a line each.
   */
  writeCheckpoint(input: { readonly moment: string }): Promise<{ readonly chains: number; readonly contradictions: readonly string[] }>;
}
