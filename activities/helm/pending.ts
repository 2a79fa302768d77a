/**
 * What to do about a Helm release that an operation left behind when it was killed. Decides from the newest
 * revision only: after a recovery, older ones go on saying that they are pending.
 */

export interface Revision {
  readonly revision: number;
  readonly status: string;
  /** When the operation that made it began. */
  readonly updated: string;
}

export type Recovery = { readonly kind: 'none' } | { readonly kind: 'uninstall' } | { readonly kind: 'rollback'; readonly to: number };

export const newestOf = (history: readonly Revision[]): Revision | null =>
  history.reduce<Revision | null>((newest, one) => (newest === null || one.revision > newest.revision ? one : newest), null);

/**
 * - `pending-install`, `uninstalling`: only an uninstall gets Helm out of it.
 * - `pending-upgrade`, `pending-rollback`: back to what was deployed, or away with it where nothing ever was.
 *   The slot has no traffic while either may happen, so an empty one harms nobody.
 */
export function recoveryFor(history: readonly Revision[]): Recovery {
  switch (newestOf(history)?.status ?? 'absent') {
    case 'pending-install':
    case 'uninstalling':
      return { kind: 'uninstall' };
    case 'pending-upgrade':
    case 'pending-rollback': {
      const deployed = newestOf(history.filter((one) => one.status === 'deployed'));
      return deployed === null ? { kind: 'uninstall' } : { kind: 'rollback', to: deployed.revision };
    }
    default:
      return { kind: 'none' };
  }
}
