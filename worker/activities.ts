/** Joins every port to its tool; with `main.ts` the only file that knows all of them. */
import { GuardDutyClient } from '@aws-sdk/client-guardduty';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import type { Client } from '@temporalio/client';
import { createCaretakerActivities } from '../activities/caretaker/caretaker.ts';
import { createCheckupActivities } from '../activities/checkup/checkup.ts';
import { createBackstopActivities } from '../activities/detection/backstop.ts';
import { createDeadFindingsActivities } from '../activities/detection/dead.ts';
import { createDetectionActivities } from '../activities/detection/detection.ts';
import { createExportActivities } from '../activities/export/export.ts';
import { createHelmActivities } from '../activities/helm/helm.ts';
import { createKubernetesActivities } from '../activities/kubernetes/kubernetes.ts';
import { createPodReader } from '../activities/kubernetes/running.ts';
import { createLanesActivities } from '../activities/lanes/lanes.ts';
import { createCheckpointActivities } from '../activities/ledger/checkpoint.ts';
import {
  createDayActivities,
  createFindingLedgerActivities,
  createReleasedLedgerActivities,
  createStrayLedgerActivities,
} from '../activities/ledger/days.ts';
import { createEnded } from '../activities/ledger/ends.ts';
import { createExplain } from '../activities/ledger/explanations.ts';
import { createJudgementActivities } from '../activities/ledger/judgement.ts';
import { createLedgerActivities, createOwnerOf } from '../activities/ledger/ledger.ts';
import { createSigner } from '../activities/ledger/signer.ts';
import { createLineActivities } from '../activities/line/line.ts';
import { createNotifyActivities } from '../activities/notify/notify.ts';
import { createPublishers } from '../activities/notify/topic.ts';
import { expectedIn } from '../activities/policy/expected.ts';
import { createLaterActivities } from '../activities/policy/later.ts';
import { createPolicyActivities } from '../activities/policy/policy.ts';
import { createPrometheusActivities } from '../activities/prometheus/prometheus.ts';
import { createFormerFindings, createReleasesActivities } from '../activities/releases/releases.ts';
import { createServingActivities, createServingReleases } from '../activities/releases/serving.ts';
import { createScanActivities } from '../activities/scan/scan.ts';
import { createSourceActivities } from '../activities/source/source.ts';
import { createStraysActivities } from '../activities/strays/strays.ts';
import { assumeRole, createTerraformActivities, sourceIdentityOf, workerIdentity } from '../activities/terraform/index.ts';
import { runTool } from '../activities/tool/run-tool.ts';
import { createBlobStore } from '../activities/tool/store.ts';
import { createWorkspaces } from '../activities/tool/workspace.ts';
import { createTrailReader } from '../activities/trail/trail.ts';
import { storeFolders } from '../domain/blob.ts';
import type { AllPorts } from '../domain/ports.ts';
import type { WorkerConfig } from './config.ts';
import { fenced } from './fence.ts';

export function createActivities(config: WorkerConfig, client: Client, variables: NodeJS.ProcessEnv): AllPorts {
  // A path-style endpoint is what a local stand-in needs; AWS's own addresses work with either.
  const s3 = new S3Client({ region: config.aws.region, forcePathStyle: config.aws.endpoint !== undefined });
  const kms = new KMSClient({ region: config.aws.region });
  const sts = new STSClient({ region: config.aws.region });
  const store = createBlobStore(s3, config.store);
  const findings = createBlobStore(s3, { ...config.store, folder: storeFolders.findings });
  const tools = { run: runTool, withWorkspace: createWorkspaces(config.workRoot), store };
  const path = config.toolsPath;
  const ledger = { s3, bucket: config.ledger.bucket, sign: createSigner(kms, config.ledger.key) };
  const ended = createEnded(ledger);
  const activities: AllPorts = {
    ...createSourceActivities({ ...tools, s3, config: { path, ...config.git } }),
    ...createTerraformActivities({
      ...tools,
      kms,
      s3,
      sts,
      config: {
        path,
        cliConfig: config.terraformCliConfig,
        changeKey: config.changeKey,
        leaseBucket: config.store.bucket,
        ownBuckets: [config.store.bucket, config.ledger.bucket, config.ledger.checkpoints],
        identity: workerIdentity(variables),
      },
    }),
    ...createScanActivities({ ...tools, s3, config: { path } }),
    ...createPolicyActivities({
      store,
      findings,
      formerFindings: createFormerFindings({ ended, ...createJudgementActivities(ledger) }),
      expected: expectedIn(config.policyRevisions),
      config: { opaUrl: config.opaUrl },
    }),
    ...createLaterActivities({ findings }),
    ...createHelmActivities({ ...tools, config: { path, kubeconfig: config.kubeconfig } }),
    ...createKubernetesActivities({ kubeconfig: config.kubeconfig }),
    ...createPrometheusActivities({ store: createBlobStore(s3, { ...config.store, folder: storeFolders.counts }) }),
    ...createLedgerActivities(ledger),
    ...createDayActivities(ledger),
    ...createFindingLedgerActivities(ledger),
    ...createStrayLedgerActivities(ledger),
    ...createReleasedLedgerActivities(ledger),
    ...createJudgementActivities(ledger),
    ...createStraysActivities({
      catalog: config.catalog,
      podsIn: createPodReader({ kubeconfig: config.kubeconfig }),
      readTrail: config.auditTrail === null ? null : createTrailReader({ s3, ...config.auditTrail }),
      explain: createExplain(ledger),
      tell: config.security,
    }),
    ...createExportActivities({ s3, ledger: config.ledger.bucket, to: config.auditExport }),
    ...createCheckpointActivities({ ledger, checkpoints: { s3, bucket: config.ledger.checkpoints }, sign: ledger.sign }),
    ...createLanesActivities({ client }),
    ...createLineActivities({ client, catalog: config.catalog }),
    ...createReleasesActivities({ ended }),
    ...createServingActivities({ ended, client, catalog: config.catalog, tell: config.security }),
    ...createCaretakerActivities({ client }),
    ...createDetectionActivities({ client, serving: createServingReleases(ended) }),
    ...createDeadFindingsActivities({
      sqs: new SQSClient({ region: config.aws.region }),
      client,
      store,
      wanted: config.findings && { ...config.findings, notices: config.security },
    }),
    ...createBackstopActivities({
      guardDuty: new GuardDutyClient({ region: config.aws.region }),
      client,
      store,
      wanted: config.findings && { drill: config.findings.drill, notices: config.security },
    }),
    ...createCheckupActivities({
      s3,
      takeRole: ({ sourceIdentity, ...role }) => assumeRole(sts, { ...role, sourceIdentity: sourceIdentityOf(sourceIdentity) }),
      expectedPolicies: expectedIn(config.policyRevisions),
      config: {
        opaUrl: config.opaUrl,
        ledgerBucket: config.ledger.bucket,
        checkpointBucket: config.ledger.checkpoints,
        kubeconfig: config.kubeconfig,
        aws: config.aws,
      },
    }),
    ...createNotifyActivities({
      secrets: new SecretsManagerClient({ region: config.aws.region }),
      publisherIn: createPublishers(config.aws.endpoint),
      config: config.notices,
    }),
  };
  return fenced(activities, createOwnerOf(ledger));
}
