/** The parts of a checkup, each for the worker that has the rights. They read, and write nothing anywhere. */
import type { S3Client } from '@aws-sdk/client-s3';
import { type CheckupPort, failed, passed } from '../../domain/checkup.ts';
import type { Digest } from '../../domain/digest.ts';
import { type AccountDependencies, checkAccount, clientsAt } from './account.ts';
import { checkGateway, checkLock, checkPolicies, checkTime, type Fetch } from './control.ts';
import { look } from './look.ts';

export interface CheckupDependencies {
  readonly s3: S3Client;
  readonly fetch?: Fetch;
  /** As releases take roles: the two must not be able to differ. */
  readonly takeRole: AccountDependencies['takeRole'];
  readonly clientsFor?: AccountDependencies['clientsFor'];
  readonly expectedPolicies: () => Promise<readonly Digest[]>;
  readonly config: {
    readonly opaUrl: string;
    readonly ledgerBucket: string;
    readonly checkpointBucket: string;
    readonly kubeconfig: string;
    readonly aws: { readonly region: string; readonly endpoint: string | undefined };
  };
}

export function createCheckupActivities({
  s3,
  fetch = globalThis.fetch,
  takeRole,
  clientsFor,
  expectedPolicies,
  config,
}: CheckupDependencies): CheckupPort {
  const { aws } = config;
  const account = { takeRole, clientsFor: clientsFor ?? clientsAt(aws.endpoint) };
  return {
    checkControl: async ({ environments }) => {
      const clusters = [...new Set(environments.map(({ cluster }) => cluster.name))];
      return await Promise.all([
        checkPolicies(fetch, config.opaUrl, expectedPolicies),
        checkLock(s3, 'ledger', config.ledgerBucket),
        ...(config.checkpointBucket === config.ledgerBucket ? [] : [checkLock(s3, 'checkpoints', config.checkpointBucket)]),
        ...clusters.map((cluster) => checkGateway(config.kubeconfig, cluster)),
        checkTime(fetch, aws.endpoint ?? `https://sts.${aws.region}.amazonaws.com/`),
      ]);
    },

    checkAccount: ({ by, environment }) => checkAccount(account, by, environment),

    checkMetrics: async ({ environment: { name, prometheus } }) => [
      await look('prometheus', name, async (signal) => {
        const { ok, status } = await fetch(`${prometheus.replace(/\/+$/, '')}/api/v1/query?query=1`, { signal, redirect: 'error' });
        return ok ? passed('prometheus', name, 'answers') : failed('prometheus', name, `it answered ${status}`);
      }),
    ],
  };
}
