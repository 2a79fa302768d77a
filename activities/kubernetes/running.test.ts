import type { V1Pod } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { digestText } from '../../domain/digest.ts';
import { runningPod } from './running.ts';

const made = new Date('2026-11-27T12:00:00Z');
type Change = Pick<NonNullable<V1Pod['metadata']>, 'labels' | 'ownerReferences'>;
const pod = (change: Change = {}, image = 'registry.example/model:1'): V1Pod => ({
  metadata: { name: 'model-a-5d9-x7', creationTimestamp: made, ...change },
  spec: {
    containers: [{ name: 'model', image }],
    initContainers: [{ name: 'fetch', image: `registry.example/fetch@${digestText('fetch')}` }],
  },
});
const ownedBy = (kind: string, name: string) => ({ ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: '1', controller: true }] });

test('a pod is its Deployment’s, by the hash of the template; without one it is of what made it, or its own', () => {
  expect(runningPod(pod({ ...ownedBy('ReplicaSet', 'model-a-5d9'), labels: { 'pod-template-hash': '5d9' } })).workload).toBe(
    'Deployment/model-a',
  );
  expect(runningPod(pod(ownedBy('ReplicaSet', 'by-hand'))).workload).toBe('ReplicaSet/by-hand');
  expect(runningPod(pod(ownedBy('DaemonSet', 'log-agent'))).workload).toBe('DaemonSet/log-agent');
  expect(runningPod(pod()).workload).toBe('Pod/model-a-5d9-x7');
});

test('it says which release it is of, and runs the images that are named by digest, but for those that prepare it', () => {
  const labels = { 'plimsoll.dev/release': 'one', 'plimsoll.dev/service': 'model' };
  const image = digestText('model');
  expect(runningPod(pod({ labels }, `registry.example/model@${image}`))).toMatchObject({
    release: 'one',
    service: 'model',
    images: [image],
    since: made.toISOString(),
  });
  expect(runningPod(pod())).toMatchObject({ release: null, service: null, images: [null] });
});
