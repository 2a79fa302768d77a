import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { createFleet, podsPerSlotMax } from './fleet.ts';
import type { Pod } from './objects.ts';
import { targetsDocument } from './targets.ts';

const patience = { timeout: 100_000 };
const log = pino({ level: 'silent' });
const labels = { 'plimsoll.dev/service': 'fraud', 'plimsoll.dev/slot': 'a', 'plimsoll.dev/version': '7', 'plimsoll.dev/release': 'r-1' };
const pod = (number: number, change: Partial<Pod> = {}): Pod => ({
  uid: `uid-${number}`,
  name: `pod-${number}`,
  createdAtMs: number,
  labels,
  annotations: {},
  ready: true,
  terminating: false,
  ...change,
});

/** A fleet whose servers only count: the real ones have a test of their own. */
function fleetOfFakes() {
  const open = new Map<string, number>();
  const onChange = vi.fn<() => void>();
  const fleet = createFleet({
    start: async ({ pod }) => {
      const port = 20_000 + open.size;
      open.set(pod, port);
      return {
        port,
        close: async () => {
          open.delete(pod);
        },
      };
    },
    onChange,
    log,
  });
  return { fleet, open, onChange };
}

test('a ready pod gets a server and is announced; one that is not ready gets none', async () => {
  const { fleet, open, onChange } = fleetOfFakes();
  fleet.reconcile([pod(1), pod(2, { ready: false })]);
  await vi.waitFor(() => expect(onChange).toHaveBeenCalledOnce(), patience);
  expect([...open.keys()]).toEqual(['pod-1']);
  expect(fleet.askable().map(({ pod }) => pod)).toEqual(['pod-1']);
});

test('the same pods again start nothing', async () => {
  const { fleet, open, onChange } = fleetOfFakes();
  fleet.reconcile([pod(1)]);
  fleet.reconcile([pod(1)]);
  await vi.waitFor(() => expect(onChange).toHaveBeenCalled(), patience);
  expect(open.size).toBe(1);
});

test('a pod that stops being ready keeps its server and its counters, but is not asked', async () => {
  const { fleet, onChange } = fleetOfFakes();
  fleet.reconcile([pod(1)]);
  await vi.waitFor(() => expect(onChange).toHaveBeenCalled(), patience);
  fleet.reconcile([pod(1, { ready: false })]);
  expect(fleet.askable()).toEqual([]);
  expect(fleet.running()).toHaveLength(1);
});

test.each<[string, readonly Pod[]]>([
  ['is gone', []],
  ['is on its way out', [pod(1, { terminating: true, ready: false })]],
])('a pod that %s is not asked any more, and its server closes', async (_, next) => {
  const { fleet, open, onChange } = fleetOfFakes();
  fleet.reconcile([pod(1)]);
  await vi.waitFor(() => expect(onChange).toHaveBeenCalled(), patience);
  fleet.reconcile(next);
  expect(fleet.running()).toEqual([]);
  await vi.waitFor(() => expect(open.size).toBe(0), patience);
});

test('a slot has a limit, the other slot its own, and a place that becomes free is taken', async () => {
  const { fleet, open } = fleetOfFakes();
  const slotA = Array.from({ length: podsPerSlotMax + 2 }, (_, number) => pod(number));
  const inB = pod(100, { labels: { ...labels, 'plimsoll.dev/slot': 'b' } });
  fleet.reconcile([...slotA, inB]);
  await vi.waitFor(() => expect(fleet.running()).toHaveLength(podsPerSlotMax + 1), patience);
  expect(open.has(`pod-${podsPerSlotMax}`)).toBe(false);

  fleet.reconcile([...slotA.slice(1), inB]);
  await vi.waitFor(() => expect(open.has(`pod-${podsPerSlotMax}`)).toBe(true), patience);
  await vi.waitFor(() => expect(fleet.running()).toHaveLength(podsPerSlotMax + 1), patience);
});

test('a pod whose annotations are not understood gets no server', () => {
  const { fleet, open } = fleetOfFakes();
  fleet.reconcile([pod(1, { annotations: { 'lab.plimsoll.dev/median-ms': 'soon' } })]);
  expect(open.size).toBe(0);
});

test('closing the fleet closes every server, also one that is just starting', async () => {
  const { fleet, open } = fleetOfFakes();
  fleet.reconcile([pod(1), pod(2)]);
  await fleet.close();
  expect(open.size).toBe(0);
});

test('Prometheus gets one target a pod with the labels that the judge reads', async () => {
  const { fleet, onChange } = fleetOfFakes();
  fleet.reconcile([pod(1)]);
  await vi.waitFor(() => expect(onChange).toHaveBeenCalled(), patience);
  expect(targetsDocument(fleet.running(), 'models')).toEqual([
    {
      targets: ['127.0.0.1:20000'],
      labels: { namespace: 'models', service: 'fraud', slot: 'a', pod: 'pod-1', version: '7', release: 'r-1' },
    },
  ]);
});
