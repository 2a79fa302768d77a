/** What a subscriber hears from a topic that is told. The stand-in for AWS delivers to queues as SNS does. */

import { CreateTopicCommand, DeleteTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { strayNotice } from '../../test/support/notices.ts';
import { createPublishers, publish, regionOf, type TopicTarget } from './topic.ts';

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
  const { notice } = strayNotice;
  await publish(publisher, target, notice, null, AbortSignal.timeout(10_000));
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  const [envelope] = Messages.map(({ Body = '' }) => JSON.parse(Body) as { Message: string; MessageAttributes: object });
  expect(Messages).toHaveLength(1);
  expect(JSON.parse(envelope?.Message ?? '')).toMatchObject({
    type: 'release.unexplained_workload',
    data: { strays: [{ workload: 'Pod/debug' }] },
  });
  expect(envelope?.MessageAttributes).toMatchObject({ id: { Value: notice.id }, type: { Value: 'release.unexplained_workload' } });

  await sns.send(new DeleteTopicCommand({ TopicArn: topicArn }));
  await expect(publish(publisher, target, notice, null, AbortSignal.timeout(10_000))).rejects.toMatchObject({
    type: 'notice.refused',
    nonRetryable: true,
  });
});
