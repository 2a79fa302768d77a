import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AuthorizationErrorException, type PublishCommandInput, ThrottledException } from '@aws-sdk/client-sns';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { digestText } from '../../domain/digest.ts';
import type { AnyNotice, Notice, NoticeTarget, ThreatNotice } from '../../domain/notice.ts';
import { createNotifyActivities } from './notify.ts';
import { slackMessage } from './slack.ts';
import type { Publisher } from './topic.ts';

/** Whoever is told: remembers what came, and answers as a test wants. */
const received: { headers: IncomingHttpHeaders; body: string; path: string }[] = [];
let answer: { status: number; location?: string } = { status: 200 };
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    received.push({ headers: request.headers, body, path: request.url ?? '' });
    if (answer.location !== undefined) response.setHeader('location', answer.location);
    response.writeHead(answer.status).end('thanks');
  });
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterAll(() => void receiver.close());
beforeEach(() => {
  received.length = 0;
  answer = { status: 200 };
});

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const notice: Notice = {
  id: 'fraud-1.abc.1.approval-wanted',
  kind: 'approval wanted',
  at: '2026-11-27T09:30:00.000Z',
  release: 'fraud-1',
  service: 'fraud-scorer',
  environment: 'production',
  team: 'risk',
  version: '2026.11.3',
  requester: 'ana',
  reason: 'retrain & <!channel>',
  missing: '1 of sre',
  groups: ['sre'],
  expiresAt: '2026-11-27T13:30:00.000Z',
  statementDigest: digestText('statement'),
  change: { create: 1, update: 0, delete: 2, replace: 0 },
};

const laterNotice: AnyNotice = {
  id: 'rescan.1.production',
  kind: 'finding since release',
  at: '2026-11-27T02:00:00.000Z',
  environment: 'production',
  more: 4,
  findings: [
    {
      place: 'production/model/fraud-scorer',
      release: 'fraud-1',
      fingerprint: digestText('finding'),
      rule: 'CKV_K8S_23',
      severity: 'high',
      address: 'Deployment.fraud',
      message: 'it <may> run as root',
    },
  ],
};

const driftNotice: AnyNotice = {
  id: 'drift.1.production',
  kind: 'drift',
  at: '2026-11-27T02:30:00.000Z',
  environment: 'production',
  more: 1,
  drifts: [{ place: 'production/infrastructure/platform', release: 'fraud-1', address: 'aws_s3_bucket.models', action: 'update' }],
};

const strayNotice: AnyNotice = {
  id: 'strays.1',
  kind: 'unexplained workload',
  at: '2026-11-27T12:00:00.000Z',
  more: 2,
  strays: [
    {
      kind: 'no release',
      workload: 'Pod/<debug>',
      pods: 1,
      release: null,
      because: 'it names no release',
      since: '2026-11-27T11:00:00.000Z',
      environment: 'production',
      cluster: 'ml',
      namespace: 'models',
    },
  ],
};

const release = { releaseId: notice.release, service: notice.service, environment: notice.environment, team: notice.team };

type Secrets = Parameters<typeof createNotifyActivities>[0]['secrets'];
const noSecrets = { send: () => Promise.reject(new Error('nobody is asked')) } as unknown as Secrets;

const threatNotice: ThreatNotice = {
  id: 'f00d.1.8',
  kind: 'security finding',
  at: '2026-11-27T09:30:00.000Z',
  finding: {
    id: 'f00d',
    type: 'Execution:Runtime/NewBinaryExecuted',
    title: 'A <binary> was executed',
    severity: 8,
    account: '123456789012',
    region: 'eu-west-1',
    updatedAt: '2026-11-27T09:29:00.000Z',
    count: 2,
  },
  about: { cluster: 'ml', workloads: [{ namespace: 'models', name: 'fraud-scorer-b' }], images: [], sessions: [], buckets: [] },
  releases: [{ releaseId: 'fraud-1', service: 'fraud-scorer', environment: 'production', team: 'risk', state: 'told' }],
  evidence: digestText('event'),
};

interface Given {
  readonly variables?: Record<string, string>;
  readonly secrets?: Secrets;
  readonly apiUrl?: string | null;
  readonly told?: AnyNotice;
  readonly publish?: (region: string, input: PublishCommandInput) => Promise<unknown>;
}

