/** A look at everything that runs: what the workflow of strays asks for, keeps and tells. */
import type { NoticeTarget } from '../notice.ts';
import type { ReleaseRecord } from '../record.ts';
import type { AccountLook, TrailMarks } from './account.ts';
import type { FoundStray } from './record.ts';
import { newAmong, type Stray } from './stray.ts';

/** At one environment. */
export interface Look {
  readonly environment: string;
  readonly cluster: string;
  readonly namespace: string;
  /** At most `straysMax` of all. */
  readonly strays: readonly Stray[];
  /** So many more that are not listed. */
  readonly more: number;
  /** Why nobody could look; `null`: somebody did. */
  readonly unknown: string | null;
}

export interface StraysReport {
  /** RFC 3339. */
  readonly at: string;
  readonly looks: readonly Look[];
  /** Left out by reports from before there were any. */
  readonly accounts?: readonly AccountLook[] | undefined;
}

/** Of one environment: about 6 KiB. Whoever has more has to begin somewhere. */
export const straysMax = 20;
/** Listed in all, so that a report stays under the 32 KiB of a message, together with writes (`boundedAccounts`). */
export const listedMax = 60;

/** With where they are. */
export const foundIn = (looks: readonly Look[]): readonly FoundStray[] =>
  looks.flatMap(({ environment, cluster, namespace, strays }) => strays.map((stray) => ({ ...stray, environment, cluster, namespace })));

/** Where nobody could look this time, what was there the last time still counts: an outage makes nothing new. */
export const carriedOn = (before: readonly Look[], looks: readonly Look[]): readonly Look[] =>
  looks.map((look) => {
    const known = before.find(({ environment }) => environment === look.environment);
    return look.unknown === null || known === undefined ? look : { ...look, strays: known.strays, more: known.more };
  });

/** Those that the look before did not have. */
export const newSince = (before: readonly Look[], looks: readonly Look[]): readonly FoundStray[] =>
  foundIn(
    looks.map((look) => ({
      ...look,
      strays: newAmong(look.strays, before.find(({ environment }) => environment === look.environment)?.strays ?? []),
    })),
  );

export interface StraysPort {
  /**
   * Looks at every environment of the catalog as it is now, and at their accounts from where the last look ended. One that
   * cannot be looked at says so, and keeps no other from being.
   */
  findStrays(input?: { readonly accounts: TrailMarks }): Promise<{
    readonly looks: readonly Look[];
    /** With what was written since the last look alone. */
    readonly accounts?: readonly AccountLook[] | undefined;
    readonly tell: readonly NoticeTarget[];
  }>;
}

export interface StrayLedgerPort {
  /** Into the chain of one look; `seal` with the last of it. Again it is the same. */
  recordStrays(input: { readonly moment: string; readonly records: readonly ReleaseRecord[]; readonly seal: boolean }): Promise<void>;
}

/** Each is another adapter's. */
export type StrayPorts = StraysPort & StrayLedgerPort;

/** The schedule and its workflow. */
export const straysWorkflow = 'strays';
