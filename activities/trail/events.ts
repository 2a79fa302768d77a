/** A file of CloudTrail as the writes in it. What does not read as one is no reason to believe that nothing was written. */
import { z } from 'zod';
import { type TrailWrite, writeSources } from '../../domain/strays/write.ts';

const file = z.object({ Records: z.array(z.looseObject({})) });

const identity = z.looseObject({
  type: z.string(),
  arn: z.string().optional(),
  accountId: z.string().optional(),
  principalId: z.string().optional(),
  invokedBy: z.string().optional(),
  sessionContext: z
    .looseObject({ sessionIssuer: z.looseObject({ arn: z.string().optional() }).optional(), sourceIdentity: z.string().optional() })
    .optional(),
});

const event = z.looseObject({
  eventID: z.string(),
  eventTime: z.string(),
  eventSource: z.string(),
  eventName: z.string(),
  recipientAccountId: z.string(),
  userIdentity: identity,
  requestParameters: z.record(z.string(), z.unknown()).nullish(),
  resources: z.array(z.looseObject({ ARN: z.string().optional(), ARNPrefix: z.string().optional() })).nullish(),
});
type Event = z.infer<typeof event>;

export function writesIn(text: string): readonly TrailWrite[] {
  return file
    .parse(JSON.parse(text))
    .Records.filter(({ readOnly, errorCode, eventSource }) => readOnly === false && errorCode == null && isWatched(eventSource))
    .map((record) => event.parse(record))
    .filter(({ userIdentity }) => !isAServices(userIdentity))
    .map(writeOf);
}

const isWatched = (source: unknown): boolean => typeof source === 'string' && writeSources.includes(source);

/** What a service of AWS does by itself, such as rotating a key, is nobody's change. */
const isAServices = ({ type, invokedBy }: Event['userIdentity']): boolean => type === 'AWSService' || invokedBy !== undefined;

function writeOf({ eventID, eventTime, eventSource, eventName, recipientAccountId, userIdentity, ...about }: Event): TrailWrite {
  const { arn, accountId, principalId, sessionContext } = userIdentity;
  return {
    eventId: eventID,
    at: eventTime,
    account: recipientAccountId,
    source: eventSource,
    name: eventName,
    // A stranger from another account is known by that account alone.
    principal: arn ?? accountId ?? principalId ?? 'unknown',
    role: sessionContext?.sessionIssuer?.arn ?? null,
    session: /:assumed-role\/[^/]+\/(.+)$/.exec(arn ?? '')?.[1] ?? null,
    person: sessionContext?.sourceIdentity ?? null,
    resources: resourcesOf(about),
  };
}

/** What one wants to read, of a request that may be a page long. */
const resourcesMax = 2;
const resourceLengthMax = 150;
/** Not every service says what a call was about; these parts of a request do. */
const telling = ['bucketName', 'roleName', 'userName', 'policyArn', 'policyName', 'repositoryName', 'clusterName', 'name', 'keyId'];

function resourcesOf({ resources, requestParameters }: Pick<Event, 'resources' | 'requestParameters'>): readonly string[] {
  const said = (resources ?? []).flatMap(({ ARN, ARNPrefix }) => ARN ?? ARNPrefix ?? []);
  const asked = telling.flatMap((name) => {
    const value = requestParameters?.[name];
    return typeof value === 'string' ? `${name} ${value}` : [];
  });
  return (said.length > 0 ? said : asked).slice(0, resourcesMax).map((text) => text.slice(0, resourceLengthMax));
}