function deliver(target: NoticeTarget, given: Given = {}) {
  const { variables = {}, secrets = noSecrets, apiUrl = 'https://plimsoll.example.com', told = notice } = given;
  const publisherIn = (region: string) =>
    ({ send: async ({ input }: { readonly input: PublishCommandInput }) => given.publish?.(region, input) }) as unknown as Publisher;
  const config = { variables: { PLIMSOLL_NOTICE_A: secret, ...variables }, apiUrl };
  const activities = createNotifyActivities({ secrets, publisherIn, config });
  return new MockActivityEnvironment().run(async () => activities.deliverNotice({ release, target, notice: told }));
}
const webhook = (change: Partial<Extract<NoticeTarget, { kind: 'webhook' }>> = {}): NoticeTarget => ({
  kind: 'webhook',
  name: 'paging',
  url: `${url}/hook`,
  secret: { variable: 'PLIMSOLL_NOTICE_A' },
  ...change,
});
const slack: NoticeTarget = { kind: 'slack', name: 'chat', url: { variable: 'PLIMSOLL_NOTICE_URL' } };

describe('a webhook', () => {
  test('is believed by the reference library of Standard Webhooks, and by none with another secret or another body', async () => {
    await deliver(webhook());
    const [{ headers, body } = { headers: {}, body: '' }] = received;
    const said = headers as Record<string, string>;
    expect(new Webhook(secret).verify(body, said)).toMatchObject({
      type: 'release.approval_wanted',
      timestamp: notice.at,
      data: { release: 'fraud-1', missing: '1 of sre', reason: notice.reason, page: 'https://plimsoll.example.com/releases/fraud-1' },
    });
    expect(() => new Webhook(`whsec_${randomBytes(32).toString('base64')}`).verify(body, said)).toThrow('No matching signature found');
    expect(() => new Webhook(secret).verify(body.replace('ana', 'eve'), said)).toThrow('No matching signature found');
    expect(() => new Webhook(secret).verify(body, { ...said, 'webhook-id': 'another' })).toThrow('No matching signature found');
  });

  test('has the same id at every try', async () => {
    await deliver(webhook());
    await deliver(webhook());
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([notice.id, notice.id]);
  });

  test('may have its secret in Secrets Manager', async () => {
    const asked: unknown[] = [];
    const secrets = {
      send: async ({ input }: { readonly input: unknown }) => {
        asked.push(input);
        return { SecretString: secret };
      },
    } as unknown as Secrets;
    const secretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:x';
    await deliver(webhook({ secret: { secretArn } }), { secrets });
    expect([asked, received.length]).toEqual([[{ SecretId: secretArn }], 1]);
    await expect(deliver(webhook({ secret: { secretArn } }))).rejects.toMatchObject({ type: 'notice.undelivered', nonRetryable: false });
  });
});

describe('a message to a chat', () => {
  test('has a button to the page, and what others wrote is text in it', async () => {
    await deliver(slack, { variables: { PLIMSOLL_NOTICE_URL: `${url}/services/T/B/x` } });
    const [{ body, path, headers } = { body: '', path: '', headers: {} }] = received;
    expect(path).toBe('/services/T/B/x');
    expect(headers['webhook-signature']).toBeUndefined();
    expect(body).not.toContain('<!channel>');
    const said = JSON.parse(body) as { text: string; blocks: unknown[] };
    expect(said.text).toBe('fraud-scorer 2026.11.3 in production waits for 1 of sre; ana asked for it');
    expect(JSON.stringify(said.blocks)).toContain('ana: retrain &amp; &lt;!channel&gt;');
    expect(said.blocks.at(-1)).toMatchObject({ elements: [{ type: 'button', url: 'https://plimsoll.example.com/releases/fraud-1' }] });
  });

  test('says that a hotfix is to pass freezes, and what others wrote of it is text, too', () => {
    const { body } = slackMessage({ ...notice, override: 'passes freezes, INC-4711: <!here> payments are refused' }, null);
    expect(JSON.parse(body)).toMatchObject({
      text: 'fraud-scorer 2026.11.3 in production waits for 1 of sre; ana asked for it; once approved it passes freezes, INC-4711: &lt;!here&gt; payments are refused',
    });
  });

  test('leads nowhere where nobody said what the API is called', async () => {
    await deliver(slack, { variables: { PLIMSOLL_NOTICE_URL: url }, apiUrl: null });
    expect(received[0]?.body).not.toContain('button');
  });
});

