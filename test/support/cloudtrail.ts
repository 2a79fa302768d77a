/**
 * Events of CloudTrail, with `userIdentity` in the shapes that AWS documents
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html).
 */
import { gzipSync } from 'node:zlib';

const account = '123456789012';

export interface CloudTrailEvent {
  readonly eventTime: string;
  readonly [member: string]: unknown;
}

/** A session of a role; a release's has its id as name and the person as source identity. */
export const assumedRole = (role: string, session: string, sourceIdentity?: string) => ({
  type: 'AssumedRole',
  principalId: `AROAIDPPEZS35WEXAMPLE:${session}`,
  arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
  accountId: account,
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROAIDPPEZS35WEXAMPLE',
      arn: `arn:aws:iam::${account}:role/${role}`,
      accountId: account,
      userName: role,
    },
    attributes: { mfaAuthenticated: 'false', creationDate: '2026-11-23T09:00:00Z' },
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
  },
});

/** A role that a job of GitHub took with its own token. */
export const webIdentity = (role: string, session: string) => {
  const { sessionContext, ...identity } = assumedRole(role, session);
  const federatedProvider = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`;
  return { ...identity, sessionContext: { ...sessionContext, webIdFederationData: { federatedProvider, attributes: {} } } };
};

export const awsService = { type: 'AWSService', invokedBy: 'autoscaling.amazonaws.com' };

export const root = {
  type: 'Root',
  principalId: account,
  arn: `arn:aws:iam::${account}:root`,
  accountId: account,
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  sessionContext: { attributes: { mfaAuthenticated: 'true', creationDate: '2026-11-23T09:00:00Z' } },
};

/** From another account: CloudTrail knows the account and no name. */
export const otherAccount = { type: 'AWSAccount', principalId: 'AIDAJ45Q7YFFAREXAMPLE', accountId: '444455556666' };

export const eventOf = (
  eventID: string,
  eventTime: string,
  [eventSource, eventName]: readonly [string, string],
  userIdentity: object,
  more: object = {},
): CloudTrailEvent => ({
  eventVersion: '1.11',
  userIdentity,
  eventTime,
  eventSource: `${eventSource}.amazonaws.com`,
  eventName,
  awsRegion: 'eu-west-1',
  sourceIPAddress: '192.0.2.1',
  userAgent: 'aws-sdk',
  requestParameters: null,
  responseElements: null,
  requestID: eventID,
  eventID,
  readOnly: /^(?:Get|List|Describe)/.test(eventName),
  eventType: 'AwsApiCall',
  recipientAccountId: account,
  ...more,
});

/** Files as CloudTrail delivers them: compressed, by account, region and day. */
export function deliveredBy(events: readonly CloudTrailEvent[]): ReadonlyMap<string, Uint8Array> {
  const days = Map.groupBy(events, ({ eventTime }) => eventTime.slice(0, 10).replaceAll('-', '/'));
  const files = [...days].map(([day, Records]): [string, Uint8Array] => [
    `AWSLogs/${account}/CloudTrail/eu-west-1/${day}/${account}_CloudTrail_eu-west-1_${day.replaceAll('/', '')}T0000Z_example.json.gz`,
    gzipSync(JSON.stringify({ Records })),
  ]);
  return new Map(files);
}
