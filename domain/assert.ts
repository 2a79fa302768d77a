/** What a reader may rely on, checked. A broken invariant is a bug of ours: a plain Error, never an answer. */

export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}
