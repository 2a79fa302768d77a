/**
 * One way to name bytes and values, for every side: the API names a release, a workflow names a statement,
 * an activity names a plan, and all three must agree to the bit.
 *
 * Values are canonicalised by RFC 8785 (JCS) first, so that key order and white space never matter.
 * Both libraries are pure functions: this file still has no clock and no I/O (docs/adr/0001).
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import { invariant } from './assert.ts';

/** `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = `sha256:${string}`;

export const digestPattern = /^sha256:[0-9a-f]{64}$/;

export const isDigest = (text: string): text is Digest => digestPattern.test(text);

export function digestBytes(bytes: Uint8Array): Digest {
  return `sha256:${bytesToHex(sha256(bytes))}`;
}

export const digestText = (text: string): Digest => digestBytes(new TextEncoder().encode(text));

/** The canonical text of a JSON value. `undefined` members vanish, as in JSON. */
export function canonicalText(value: unknown): string {
  const text = canonicalize(value);
  invariant(text !== undefined, 'only JSON values have a canonical form');
  return text;
}

export const digestOf = (value: unknown): Digest => digestText(canonicalText(value));

/** The hexadecimal part alone, for file names and object keys. */
export const hexOf = (digest: Digest): string => digest.slice('sha256:'.length);
