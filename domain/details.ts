/** One release as Markdown: what the Temporal UI shows as its current details, so that it tells the story alone. */
import type { MetricReading, Verdict } from './judge/judge.ts';
import type { ReleaseView, WaitingFor } from './view.ts';

export function detailsOf(view: ReleaseView): string {
  return [
    `**${view.phase}** since ${view.phaseSince}${view.outcome === null ? '' : ` · **${view.outcome.kind}**: ${view.outcome.reason}`}`,
    view.attention === null ? '' : `⚠ **A person is needed:** ${view.attention}`,
    view.waitingFor === null ? '' : waitingLine(view.waitingFor),
    `${view.requester.subject} asked for \`${view.modelVersion ?? view.commit.slice(0, 12)}\` of ${view.service} in ${view.environment}: ${view.reason}`,
    ...changeLines(view),
    ...scanLines(view),
    ...view.approvals.map(({ by, decision, at, reason, valid }) => `- ${decision} by ${by} at ${at}${valid ? '' : ' (void)'}: ${reason}`),
    view.verdict === null ? '' : verdictTable(view.verdict, view.weightPercent),
    view.undo.length === 0 ? '' : `Owed if it stops: ${view.undo.join(', ')}`,
  ]
    .filter((line) => line !== '')
    .join('\n\n');
}

function waitingLine(waiting: WaitingFor): string {
  switch (waiting.kind) {
    case 'approval':
      return `Waits for one of **${waiting.groups.join(', ')}** to approve \`${waiting.statementDigest}\` until ${waiting.expiresAt}`;
    case 'lane':
      return `Waits in lane ${waiting.lane.kind}/${waiting.lane.key}, place ${waiting.position}`;
    case 'resume':
      return `Held by ${waiting.heldBy}: ${waiting.reason}`;
    case 'undo':
      return `Undo "${waiting.undo}" does not succeed since ${waiting.since}`;
  }
}

function changeLines({ change }: ReleaseView): string[] {
  if (change === null) return [];
  const { create, update, delete: destroy, replace } = change.counts;
  const first = change.addresses.slice(0, 5).map((address) => `\`${address}\``);
  return [
    `Change: ${create} created, ${update} changed, ${replace} replaced, ${destroy} destroyed${first.length === 0 ? '' : `: ${first.join(', ')}`}`,
  ];
}

function scanLines({ scans }: ReleaseView): string[] {
  if (scans.length === 0) return [];
  const rows = scans.map(({ tool, status, counts }) => {
    const found = Object.entries(counts).map(([severity, count]) => `${count} ${severity}`);
    return `| ${tool} | ${status} | ${found.join(', ') || '–'} |`;
  });
  return [['| scan | result | findings |', '|---|---|---|', ...rows].join('\n')];
}

export const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

export function verdictTable(verdict: Verdict, weightPercent: number): string {
  const row = ({ metric, answer, canaryShare, stableShare, limitShare }: MetricReading) =>
    `| ${metric} | ${answer} | ${percent(canaryShare)} | ${stableShare === null ? '–' : percent(stableShare)} | ${percent(limitShare)} |`;
  return [
    `At ${weightPercent} %: **${verdict.kind}**, ${verdict.reason} (${verdict.canary.requests} requests of the new version, ${verdict.stable.requests} of the old)`,
    '',
    '| metric | answer | new | old | limit |',
    '|---|---|---|---|---|',
    ...verdict.metrics.map(row),
  ].join('\n');
}