describe('a topic', () => {
  const topic: NoticeTarget = { kind: 'sns', name: 'approvals', topicArn: 'arn:aws:sns:eu-central-1:111122223333:approvals' };

  test('gets the event for programs and a sentence for people, where it is, with what subscriptions filter by', async () => {
    const published: [region: string, input: PublishCommandInput][] = [];
    await deliver(topic, { publish: async (...call) => published.push(call) });
    const [[region, { Message = '', ...input }] = ['', { Message: '' }]] = published;
    expect([region, published.length, received.length]).toEqual(['eu-central-1', 1, 0]);
    expect(input).toMatchObject({
      TopicArn: topic.topicArn,
      Subject: 'Plimsoll: fraud-scorer 2026.11.3 in production waits for 1 of sre; ana asked for it',
      MessageStructure: 'json',
      MessageAttributes: { id: { StringValue: notice.id }, type: { StringValue: 'release.approval_wanted' } },
    });
    const said = JSON.parse(Message) as { default: string; email: string };
    expect(JSON.parse(said.default)).toMatchObject({ type: 'release.approval_wanted', data: { release: 'fraud-1' } });
    expect(said.email).toContain('https://plimsoll.example.com/releases/fraud-1');
  });

  test('has a subject that SNS takes, whatever is told', async () => {
    const published: PublishCommandInput[] = [];
    const told = { ...threatNotice, finding: { ...threatNotice.finding, title: `Ünknown\n${'x'.repeat(200)}` } };
    await deliver(topic, { told, publish: async (_, input) => published.push(input) });
    expect(published[0]?.Subject).toMatch(/^[A-Za-z0-9][\x20-\x7e]{0,99}$/);
  });

  test.each([
    ['that may not be published to stays so', new AuthorizationErrorException({ message: 'no', $metadata: {} }), 'notice.refused', true],
    ['that hears too much is told again', new ThrottledException({ message: 'slower', $metadata: {} }), 'notice.undelivered', false],
    ['that nobody answers for is told again', new TypeError('fetch failed'), 'notice.undelivered', false],
  ])('%s', async (_, error, type, nonRetryable) => {
    await expect(deliver(topic, { publish: () => Promise.reject(error) })).rejects.toMatchObject({ type, nonRetryable });
  });
});

describe('what GuardDuty has found', () => {
  test('is told to a webhook as an event of its own, with the page of the release', async () => {
    await deliver(webhook(), { told: threatNotice });
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      type: 'release.security_finding',
      data: { finding: { id: 'f00d' }, releases: [{ state: 'told' }], page: 'https://plimsoll.example.com/releases/fraud-1' },
    });
  });

  test('of a stray it says what no release explains, and where', async () => {
    await deliver(webhook(), { told: strayNotice });
    expect(JSON.parse(received.at(-1)?.body ?? '{}')).toMatchObject({ type: 'release.unexplained_workload', data: { page: null } });
    await deliver(slack, { variables: { PLIMSOLL_NOTICE_URL: `${url}/hook` }, told: strayNotice });
    expect(received.at(-1)?.body).toContain('No release explains Pod/&lt;debug&gt; in production: it names no release, and 2 more');
    expect(received.at(-1)?.body).toContain('ml/models');
  });

  test('of what has become a finding it says which, and leads to the release', async () => {
    await deliver(webhook(), { told: laterNotice });
    expect(JSON.parse(received.at(-1)?.body ?? '{}')).toMatchObject({
      type: 'release.finding_since_release',
      data: { environment: 'production', page: 'https://plimsoll.example.com/releases/fraud-1' },
    });
    await deliver(slack, { variables: { PLIMSOLL_NOTICE_URL: `${url}/hook` }, told: laterNotice });
    expect(received.at(-1)?.body).toContain(
      'this has become a finding: high: CKV_K8S_23 in fraud-1: it &lt;may&gt; run as root, and 4 more',
    );
  });

  test('of a write it says by whom, to what, and under which id CloudTrail has it', async () => {
    const found = {
      kind: 'unexplained write' as const,
      principal: 'arn:aws:iam::111122223333:user/eve',
      person: 'eve',
      source: 's3.amazonaws.com',
      name: 'PutBucketPolicy',
      times: 2,
      first: '2026-11-27T11:00:00Z',
      last: '2026-11-27T11:30:00Z',
      eventId: 'e1',
      resources: ['arn:aws:s3:::models'],
      because: 'it bears the name of no release',
      account: '111122223333',
      environments: ['production'],
    };
    await deliver(slack, {
      variables: { PLIMSOLL_NOTICE_URL: `${url}/hook` },
      told: { id: 'writes.1', kind: 'unexplained write', at: '2026-11-27T12:00:00.000Z', writes: [found], more: 1 },
    });
    const { body } = received.at(-1) ?? {};
    expect(body).toContain('No release explains PutBucketPolicy in 111122223333 by arn:aws:iam::111122223333:user/eve: it bears');
    expect(body).toContain('for eve · s3.amazonaws.com PutBucketPolicy, 2 times, last 2026-11-27T11:30:00Z (e1) · arn:aws:s3:::models');
  });

  test('of drift it says what, and what would put it back', async () => {
    await deliver(webhook(), { told: driftNotice });
    expect(JSON.parse(received.at(-1)?.body ?? '{}')).toMatchObject({ type: 'release.drift', data: { drifts: [{ action: 'update' }] } });
    await deliver(slack, { variables: { PLIMSOLL_NOTICE_URL: `${url}/hook` }, told: driftNotice });
    expect(received.at(-1)?.body).toContain(
      'Not as it was released in production: aws_s3_bucket.models, update to put it back, and 1 more',
    );
  });

  test('is told to a chat, what others wrote as text, also where it is about no release', async () => {
    const variables = { PLIMSOLL_NOTICE_URL: url };
    await deliver(slack, { variables, told: threatNotice });
    await deliver(slack, {
      variables,
      told: { ...threatNotice, releases: [], about: { ...threatNotice.about, cluster: null, workloads: [] } },
    });
    await deliver(slack, { variables, told: { ...threatNotice, moreReleases: 3 } });
    const [about, none, many] = received.map(({ body }) => body);
    expect(many).toContain('about fraud-1, 3 more: ');
    expect(about).toContain(
      'GuardDuty: Execution:Runtime/NewBinaryExecuted, severity 8 (GuardDuty f00d) about fraud-1: A &lt;binary&gt; was executed',
    );
    expect(about).toContain('models/fraud-scorer-b');
    expect([none?.includes('about no release'), none?.includes('nothing of ours'), none?.includes('button')]).toEqual([true, true, false]);
  });
});

