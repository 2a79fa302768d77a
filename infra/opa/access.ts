/**
 * What AWS and EKS are told, from the very data by which the policies judge: a team's part of S3 (`plimsoll/teams`) and
 * who may read releases (`plimsoll/settings`). A right that is given here and refused there cannot be written down.
 *
 * People and pipelines read and write models and look into the cluster; they change nothing in it. That is Plimsoll's
 * deployer alone, in its namespace.
 */
import settings from './plimsoll/settings/data.json' with { type: 'json' };
import teams from './plimsoll/teams/data.json' with { type: 'json' };

/** What an installation has, and the data does not know. */
export interface Place {
  readonly account: string;
  readonly partition: string;
  /** Buckets that are there; which of them are whose is the data's to say. */
  readonly buckets: readonly string[];
  readonly namespace: string;
  /** IAM role of the worker that deploys. */
  readonly deployerRole: string;
}

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

interface AccessEntry {
  readonly principalArn: string;
  readonly policyArn: string;
  readonly accessScope: { readonly type: 'namespace'; readonly namespaces: readonly string[] };
}

export const teamNames: readonly string[] = Object.keys(teams).toSorted();

/** What a published version is taken back by is a release, never a delete. */
const objectActions = ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:AbortMultipartUpload'];

/** For the role that a team's pipelines and people take on. A bucket that is nobody's is in no policy. */
export function teamPolicy(team: string, { partition, buckets }: Place): PolicyDocument {
  const entries: readonly { readonly bucket: string; readonly prefix: string }[] = isTeam(team) ? teams[team].s3 : [];
  const owned = entries.flatMap(({ bucket, prefix }) =>
    buckets.filter((name) => matches(bucket, name)).map((name) => ({ arn: `arn:${partition}:s3:::${name}`, prefix })),
  );
  return {
    Version: '2012-10-17',
    Statement: owned.flatMap(({ arn, prefix }, index): readonly Statement[] => [
      {
        Sid: `Find${index + 1}`,
        Effect: 'Allow',
        Action: ['s3:ListBucket'],
        Resource: [arn],
        ...(prefix !== '' && { Condition: { StringLike: { 's3:prefix': [`${prefix}*`] } } }),
      },
      { Sid: `ReadAndPublish${index + 1}`, Effect: 'Allow', Action: objectActions, Resource: [`${arn}/${prefix}*`] },
    ]),
  };
}

/** What ../terraform/modules/team-access is told of one team: its part of S3, and what it may do in the cluster, if anything. */
export function teamAccess(team: string, place: Place) {
  const entry = accessEntries(place).find(({ principalArn }) => principalArn === readerRoleOf(team, place));
  return {
    ...teamPolicy(team, place),
    cluster: entry === undefined ? null : { policy: entry.policyArn.split('/').at(-1), namespaces: entry.accessScope.namespaces },
  };
}

const isTeam = (name: string): name is keyof typeof teams => Object.hasOwn(teams, name);

/** As OPA's `glob.match` without delimiters, for the one sign that the data uses. */
const matches = (pattern: string, name: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  ).test(name);

const readerRoleOf = (group: string, { account, partition }: Pick<Place, 'account' | 'partition'>) =>
  `arn:${partition}:iam::${account}:role/${group}`;

/** Whoever may read releases may look into the namespace; one role may change what is in it. */
export function accessEntries({ account, partition, namespace, deployerRole }: Place): readonly AccessEntry[] {
  const policy = (name: string) => `arn:${partition}:eks::aws:cluster-access-policy/${name}`;
  const accessScope = { type: 'namespace', namespaces: [namespace] } as const;
  const readers = settings.permissions['release.read'].people;
  const groups = [
    ...(readers.includes('team') ? teamNames : []),
    ...(readers.includes('onCall') ? settings.groups.onCall : []),
    ...(readers.includes('auditors') ? settings.groups.auditors : []),
  ];
  return [
    ...groups.map((group) => ({
      principalArn: readerRoleOf(group, { account, partition }),
      policyArn: policy('AmazonEKSViewPolicy'),
      accessScope,
    })),
    { principalArn: deployerRole, policyArn: policy('AmazonEKSEditPolicy'), accessScope },
  ];
}
