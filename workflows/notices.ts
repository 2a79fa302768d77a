/**
 * People are told that a release waits for them. Nothing waits for that: whoever knows already may decide meanwhile, and
 * a chat that is down stops no release. Whether it arrived is in the record.
 */
import { hexOf } from '../domain/digest.ts';
import type { Notice, NoticeKind, NoticeTarget } from '../domain/notice.ts';
import { overrideText } from '../domain/override.ts';
import { deliver } from './deliver.ts';
import { now } from './outbox.ts';
import type { ReleaseRun } from './release-run.ts';

export function tellApprovers(run: ReleaseRun, kind: NoticeKind): void {
  const targets = run.order.notices ?? [];
  const notice = targets.length === 0 ? undefined : noticeOf(run, kind);
  // Those who have said yes to an equal change are asked nothing.
  if (notice === undefined) return;
  for (const target of targets) void told(run, target, notice);
}

async function told(run: ReleaseRun, target: NoticeTarget, notice: Notice): Promise<void> {
  const said = { target: target.name, notice: notice.kind, statementDigest: notice.statementDigest };
  const because = await deliver({ release: run.ref, target, notice });
  keep(run, because === undefined ? { ...said, delivered: true } : { ...said, delivered: false, because });
}

/** A record that is closed takes nothing more; the history of the workflow has it still. */
function keep(run: ReleaseRun, data: Parameters<ReleaseRun['record']>[1]): void {
  if (run.view.outcome === null) run.record('approversTold', data);
}

function noticeOf({ approvals, order, view }: ReleaseRun, kind: NoticeKind): Notice | undefined {
  const { question } = approvals;
  if (question === undefined) return undefined;
  const { groups, missing, expiresAt, statementDigest } = question;
  const { releaseId: release, service, environment, team, requester, reason, model } = order;
  return {
    id: `${release}.${hexOf(statementDigest).slice(0, 12)}.${Date.parse(expiresAt)}.${kind.replaceAll(' ', '-')}`,
    kind,
    at: now(),
    release,
    service,
    environment,
    team,
    version: model?.version ?? null,
    requester: requester.subject,
    reason,
    ...(order.override !== undefined && { override: overrideText(order.override) }),
    missing,
    groups,
    expiresAt,
    statementDigest,
    change: view.change?.counts ?? null,
  };
}
