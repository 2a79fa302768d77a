/**
 * Random numbers that come again: the same seed gives the same sequence, so a pod of the same name behaves the
 * same and a test of shares cannot flake. Never for secrets.
 */

/** Uniform in [0, 1). */
export type Random = () => number;

/** mulberry32 over a 32-bit FNV-1a of the seed: a few lines, and even enough for shares and latencies. */
export function randomFrom(seed: string): Random {
  let state = 0x811c9dc5;
  for (const character of seed) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Mean 0, deviation 1 (Box and Muller). `1 - u` is never 0, whose logarithm there is none. */
export function normalFrom(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
