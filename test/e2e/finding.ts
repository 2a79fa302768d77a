/** GuardDuty, as far as the queue knows it: an event of the shape that AWS documents, about a workload, as of now. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { address } from './stack.ts';

const shape = new URL('../fixtures/guardduty/eks-runtime.json', import.meta.url);

interface Event {
  readonly detail: {
    id: string;
    updatedAt: string;
    readonly service: { eventLastSeen: string };
    readonly resource: {
      readonly eksClusterDetails: { name: string };
      readonly kubernetesDetails: { readonly kubernetesWorkloadDetails: { name: string; namespace: string } };
    };
  };
}

/** Severity 8, of a process that nobody put into the pod. Answers its id and when the queue had it. */
export async function findingAbout(workload: string): Promise<{ readonly id: string; readonly sentAt: number }> {
  const event = JSON.parse(readFileSync(shape, 'utf8')) as Event;
  const { detail } = event;
  const now = new Date().toISOString();
  Object.assign(detail, { id: randomUUID().replaceAll('-', ''), updatedAt: now });
  detail.service.eventLastSeen = now;
  detail.resource.eksClusterDetails.name = 'plimsoll';
  Object.assign(detail.resource.kubernetesDetails.kubernetesWorkloadDetails, { name: workload, namespace: 'models' });
  const sqs = new SQSClient({ region: address('AWS_REGION'), endpoint: address('AWS_ENDPOINT_URL') });
  await sqs.send(new SendMessageCommand({ QueueUrl: address('PLIMSOLL_FINDINGS_QUEUE'), MessageBody: JSON.stringify(event) }));
  sqs.destroy();
  return { id: detail.id, sentAt: performance.now() };
}
