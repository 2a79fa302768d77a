/**
 * Who vouches for the ledger: a key in KMS, which nobody can read, or a file for an installation without one.
 * Both sign the same bytes in the same form; a signature names its key by the digest of the public half.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { type Digest, digestBytes } from '../../domain/digest.ts';
import type { Sign } from '../../domain/ledger/dsse.ts';
import { failure } from '../failure.ts';

export const keyIdOf = (publicKey: KeyObject): Digest => digestBytes(publicKey.export({ type: 'spki', format: 'der' }));

/** `key`: id, ARN or alias of a key ECC_NIST_P256 for SIGN_VERIFY. */
export function createKmsSigner(kms: KMSClient, key: string): Sign {
  /** An alias may move to another key between two calls: asked by the key that has signed. */
  const nameOf = async (KeyId: string) => {
    const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId }));
    return keyIdOf(createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' }));
  };
  return (message) =>
    answered(async () => {
      const { Signature = new Uint8Array(), KeyId = key } = await kms.send(
        new SignCommand({
          KeyId: key,
          // Whole, since all that is signed is short (`domain/ledger/dsse.ts`): a stand-in for KMS that takes a
          // digest for a message would make signatures that nobody can check.
          Message: message,
          MessageType: 'RAW',
          SigningAlgorithm: 'ECDSA_SHA_256',
        }),
      );
      return { keyid: await nameOf(KeyId), sig: Buffer.from(Signature).toString('base64') };
    });
}

/** `file`: a private key P-256 in PEM. It is read anew each time, so that replacing the file is enough. */
export function createFileSigner(file: string): Sign {
  return (message) =>
    answered(async () => {
      const key = createPrivateKey(await readFile(file));
      const curve = key.asymmetricKeyDetails?.namedCurve;
      if (curve !== 'prime256v1') throw new Error(`the key is ${curve ?? key.asymmetricKeyType}, and P-256 is needed`);
      return { keyid: keyIdOf(createPublicKey(key)), sig: sign('sha256', message, key).toString('base64') };
    });
}

/** `file:<path>` is a file; everything else is a name that KMS knows. */
export const createSigner = (kms: KMSClient, key: string): Sign =>
  key.startsWith('file:') ? createFileSigner(key.slice('file:'.length)) : createKmsSigner(kms, key);

async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failure('ledger.unreachable', `the ledger's key does not sign: ${error instanceof Error ? error.name : 'unknown'}`);
  }
}
