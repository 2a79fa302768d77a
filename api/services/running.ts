/** What runs, and what could be gone back to, from the releases that ended as released. Pure. */
import type { Ended } from '../../domain/ledger/ended.ts';
import type { ReleaseOrder } from '../../domain/order.ts';

/** A release with a model part that ended as `released`, newest first in every list here. */
export interface Released extends Ended<'released'> {
  readonly order: ReleaseOrder & { readonly model: NonNullable<ReleaseOrder['model']> };
}

/** What a rollback brought back is what it went back to. */
const originOf = ({ order }: Released): string => order.rollback?.to ?? order.releaseId;

const sameModel = (a: Released, b: Released): boolean =>
  a.order.model.digest === b.order.model.digest && a.order.model.image === b.order.model.image;

/**
 * Versions other than the running one, each once, the newest release of it. After a rollback the version that
 * was left stays in the list, since it may be wanted, but it is not `previous`.
 */
export function versionsToGoBackTo(released: readonly Released[]): readonly Released[] {
  const [running, ...older] = released;
  if (running === undefined) return [];
  return older.filter(
    (candidate, index) =>
      candidate.order.rollback === undefined &&
      !sameModel(candidate, running) &&
      older.findIndex((other) => other.order.rollback === undefined && sameModel(other, candidate)) === index,
  );
}

/** The version before the running one was first released: asking for `previous` twice goes back twice, never forth. */
export function previousOf(released: readonly Released[]): Released | undefined {
  const [running] = released;
  if (running === undefined) return undefined;
  const origin = released.findIndex(({ order }) => order.releaseId === originOf(running));
  const before = origin === -1 ? released.slice(1) : released.slice(origin + 1);
  return before.find((candidate) => candidate.order.rollback === undefined && !sameModel(candidate, running));
}
