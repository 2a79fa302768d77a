/**
 * Our own record of who holds a state lock. Terraform's lock cannot carry a release's name, so a lease lies in
 * the store beside it: from before Terraform starts until its end is understood. It is what lets a later attempt
 * prove that a lock is ours and its holder dead; without that proof a lock is left alone.
 */
import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { Blob } from '../../domain/blob.ts';
import type { StateBackend } from '../../domain/catalog.ts';
import { digestPattern } from '../../domain/digest.ts';
import { failure } from '../failure.ts';
import { type Carriers, hasEnded, type Machine, type Mark, thisMachine, thisWorker, workerRef } from '../tool/machine.ts';
import { parseJson } from '../tool/output.ts';
import { reachable, readObject } from './reachable.ts';

const leaseRecord = z.strictObject({
  releaseId: z.string(),
  nonce: z.string(),
  /** `null` on a system without /proc. */
  machine: z.string().nullable(),
  /** `null` in a lease that an older worker wrote: nothing can be said of that one. */
  worker: workerRef.nullable().default(null),
  operation: z.enum(['plan', 'apply']),
  startedAt: z.iso.datetime(),
  renewedAt: z.iso.datetime(),
  /** Known a moment after Terraform has the lock. */
  lockId: z.string().nullable(),
  /** A state that Terraform could not write: it comes first when somebody goes on. */
  unwrittenState: z.strictObject({ digest: z.string().regex(digestPattern), bytes: z.number() }).nullable(),
});
export type Lease = Omit<z.infer<typeof leaseRecord>, 'unwrittenState'> & { readonly unwrittenState: Blob | null };

/** Renewed this often while Terraform runs. */
export const renewSeconds = 15;
/** On another machine nobody can look for the process: eight missed renewals in a row count as dead. */
export const expiresSeconds = 120;

export interface LeaseStore {
  read(backend: StateBackend): Promise<Lease | null>;
  /** Fails as `terraform.locked` when somebody else was first. */
  take(backend: StateBackend, releaseId: string, operation: Lease['operation']): Promise<Lease>;
  write(backend: StateBackend, lease: Lease): Promise<void>;
  /** Harmless when the lease is gone or somebody else's. */
  drop(backend: StateBackend, nonce: string): Promise<void>;
}

export function createLeases(s3: S3Client, bucket: string, now: () => Date = () => new Date()): LeaseStore {
  const placeOf = ({ bucket: stateBucket, key }: StateBackend) => ({ Bucket: bucket, Key: `leases/${stateBucket}/${key}.json` });

  const put = (backend: StateBackend, lease: Lease, onlyFirst: boolean) =>
    s3.send(new PutObjectCommand({ ...placeOf(backend), Body: JSON.stringify(lease), ...(onlyFirst ? { IfNoneMatch: '*' } : {}) }));

  const leases: LeaseStore = {
    async read(backend) {
      const { Bucket, Key } = placeOf(backend);
      const text = await reachable('the lease', () => readObject(s3, Bucket, Key));
      return text === null ? null : (parseJson(leaseRecord, text, 'the lease') as Lease);
    },
    async take(backend, releaseId, operation) {
      const at = now().toISOString();
      const lease: Lease = {
        releaseId,
        nonce: randomUUID(),
        machine: thisMachine.id,
        worker: thisWorker(),
        operation,
        startedAt: at,
        renewedAt: at,
        lockId: null,
        unwrittenState: null,
      };
      await reachable('the lease', async () => {
        try {
          await put(backend, lease, true);
        } catch (error) {
          if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412)
            throw failure('terraform.locked', 'another operation of ours holds this state');
          throw error;
        }
      });
      return lease;
    },
    async write(backend, lease) {
      await reachable('the lease', () => put(backend, { ...lease, renewedAt: now().toISOString() }, false));
    },
    async drop(backend, nonce) {
      if ((await leases.read(backend))?.nonce !== nonce) return;
      await reachable('the lease', () => s3.send(new DeleteObjectCommand(placeOf(backend))));
    },
  };
  return leases;
}

/** A lease's Terraform carries its nonce, and so do its plugins and credential processes, which outlive a killed one. */
export const markOf = (nonce: string): Mark => ({ token: nonce, program: 'terraform' });

/** `orphaned`: it runs, and its worker is dead. */
export type Standing = 'at work' | 'orphaned' | 'over';

/** Doubt counts as at work: a lock taken from a living Terraform is a broken state, a wait is only a wait. */
export async function standingOf(lease: Lease, now: Date, machine: Machine = thisMachine): Promise<Standing> {
  const isHere = lease.machine !== null && lease.machine === machine.id;
  const carriers: Carriers = isHere ? await machine.carriersOf(markOf(lease.nonce)) : { kind: 'unknown' };
  if (carriers.kind === 'unknown') return now.getTime() - Date.parse(lease.renewedAt) < expiresSeconds * 1000 ? 'at work' : 'over';
  if (carriers.programs.length === 0) return 'over';
  return lease.worker !== null && hasEnded(lease.worker, machine) ? 'orphaned' : 'at work';
}