describe('what does not arrive', () => {
  test.each([500, 503, 429, 408])('status %i is tried again', async (status) => {
    answer = { status };
    await expect(deliver(webhook())).rejects.toMatchObject({
      type: 'notice.undelivered',
      nonRetryable: false,
      message: `paging answered with status ${status}`,
    });
  });

  test.each([400, 401, 404, 410])('status %i stays, and is not tried again', async (status) => {
    answer = { status };
    await expect(deliver(webhook())).rejects.toMatchObject({ type: 'notice.refused', nonRetryable: true });
  });

  test('a redirect is not followed: nobody reviewed where it leads', async () => {
    answer = { status: 307, location: `${url}/elsewhere` };
    await expect(deliver(webhook())).rejects.toMatchObject({ type: 'notice.undelivered' });
    expect(received.map(({ path }) => path)).toEqual(['/hook']);
  });

  test('nobody there is tried again', async () => {
    await expect(deliver(webhook({ url: 'http://127.0.0.1:1/' }))).rejects.toMatchObject({ type: 'notice.undelivered' });
  });

  test.each<[string, NoticeTarget, string]>([
    ['a secret that is not set', { ...slack, url: { variable: 'PLIMSOLL_NOTICE_NONE' } }, 'chat: PLIMSOLL_NOTICE_NONE is not set'],
    ['an address that is none', { ...slack, url: { variable: 'PLIMSOLL_NOTICE_BAD' } }, 'chat: its address is not https'],
    ['an address over http', { ...slack, url: { variable: 'PLIMSOLL_NOTICE_PLAIN' } }, 'chat: its address is not https'],
    ['a secret that could be guessed', webhookWith('PLIMSOLL_NOTICE_SHORT'), 'paging: its secret is not base64'],
    ['a secret that is not base64', webhookWith('PLIMSOLL_NOTICE_BAD'), 'paging: its secret is not base64'],
  ])('%s is refused by its name, without the secret', async (_, target, message) => {
    const variables = {
      PLIMSOLL_NOTICE_BAD: 'hunter2 hunter2 hunter2 hunter2!',
      PLIMSOLL_NOTICE_SHORT: Buffer.from('short').toString('base64'),
      PLIMSOLL_NOTICE_PLAIN: 'http://hooks.example.com/x',
    };
    const refused = deliver(target, { variables });
    await expect(refused).rejects.toMatchObject({ type: 'notice.refused', message: expect.stringContaining(message) });
    await expect(refused).rejects.not.toThrow(/hunter2|hooks\.example/);
    expect(received).toEqual([]);
  });
});

function webhookWith(variable: string): NoticeTarget {
  return { kind: 'webhook', name: 'paging', url: 'http://127.0.0.1:1/', secret: { variable } };
}
