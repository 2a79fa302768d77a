/** What every release needs and no environment owns: policies, the ledger's locks, clusters, and the time. */
import { GetObjectLockConfigurationCommand, type S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { type Check, checkClock, failed, passed } from '../../domain/checkup.ts';
import type { Digest } from '../../domain/digest.ts';
import { whyUnexpected } from '../../domain/policy-revisions.ts';
import { connect, hasStatus } from '../tool/cluster.ts';
import { look } from './look.ts';

export type Fetch = (address: string | URL, init: RequestInit) => Promise<Response>;

/** Of any part of the data: what is asked for is by which bundle OPA answers. */
const provenance = z.object({ provenance: z.object({ bundles: z.record(z.string(), z.object({ revision: z.string() })).default({}) }) });

export const checkPolicies = (fetch: Fetch, opaUrl: string, expected: () => Promise<readonly Digest[]>): Promise<Check> =>
  look('policies', 'OPA', async (signal) => {
    const response = await fetch(new URL('/v1/data/plimsoll/settings/violationsMax?provenance=true', opaUrl), { signal });
    if (!response.ok) return failed('policies', 'OPA', `OPA answered ${response.status}`);
    const { bundles } = provenance.parse(await response.json()).provenance;
    const revisions = Object.values(bundles).map(({ revision }) => revision);
    const unexpected = whyUnexpected(revisions, await expected());
    return unexpected === undefined ? passed('policies', 'OPA', revisions.join(', ')) : failed('policies', 'OPA', unexpected);
  });

/** Without a default retention a record could be deleted by whoever may write: the bucket alone would not keep it. */
export const checkLock = (s3: S3Client, check: 'ledger' | 'checkpoints', bucket: string): Promise<Check> =>
  look(check, bucket, async (abortSignal) => {
    const { ObjectLockConfiguration } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket: bucket }), { abortSignal });
    const retention = ObjectLockConfiguration?.Rule?.DefaultRetention;
    if (ObjectLockConfiguration?.ObjectLockEnabled !== 'Enabled') return failed(check, bucket, 'no Object Lock');
    if (retention?.Mode === undefined) return failed(check, bucket, 'Object Lock without a default retention');
    const { Years: years = 0, Days: days = 0 } = retention;
    const time = years > 0 ? `${years} years` : `${days} days`;
    return passed(check, bucket, `${retention.Mode}, ${time}`);
  });

const group = { group: 'gateway.networking.k8s.io', version: 'v1' };

export const checkGateway = (kubeconfig: string, cluster: string): Promise<Check> =>
  look('gateway api', cluster, async () => {
    try {
      const { resources } = await connect(kubeconfig, cluster).custom.getAPIResources(group);
      const known = resources.some(({ name }) => name === 'httproutes');
      return known ? passed('gateway api', cluster, group.version) : failed('gateway api', cluster, 'no HTTPRoutes');
    } catch (error) {
      if (hasStatus(error, 404)) return failed('gateway api', cluster, 'not installed');
      throw error;
    }
  });

/** Any answer will do, a refusal too: every one has the time in its head. */
export const checkTime = (fetch: Fetch, address: string): Promise<Check> =>
  look('clock', 'the worker', async (signal) => {
    const before = Date.now();
    const { headers } = await fetch(address, { method: 'HEAD', redirect: 'manual', signal });
    const theirs = Date.parse(headers.get('date') ?? '');
    if (Number.isNaN(theirs)) return failed('clock', 'the worker', 'the answer has no Date');
    // The header is cut to a second, so that half a one is the best guess.
    return checkClock('the worker', ((before + Date.now()) / 2 - (theirs + 500)) / 1000);
  });
