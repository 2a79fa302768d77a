import type { CoreV1Event, V1Deployment, V1Pod } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { evidenceFrom, hopelessContainer, isAbout, judgeReadiness } from './readiness.ts';

const deployment = (
  change: {
    release?: string;
    replicas?: number;
    status?: Partial<Record<'observedGeneration' | 'replicas' | 'updatedReplicas' | 'availableReplicas', number>>;
  } = {},
): V1Deployment => ({
  metadata: { name: 'fraud-a', generation: 2 },
  spec: {
    replicas: change.replicas ?? 2,
    selector: {},
    template: { metadata: { labels: { 'plimsoll.dev/release': change.release ?? 'r-1' } } },
  },
  status: { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2, ...change.status },
});
const pod = (change: { ready?: boolean; release?: string; leaving?: boolean } = {}): V1Pod => ({
  metadata: {
    name: 'fraud-a-1',
    labels: { 'plimsoll.dev/release': change.release ?? 'r-1' },
    ...(change.leaving === true ? { deletionTimestamp: new Date(0) } : {}),
  },
  status: { conditions: [{ type: 'Ready', status: change.ready === false ? 'False' : 'True' }] },
});
const waiting = (reason: string) => ({
  name: 'model',
  image: 'i',
  imageID: '',
  ready: false,
  restartCount: 3,
  state: { waiting: { reason } },
  lastState: { terminated: { exitCode: 1, message: 'digest differs' } },
});
const event = (kind: string, name: string, message = 'm', seconds = 0): CoreV1Event => ({
  involvedObject: { kind, name },
  metadata: {},
  reason: 'Failed',
  message,
  lastTimestamp: new Date(seconds * 1000),
});

describe('ready', () => {
  test('means every pod that is wanted, of this release, when no number is asked for', () => {
    expect(judgeReadiness([deployment()], [pod(), pod()], 'r-1', null)).toEqual({ kind: 'ready', pods: 2 });
  });
  test('means at least the number that is asked for', () => {
    const one = deployment({ replicas: 10, status: { replicas: 10, updatedReplicas: 10, availableReplicas: 1 } });
    expect(judgeReadiness([one], [pod(), pod({ ready: false })], 'r-1', 1)).toEqual({ kind: 'ready', pods: 1 });
  });
});

describe('not ready', () => {
  test.each([
    ['nothing is there', [], [], /no Deployment/],
    ['two Deployments share the slot', [deployment(), deployment()], [pod(), pod()], /more than one/],
    ['the slot runs another release', [deployment({ release: 'r-0' })], [pod(), pod()], /runs the release r-0/],
    ['the controller has not looked', [deployment({ status: { observedGeneration: 1 } })], [pod(), pod()], /not looked at/],
    ['it wants no pods', [deployment({ replicas: 0, status: { replicas: 0, updatedReplicas: 0 } })], [], /wants no pods/],
    ['old pods are still there', [deployment({ status: { replicas: 3 } })], [pod(), pod()], /1 pods of an earlier version/],
    ['a pod is not ready', [deployment()], [pod(), pod({ ready: false })], /1 of 2/],
    ['a pod is on its way out', [deployment()], [pod(), pod({ leaving: true })], /1 of 2/],
    ['a pod is of another release', [deployment()], [pod(), pod({ release: 'r-0' })], /1 of 2/],
    ['pods are ready but not available', [deployment({ status: { availableReplicas: 1 } })], [pod(), pod()], /2 of 2/],
  ])('while %s', (_title, deployments, pods, because) => {
    expect(judgeReadiness(deployments, pods, 'r-1', null)).toEqual({ kind: 'waiting', because: expect.stringMatching(because) });
  });
});

describe('hopeless', () => {
  test.each(['CrashLoopBackOff', 'ImagePullBackOff', 'InvalidImageName'])('is a container in %s, also one that comes first', (reason) => {
    expect(hopelessContainer([{ status: { containerStatuses: [waiting(reason)] } }])).toContain(reason);
    expect(hopelessContainer([{ status: { initContainerStatuses: [waiting(reason)] } }])).toContain(reason);
  });
  test.each(['ContainerCreating', 'PodInitializing'])('is not one in %s', (reason) => {
    expect(hopelessContainer([pod(), { status: { containerStatuses: [waiting(reason)] } }])).toBeNull();
  });
});

describe('the evidence', () => {
  test('says first what the containers say, then the newest warnings', () => {
    const broken = { metadata: { name: 'fraud-a-1' }, status: { containerStatuses: [waiting('CrashLoopBackOff')] } };
    expect(evidenceFrom([broken], [event('Pod', 'fraud-a-1', 'old', 1), event('Pod', 'fraud-a-1', 'new', 2)])).toEqual([
      'Pod fraud-a-1: model: CrashLoopBackOff, 3 restarts, last exit code 1 (digest differs)',
      'Pod fraud-a-1: Failed: new',
      'Pod fraud-a-1: Failed: old',
    ]);
  });
  test('is at most ten lines, each once, each short', () => {
    const many = Array.from({ length: 50 }, (_, index) => event('Pod', 'fraud-a-1', `${index % 20} ${'x'.repeat(1000)}`, index));
    const lines = evidenceFrom([], many);
    expect(lines).toHaveLength(10);
    expect(new Set(lines).size).toBe(10);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(240);
  });
  test('is about this slot and no neighbour', () => {
    const pods = [pod()];
    const about = (kind: string, name: string) => isAbout(event(kind, name), 'fraud-a', pods);
    expect([about('Pod', 'fraud-a-1'), about('ReplicaSet', 'fraud-a-5d9c'), about('Deployment', 'fraud-a')]).toEqual([true, true, true]);
    expect([about('Pod', 'fraud-a-9'), about('ReplicaSet', 'fraud-a-b-5d9c'), about('Deployment', 'fraud-b')]).toEqual([
      false,
      false,
      false,
    ]);
    expect(about('Node', 'fraud-a')).toBe(false);
  });
});
