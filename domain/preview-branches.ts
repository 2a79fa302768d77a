/**
 * Which branches of an environment's repositories may be looked at before they are merged. A preview plans with the
 * environment's read-only role, so none may unless the catalog says so; a fork has no branch here, and never may.
 */

/** A name to the letter, or a beginning that ends in `*`. */
export function branchMayBePreviewed(patterns: readonly string[], branch: string): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? branch.startsWith(pattern.slice(0, -1)) : branch === pattern));
}
