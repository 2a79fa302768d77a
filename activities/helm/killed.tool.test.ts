/**
 * Goal: whatever was killed in the middle of an operation, the next one recovers from what it left, and never works beside
 * a Helm that is still at it.
 * Method: the real Helm on a real Kubernetes API, really killed (test/support/held-helm.ts).
 */
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, test, vi } from 'vitest';
import { HeldHelm, pidsCarrying, waiting } from '../../test/support/held-helm.ts';
import { useHelm } from '../../test/support/helm-world.ts';

const world = useHelm();
const held = new HeldHelm(world);

const deployed = async () => {
  const archive = await world.archiveOf({});
  return world.act((helm) => helm.deploySlot(world.inSlot(archive)));
};

/** A chart that Helm does not come to the end of. */
const standingStill = () => world.archiveOf({ 'chart/templates/hook.yaml': held.endlessHook('pre-install') });

describe('after Helm was killed', () => {
  test('a pending install is taken away and the version installed', async () => {
    await held.killDuring('install', { owner: 'dead' });
    expect(await world.newest()).toMatchObject({ revision: 1, status: 'pending-install' });
    expect(await deployed()).toEqual({ revision: 1 });
    expect(await world.newest()).toMatchObject({ status: 'deployed' });
    expect(await world.lease()).toBeNull();
  });

  test('a pending upgrade goes back to what was deployed, and then forward', async () => {
    const archive = await world.archiveOf({});
    await world.act((helm) => helm.deploySlot(world.inSlot(archive)));
    await held.killDuring('upgrade', { owner: 'dead' });
    expect(await world.newest()).toMatchObject({ revision: 2, status: 'pending-upgrade' });
    const second = world.inSlot(archive, { release: 2, version: '2.0.0' });
    expect(await world.act((helm) => helm.deploySlot(second))).toEqual({ revision: 4 });
    expect(await world.deployment()).toMatchObject({ version: '2.0.0' });
  });

  test('a pending upgrade can be parked: what was deployed before is what is kept', async () => {
    await deployed();
    await held.killDuring('upgrade', { owner: 'dead' });
    await world.act((helm) => helm.parkSlot(world.slotRef(2)));
    expect(await world.deployment()).toMatchObject({ replicas: 0, version: '1.0.0' });
  });

  test.each(['install', 'upgrade', 'rollback', 'uninstall'] as const)(
    'a slot is emptied after its %s was killed in the middle',
    async (operation) => {
      if (operation !== 'install') await deployed();
      await held.killDuring(operation, { owner: 'dead' });
      expect((await world.newest())?.status).toMatch(/^pending-|^uninstalling$/);
      // A chart's own deletion hook runs again, and may end this time.
      if (operation === 'uninstall') await held.letGo();
      await world.act((helm) => helm.emptySlot(world.slotRef(1)));
      expect(await world.newest()).toBeNull();
      expect(await world.lease()).toBeNull();
    },
  );

  test('a Helm that outlives its killed worker is left alone, and its work counts once it is done', async () => {
    const input = world.inSlot(await standingStill());
    await held.killWorkerDuring(input);
    await expect(world.act((helm) => helm.emptySlot(world.slotRef(1)))).rejects.toMatchObject({ type: 'helm.busy' });
    await held.letGo();
    await vi.waitFor(async () => expect(await world.newest()).toMatchObject({ status: 'deployed' }), waiting);
    await vi.waitFor(async () => expect(await world.act((helm) => helm.deploySlot(input))).toEqual({ revision: 1 }), waiting);
    expect(await world.newest()).toMatchObject({ revision: 1 });
    expect(await world.lease()).toBeNull();
  });

  test('a Helm that dies after its worker leaves what the next attempt recovers from', async () => {
    await held.killWorkerDuring(world.inSlot(await standingStill()));
    const input = world.inSlot(await world.archiveOf({}));
    await expect(world.act((helm) => helm.deploySlot(input))).rejects.toMatchObject({ type: 'helm.busy' });
    const { token } = JSON.parse((await world.lease())?.spec?.holderIdentity ?? '') as { token: string };
    for (const pid of pidsCarrying(token)) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(pidsCarrying(token)).toEqual([]), waiting);
    expect(await world.act((helm) => helm.deploySlot(input))).toEqual({ revision: 1 });
    expect(await world.lease()).toBeNull();
  });

  test('what somebody without a lease began a moment ago is left alone', async () => {
    await held.killDuring('install', { owner: 'nobody' });
    await expect(world.act((helm) => helm.emptySlot(world.slotRef(1)))).rejects.toMatchObject({ type: 'helm.busy' });
    expect(await world.newest()).toMatchObject({ status: 'pending-install' });
  });

  test('a cancelled deploy stops Helm tidily, and the next one goes on', async () => {
    const input = world.inSlot(await standingStill());
    const environment = new MockActivityEnvironment();
    const ended = environment
      .run(() => world.activities().deploySlot(input))
      .then(
        () => 'deployed',
        (error: Error) => error.name,
      );
    // In the hook: what comes before it Helm writes once more after it was stopped, over the end.
    await vi.waitFor(async () => expect(await held.podsOfHook('pre-install')).not.toEqual([]), waiting);
    environment.cancel();
    expect(await ended).toBe('CancelledFailure');
    expect(await world.newest()).toMatchObject({ status: 'failed' });
    expect(await deployed()).toEqual({ revision: 2 });
  });
});
