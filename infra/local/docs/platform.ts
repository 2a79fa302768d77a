/**
 * docs/reference/platform.md: each AWS service of the platform, who may touch it, which policy says so, where it is logged
 * and which alarm watches it. Policies and alarms are named by the resource that makes them; a test holds that each
 * exists and that no service is left out (test/hygiene/platform.test.ts).
 */
import { page, table } from './markdown.ts';

/** A resource of a module (infra/terraform/modules) or of the `platform` or `bootstrap` root: `<folder>/<type>.<name>`. */
type Address = `${string}/aws_${string}.${string}`;

export interface Service {
  readonly name: string;
  /** Types of resources that belong to it begin so; the longest one that fits a type has it. */
  readonly types: readonly string[];
  readonly who: string;
  readonly policies: readonly Address[];
  readonly logged: string;
  readonly alarms: readonly Address[];
  /** Where there is no alarm: why not. */
  readonly unwatched?: string;
}

const trail = 'CloudTrail, every region';
const tampering: Address = 'audit-trail/aws_cloudwatch_event_rule.tampering';
const findings: Address = 'threat-detection/aws_cloudwatch_event_rule.findings';

export const services: readonly Service[] = [
  {
    name: 'IAM and STS',
    types: ['aws_iam_'],
    who: 'Administrators. A release makes roles of teams, which end at their boundary; nobody writes the roles of releases. Break-glass: named users with a second factor.',
    policies: [
      'worker-identity/aws_iam_role.this',
      'release-identity/aws_iam_role.plan',
      'release-identity/aws_iam_role.apply',
      'release-identity/aws_iam_role.break_glass',
      'team-access/aws_iam_policy.boundary',
      'ci-identity/aws_iam_role.this',
      'platform/aws_iam_policy.platform',
      'platform/aws_iam_role.api',
    ],
    logged: `${trail}; the session’s name is the release, its source identity the person`,
    alarms: ['release-identity/aws_cloudwatch_event_rule.break_glass', findings],
  },
  {
    name: 'S3',
    types: ['aws_s3_'],
    who: 'Teams read and publish below the prefixes of their services; pods read theirs; pipelines publish. Releases read and write their own state, Plimsoll’s worker its store and the ledger; its API reads what releases recorded there. Nobody deletes, and nobody changes evidence.',
    policies: [
      'team-access/aws_iam_role_policy.this',
      'release-service/aws_iam_role_policy.this',
      'pipeline-role/aws_iam_role_policy.this',
      'release-identity/aws_iam_role_policy.apply',
      'worker-identity/aws_iam_role_policy.this',
      'platform/aws_iam_role_policy.api',
      'model-store/aws_s3_bucket_policy.this',
      'audit-trail/aws_s3_bucket_policy.audit',
    ],
    logged: `${trail}, with each read and write of models; access logs in a bucket of their own`,
    alarms: [tampering, findings],
  },
  {
    name: 'EKS',
    types: ['aws_eks_'],
    who: 'Releases deploy into the namespace of models; teams look into it; nobody is administrator by having made the cluster.',
    policies: [
      'cluster/aws_eks_access_entry.this',
      'cluster/aws_eks_access_policy_association.this',
      'release-service/aws_eks_pod_identity_association.this',
      'platform/aws_eks_pod_identity_association.plimsoll',
    ],
    logged: 'Every kind of log of the control plane, the audit log among them, in CloudWatch Logs',
    alarms: [findings, 'release-service/aws_cloudwatch_metric_alarm.at_replica_limit'],
  },
  {
    name: 'ECR',
    types: ['aws_ecr_'],
    who: 'A build pushes to the repositories of its own service; clusters of named accounts pull. Tags never move.',
    policies: ['ci-identity/aws_iam_role_policy.this', 'registry/aws_ecr_repository_policy.pull'],
    logged: trail,
    alarms: [],
    unwatched: 'What a scan finds is judged at the release, by the gate',
  },
  {
    name: 'KMS',
    types: ['aws_kms_'],
    who: 'Whoever may use what a key encrypts; services of AWS for what they deliver, of this account alone where AWS says which one it is. Evidence has a key of its own.',
    policies: [
      'encryption-key/aws_kms_key.this',
      'platform/aws_kms_key.special',
      'release-identity/aws_iam_role_policy.apply',
      'worker-identity/aws_iam_role_policy.this',
    ],
    logged: trail,
    alarms: [tampering],
  },
  {
    name: 'EC2 and VPC',
    types: [
      'aws_vpc',
      'aws_subnet',
      'aws_route',
      'aws_internet_gateway',
      'aws_nat_gateway',
      'aws_eip',
      'aws_security_group',
      'aws_default_security_group',
      'aws_flow_log',
      'aws_launch_template',
    ],
    who: 'Administrators. Workloads reach AWS through endpoints; a node’s identity is out of reach of its pods.',
    policies: [
      'network/aws_default_security_group.this',
      'network/aws_vpc_security_group_ingress_rule.endpoints',
      'cluster/aws_launch_template.node',
    ],
    logged: `${trail}; flow logs of all traffic`,
    alarms: [findings],
  },
  {
    name: 'CloudWatch and CloudWatch Logs',
    types: ['aws_cloudwatch_log_', 'aws_cloudwatch_metric_'],
    who: 'Pods and pipelines write to their own stream; releases make log groups and alarms.',
    policies: ['release-service/aws_iam_role_policy.this', 'pipeline-role/aws_iam_role_policy.this', 'platform/aws_iam_policy.platform'],
    logged: trail,
    alarms: [],
    unwatched: 'It is what watches; an alarm that is changed is a release, or is found by the query changes-without-a-release',
  },
  {
    name: 'CloudTrail',
    types: ['aws_cloudtrail'],
    who: 'Nobody once it is made: releases and teams are denied to change it, whatever is attached.',
    policies: [
      'release-identity/aws_iam_role_policy.apply',
      'team-access/aws_iam_policy.boundary',
      'audit-trail/aws_s3_bucket_policy.audit',
    ],
    logged: 'In itself, with digests, in a bucket with Object Lock',
    alarms: [tampering],
  },
  {
    name: 'GuardDuty',
    types: ['aws_guardduty_'],
    who: 'Nobody once it is made; Plimsoll reads its findings.',
    policies: ['release-identity/aws_iam_role_policy.apply', 'team-access/aws_iam_policy.boundary'],
    logged: trail,
    alarms: [findings, tampering],
  },
  {
    name: 'EventBridge',
    types: ['aws_cloudwatch_event_'],
    who: 'Administrators.',
    policies: ['threat-detection/aws_sqs_queue_policy.this', 'threat-detection/aws_sns_topic_policy.security'],
    logged: trail,
    alarms: ['threat-detection/aws_cloudwatch_metric_alarm.dead'],
  },
  {
    name: 'SQS',
    types: ['aws_sqs_'],
    who: 'One rule sends, Plimsoll’s worker reads.',
    policies: ['threat-detection/aws_sqs_queue_policy.this', 'worker-identity/aws_iam_role_policy.this'],
    logged: trail,
    alarms: ['threat-detection/aws_cloudwatch_metric_alarm.dead', 'threat-detection/aws_cloudwatch_metric_alarm.old'],
  },
  {
    name: 'SNS',
    types: ['aws_sns_'],
    who: 'Rules and alarms publish; people of security are told.',
    policies: ['threat-detection/aws_sns_topic_policy.security'],
    logged: trail,
    alarms: [],
    unwatched: 'It is what alarms speak through; a finding also reaches the queue',
  },
  {
    name: 'Athena and Glue',
    types: ['aws_athena_', 'aws_glue_'],
    who: 'Auditors, in one workgroup whose answers are encrypted and whose questions are bounded.',
    policies: ['audit-trail/aws_athena_workgroup.audit'],
    logged: `${trail}; the workgroup’s own metrics`,
    alarms: [],
    unwatched: 'A question that reads too much is stopped by the workgroup',
  },
  {
    name: 'DynamoDB',
    types: ['aws_dynamodb_'],
    who: 'Releases take and leave the lock of their own state.',
    policies: ['release-identity/aws_iam_role_policy.apply'],
    logged: trail,
    alarms: [],
    unwatched: 'A lock that stays is seen by the release that meets it, which calls a person',
  },
];

const code = (addresses: readonly Address[]) => addresses.map((address) => `\`${address.replace('/', ' ')}\``).join(', ');

export const platformPage = (): string =>
  page(
    'The platform, service by service',
    'From `infra/local/docs/platform.ts`. What `infra/terraform` makes in an account: who may touch it, the resource whose policy says so (module, then address), where it is logged and what raises an alarm. Rules of EventBridge and alarms both tell the security topic of `threat-detection`.',
    table(
      ['service', 'who may touch it', 'which policy says so', 'logged', 'watched by'],
      services.map(({ name, who, policies, logged, alarms, unwatched }) => [
        name,
        who,
        code(policies),
        logged,
        alarms.length > 0 ? code(alarms) : (unwatched ?? ''),
      ]),
    ),
  );
