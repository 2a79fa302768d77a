/** What schedules have looked at, for the histories of their workflows: what runs, and what serves. Each look finds something. */
import { digestText } from '../../domain/digest.ts';
import type { NoticeTarget } from '../../domain/notice.ts';
import type { ReleasedLedgerPort } from '../../domain/released/look.ts';
import type { ServingPort } from '../../domain/released/serving.ts';
import type { StrayLedgerPort, StraysPort } from '../../domain/strays/look.ts';
import { taskQueues } from '../../workflows/messages.ts';
import { ReleasedWorld, servingOf } from '../support/released-world.ts';
import { ScriptedWorld } from '../support/scripted-world.ts';
import type { Temporal } from '../support/temporal.ts';

export const security: readonly NoticeTarget[] = [{ kind: 'slack', name: 'security', url: { variable: 'PLIMSOLL_NOTICE_SECURITY' } }];

const strays: StraysPort & StrayLedgerPort = {
  findStrays: async () => ({
    looks: [
      {
        environment: 'production',
        cluster: 'ml',
        namespace: 'models',
        strays: [{ kind: 'no release', workload: 'Pod/debug', pods: 1, release: null, because: 'it names no release', since: 'today' }],
        more: 0,
        unknown: null,
      },
    ],
    tell: security,
  }),
  recordStrays: async () => undefined,
};

const released = new ReleasedWorld();
const { findServing, readJudgement, findLater } = released.activities();
/** What ended last was blocked and has left nothing; the one before was rolled back, and its change of the stack is there. */
const ended = ['fraud-blocked', 'fraud-back'];
const findSuccessors: ServingPort['findSuccessors'] = async () => ({ open: [], ended });
const releasedLedger: ReleasedLedgerPort = { recordRescan: async () => undefined, recordDrift: async () => undefined };

/** Activities that are of no release. */
export const looks = { ...strays, findServing, findSuccessors, readJudgement, findLater, ...releasedLedger };

/** Of a release that serves: whatever looks at it again is answered as `released` says. */
class ServedWorld extends ScriptedWorld {
  override activities(real: Parameters<ScriptedWorld['activities']>[0]): ReturnType<ScriptedWorld['activities']> {
    return { ...super.activities(real), ...released.activities() };
  }
}

export const platform = servingOf('production', 'infrastructure', 'platform', security);
export const model = servingOf('production', 'model', 'fraud-scorer', security);

/** A stack and a model. */
export async function lookAtReleased({ client, worlds }: Temporal, workflow: 'rescan' | 'drift'): Promise<void> {
  for (const id of [platform.releaseId, model.releaseId, ...ended]) worlds.set(id, new ServedWorld());
  released.serving = [platform, model];
  released.intents.set('fraud-back', { step: 'settle', owed: [], infrastructure: 'applied', model: 'put back' });
  released.plan = { addresses: ['aws_s3_bucket.models'], actions: ['update'], counts: { create: 0, update: 1, delete: 0, replace: 0 } };
  for (const { place, releaseId } of released.serving) {
    const what = {
      severity: 'high',
      fingerprint: digestText(place),
      rule: 'CKV_AWS_20',
      address: 'models',
      message: 'it is public',
    } as const;
    released.later.set(place, [{ place, release: releaseId, ...what }]);
  }
  await client.workflow.execute(workflow, { workflowId: workflow, taskQueue: taskQueues.releases, args: [] });
}
