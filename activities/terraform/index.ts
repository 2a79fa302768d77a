/**
 * Terraform as the port of the domain. Checks run without a credential; plans and applies run under a role of
 * the environment, in a private workspace that is gone afterwards. Never retries an apply, never takes a lock
 * from anyone who may be alive, never lets a secret out of the worker except in the encrypted plan.
 */
import { readFile } from 'node:fs/promises';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { S3Client } from '@aws-sdk/client-s3';
import type { STSClient } from '@aws-sdk/client-sts';
import type { Blob } from '../../domain/blob.ts';
import { type ChangeSet, differingAddresses } from '../../domain/change.ts';
import type { PlanInput, SavedPlan, TerraformPort } from '../../domain/ports.ts';
import type { RunTool } from '../tool/run-tool.ts';
import type { BlobStore } from '../tool/store.ts';
import type { WithWorkspace } from '../tool/workspace.ts';
import { apply } from './apply.ts';
import { createMac } from './change.ts';
import { createChecks } from './checks.ts';
import { createCommand } from './command.ts';
import { createLeases } from './lease.ts';
import { type LockedRoot, underLease, waiting } from './locked.ts';
import { judge, orForeignLock } from './observe.ts';
import { initialise, makePlan, type Planned } from './plan.ts';
import { withRoot } from './root.ts';
import { type Session, withSession } from './session.ts';
import type { Access } from './session-policy.ts';
import { readStateHead } from './state.ts';

export { assumeRole, sourceIdentityOf, workerIdentity } from './credentials.ts';

export interface TerraformConfig {
  /** PATH of the tools. Must hold `sh` too: AWS SDKs start a credential process through it. */
  readonly path: string;
  /** Terraform's CLI configuration file: where providers come from. */
  readonly cliConfig: string;
  /** KMS key (HMAC_256) for the sensitive leaves of a change. */
  readonly changeKey: string;
  /** Where leases lie, beside the blobs. */
  readonly leaseBucket: string;
  /** Plimsoll's own buckets, of which no session of a release has an object. */
  readonly ownBuckets: readonly string[];
  /** How this worker proves itself to AWS: `workerIdentity(process.env)`. */
  readonly identity: Readonly<Record<string, string>>;
  /** How long to wait for somebody else's lock. A plan of theirs takes minutes: 300 by default. */
  readonly lockTimeoutSeconds?: number;
}

export interface TerraformDependencies {
  readonly run: RunTool;
  readonly withWorkspace: WithWorkspace;
  readonly store: BlobStore;
  readonly kms: KMSClient;
  readonly s3: S3Client;
  readonly sts: STSClient;
  readonly config: TerraformConfig;
}

const defaultLockTimeoutSeconds = 300;

export function createTerraformActivities(given: TerraformDependencies): TerraformPort {
  const { store, config } = given;
  const dependencies = {
    ...given,
    terraform: createCommand(given.run, config),
    mac: createMac(given.kms, config.changeKey),
    leases: createLeases(given.s3, config.leaseBucket),
    lockTimeoutSeconds: config.lockTimeoutSeconds ?? defaultLockTimeoutSeconds,
  };

  const readChange = async (blob: Blob) => (await store.getJson(blob)) as ChangeSet;

  /** An initialised root under a role. */
  const withPlannable = <T>(input: PlanInput, access: Access, work: (session: Session, locked: LockedRoot) => Promise<T>): Promise<T> =>
    withRoot(dependencies, input, (root) =>
      withSession(dependencies, root, input, access, async (session) => {
        await initialise(dependencies, session.root, input);
        return await work(session, { ...session, backend: input.stack.backend, releaseId: input.release.releaseId });
      }),
    );

  const planLocked = (session: Session, locked: LockedRoot, input: PlanInput) =>
    underLease(dependencies, locked, 'plan', (env) => makePlan(dependencies, session, input, waiting(dependencies), env));

  /** The binary plan holds secrets in clear: it goes into the store, which encrypts, and nowhere else. */
  const save = async ({ result, planFile }: Planned): Promise<SavedPlan> => ({
    ...result,
    savedPlan: await store.put(await readFile(planFile)),
  });

  return {
    ...createChecks(dependencies),

    planSpeculative: (input) =>
      withPlannable(input, 'reads', async (session) => (await makePlan(dependencies, session, input, { kind: 'none' })).result),

    planForApply: (input) =>
      withPlannable(input, 'writes', async (session, locked) => await save(await planLocked(session, locked, input))),

    compareChanges: async ({ before, after }) => differingAddresses(await readChange(before), await readChange(after)),

    applyPlan: (input) =>
      withPlannable(input, 'writes', async (session, locked) => {
        await apply(dependencies, locked, input.plan);
        return { serial: (await readStateHead(session.stateS3, input.stack.backend)).serial };
      }),

    observeApply: (input) =>
      withPlannable(input, 'writes', async (session, locked) => {
        const approved = await readChange(input.approved);
        return await orForeignLock(session, input.stack.backend, async () => {
          const planned = await planLocked(session, locked, input);
          return judge(approved, input.lineage, { planned, saved: await save(planned) });
        });
      }),
  };
}
