/** The keys that a verification trusts. They come from whoever verifies, never from where the ledger lies. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { digestBytes } from '../domain/digest.ts';
import type { CheckSignature } from '../domain/ledger/dsse.ts';
import { VerifyError } from './errors.ts';

export async function trustedKeys(files: readonly string[]): Promise<CheckSignature> {
  if (files.length === 0)
    throw new VerifyError(
      'no key to trust: --key <file> with the public key, in PEM or as `aws kms get-public-key --query PublicKey --output text` prints it',
    );
  const keys = new Map((await Promise.all(files.map(publicKeyIn))).map((key) => [keyIdOf(key), key]));
  return (keyid, message, sig) => {
    const key = keys.get(keyid);
    if (key === undefined) return 'unknown key';
    return verify('sha256', message, key, Buffer.from(sig, 'base64')) ? 'good' : 'bad';
  };
}

export const keyIdOf = (key: KeyObject): string => digestBytes(key.export({ type: 'spki', format: 'der' }));

async function publicKeyIn(file: string): Promise<KeyObject> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new VerifyError(`${file}: the key cannot be read (${error.code ?? error.name})`);
  });
  if (text.includes('PRIVATE KEY')) throw new VerifyError(`${file}: this is a private key; a verification needs the public one alone`);
  try {
    const key = text.includes('BEGIN')
      ? createPublicKey(text)
      : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // Said below: what could be read and is no key of this sort is as wrong as what could not.
  }
  throw new VerifyError(`${file}: a public key P-256 is needed, in PEM or as base64 of DER`);
}
