/** What a subscriber hears from a topic that is told. The stand-in for AWS delivers to queues as SNS does. */

import { CreateTopicCommand, DeleteTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { digestText } from '../../domain/digest.ts';
import type { Notice } from '../../domain/notice.ts';
import { createPublishers, publish, regionOf, type TopicTarget } from './topic.ts';

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
  reason: 'retrain',
  missing: '1 of sre',
  groups: ['sre'],
  expiresAt: '2026-11-27T13:30:00.000Z',
  statementDigest: digestText('statement'),
  change: null,
};

const aws = { region: process.env['AWS_REGION'] ?? '', endpoint: process.env['AWS_ENDPOINT_URL'] ?? '' };

test('a queue that subscribes hears the event once, with what it could filter by; a topic that is gone is final', async () => {
  const [sns, sqs] = [new SNSClient(aws), new SQSClient(aws)];
  const name = `told-${process.pid}`;
  const { TopicArn: topicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  onTestFinished(async () => {
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  });
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: Attributes?.QueueArn }));

  const target: TopicTarget = { kind: 'sns', name: 'operations', topicArn };
  const publisher = createPublishers(aws.endpoint)(regionOf(target));
  await publish(publisher, target, notice, 'https://plimsoll.example.com/releases/fraud-1');
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  const [envelope] = Messages.map(({ Body = '' }) => JSON.parse(Body) as { Message: string; MessageAttributes: object });
  expect(Messages).toHaveLength(1);
  expect(JSON.parse(envelope?.Message ?? '')).toMatchObject({ type: 'release.approval_wanted', data: { release: 'fraud-1' } });
  expect(envelope?.MessageAttributes).toMatchObject({ id: { Value: notice.id }, type: { Value: 'release.approval_wanted' } });

  await sns.send(new DeleteTopicCommand({ TopicArn: topicArn }));
  await expect(publish(publisher, target, notice, null)).rejects.toMatchObject({ type: 'notice.refused', nonRetryable: true });
});
