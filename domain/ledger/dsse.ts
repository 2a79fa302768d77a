/**
 * Signed statements in DSSE envelopes (https://github.com/secure-systems-lab/dsse): the signature covers the type
 * and the exact bytes of what is said, so that nothing has to be parsed before it is known who vouches for it.
 * How to sign and how to check is given: a key belongs to whoever has it.
 */
import { invariant } from '../assert.ts';
import { canonicalText, type Digest } from '../digest.ts';

export interface Envelope {
  readonly payloadType: string;
  /** Base64 of the payload's bytes. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** ECDSA over P-256 and SHA-256, the signature in DER and base64; the key is named by the digest of its public half. */
export interface Signature {
  readonly keyid: Digest;
  readonly sig: string;
}

export type Sign = (message: Uint8Array) => Promise<Signature>;

/** Of one signature over one message. A key that nobody trusts says nothing, whatever it has signed. */
export type CheckSignature = (keyid: string, message: Uint8Array, sig: string) => 'good' | 'bad' | 'unknown key';

/** What is signed: "pre-authentication encoding". Lengths are bytes. */
export function signedBytes(payloadType: string, payload: string): Uint8Array {
  const bytes = (text: string) => new TextEncoder().encode(text);
  return bytes(`DSSEv1 ${bytes(payloadType).length} ${payloadType} ${bytes(payload).length} ${payload}`);
}

/** KMS signs no longer message as it is. What would be longer is said by its digest. */
export const signedBytesMax = 4096;

export async function envelopeOf(payloadType: string, payload: string, sign: Sign): Promise<Envelope> {
  const message = signedBytes(payloadType, payload);
  invariant(message.length <= signedBytesMax, `at most ${signedBytesMax} bytes are signed, these are ${message.length}`);
  return { payloadType, payload: base64Of(payload), signatures: [await sign(message)] };
}

export type Opened = { readonly kind: 'good'; readonly payload: string } | { readonly kind: 'bad'; readonly because: string };

/** The payload, if one key that is trusted has signed it and it is of this type. */
export function opened(text: string, payloadType: string, check: CheckSignature): Opened {
  const envelope = envelopeIn(text);
  if (envelope === undefined) return { kind: 'bad', because: 'it is no signed statement' };
  if (envelope.payloadType !== payloadType) return { kind: 'bad', because: `it says ${envelope.payloadType}, not ${payloadType}` };
  const payload = textOf(envelope.payload);
  if (payload === undefined) return { kind: 'bad', because: 'its payload is not base64 of text' };
  const message = signedBytes(payloadType, payload);
  const results = envelope.signatures.map(({ keyid, sig }) => check(keyid, message, sig));
  if (results.includes('good')) return { kind: 'good', payload };
  if (results.includes('bad')) return { kind: 'bad', because: 'its signature does not fit what it says' };
  const keys = envelope.signatures.map(({ keyid }) => keyid).join(', ');
  return { kind: 'bad', because: keys === '' ? 'nobody has signed it' : `it is signed by a key that is not trusted: ${keys}` };
}

function envelopeIn(text: string): Envelope | undefined {
  const value = jsonIn(text) as Partial<Envelope> | null | undefined;
  if (typeof value?.payloadType !== 'string' || typeof value.payload !== 'string' || !Array.isArray(value.signatures)) return undefined;
  const signatures = value.signatures as readonly (Partial<Signature> | null)[];
  return signatures.every((one) => typeof one?.keyid === 'string' && typeof one.sig === 'string') ? (value as Envelope) : undefined;
}

/** `undefined`: it is no JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `undefined`: it has no canonical text, as a number beyond all numbers that somebody put in. */
export function canonicalIn(value: unknown): string | undefined {
  try {
    return canonicalText(value);
  } catch {
    return undefined;
  }
}

function base64Of(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCodePoint(byte)).join(''));
}

function textOf(base64: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.codePointAt(0) ?? 0);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
