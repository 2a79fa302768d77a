/** One release as Markdown: what the Temporal UI shows as its current details, so that it tells the story alone. */
import { strategyTexts } from './canary.ts';
import type { ArmTotals, MetricReading, Verdict } from './judge/judge.ts';
import { clockText, countText, evidenceText, oddsRatioText, provenanceText, shareText, wholeText } from './judge/words.ts';
import { obstaclesText } from './line.ts';
import { newsText } from './news.ts';
import { overrideText } from './override.ts';
import { groupsText } from './quorum.ts';
import { threatText } from './threats/finding.ts';
import type { Response } from './threats/response.ts';
import type { ReleaseView, ThreatView, WaitingFor } from './view.ts';

export function detailsOf(view: ReleaseView): string {
  return [
    `**${view.phase}** since ${view.phaseSince}${view.outcome === null ? '' : ` · **${view.outcome.kind}**: ${view.outcome.reason}`}`,
    view.attention === null ? '' : `⚠ **A person is needed:** ${view.attention}`,
    view.waitingFor === null ? '' : waitingLine(view.waitingFor),
    `${view.requester.subject} asked for \`${view.modelVersion ?? view.commit.slice(0, 12)}\` of ${view.service} in ${view.environment}: ${view.reason}`,
    view.override === undefined ? '' : `Once approved it ${overrideText(view.override)}`,
    view.strategy === undefined ? '' : `**${view.strategy}**: it ${strategyTexts[view.strategy]}`,
    ...changeLines(view),
    ...newsLines(view),
    ...scanLines(view),
    ...(view.gate?.waivers ?? []).map(
      ({ rule, address, name, owner, until, reason }) => `Waived: ${rule} \`${address}\` by ${name} of ${owner} until ${until}: ${reason}`,
    ),
    ...quorumLines(view),
    ...view.approvals.map(
      ({ by, decision, at, reason, valid, because }) =>
        `- ${decision} by ${by} at ${at}${valid ? '' : ` (void, ${because ?? 'changed since'})`}: ${reason}`,
    ),
    view.verdict === null ? '' : verdictTable(view.verdict, view.weightPercent),
    ...view.threats.map(threatLine),
    view.undo.length === 0 ? '' : `Owed if it stops: ${view.undo.join(', ')}`,
  ]
    .filter((line) => line !== '')
    .join('\n\n');
}

const done: Readonly<Record<Response, string>> = { stop: 'stopped the release', hold: 'held it', record: 'was recorded' };

const threatLine = ({ at, title, response, evidence, ...threat }: ThreatView): string =>
  `⚠ **GuardDuty**, ${at}: ${threatText(threat)}${threat.sample ? ', a sample' : ''}, ${done[response]}: ${title} (event \`${evidence}\`)`;

function waitingLine(waiting: WaitingFor): string {
  switch (waiting.kind) {
    case 'approval':
      return `Waits for **${waiting.missing}** to approve \`${waiting.statementDigest}\` until ${waiting.expiresAt}`;
    case 'lane':
      return `Waits in lane ${waiting.lane.kind}/${waiting.lane.key}, place ${waiting.position}`;
    case 'line':
      return `Waits: ${obstaclesText(waiting.obstacles)}`;
    case 'resume':
      return `Held by ${waiting.heldBy}: ${waiting.reason}`;
    case 'undo':
      return `Undo "${waiting.undo}" does not succeed since ${waiting.since}`;
  }
}

function quorumLines({ quorum }: ReleaseView): string[] {
  if (quorum === null) return [];
  const seats = quorum.seats.map(
    (seat) => `${seat.by.length} of ${seat.count} ${groupsText(seat)}${seat.by.length === 0 ? '' : ` (${seat.by.join(', ')})`}`,
  );
  const notCounted = quorum.notCounted.length === 0 ? '' : `; not counted: ${quorum.notCounted.join(', ')}`;
  return [`Approved by ${seats.join(', ')}${notCounted}`];
}

function changeLines({ change }: ReleaseView): string[] {
  if (change === null) return [];
  const { create, update, delete: destroy, replace } = change.counts;
  const first = change.addresses.slice(0, 5).map((address) => `\`${address}\``);
  return [
    `Change: ${create} created, ${update} changed, ${replace} replaced, ${destroy} destroyed${first.length === 0 ? '' : `: ${first.join(', ')}`}`,
  ];
}

function newsLines({ gate }: ReleaseView): string[] {
  if (gate?.news === undefined) return [];
  const worst = gate.news.worst.map(({ severity, rule, address, message }) => `- **new** ${severity} ${rule} \`${address}\`: ${message}`);
  return [[`Findings: ${newsText(gate.news)}`, ...worst].join('\n')];
}

function scanLines({ scans }: ReleaseView): string[] {
  if (scans.length === 0) return [];
  const rows = scans.map(({ tool, status, counts }) => {
    const found = Object.entries(counts).map(([severity, count]) => `${count} ${severity}`);
    return `| ${tool} | ${status} | ${found.join(', ') || '–'} |`;
  });
  return [['| scan | result | findings |', '|---|---|---|', ...rows].join('\n')];
}

/** What the judge says and what it says it from, so that a rollback can be understood without asking anybody. */
function verdictTable(verdict: Verdict, weightPercent: number): string {
  const said = `At ${weightPercent} %: **${verdict.kind}**, ${verdict.reason}`;
  // A release that was judged before judges gave evidence is replayed with the verdict that it had.
  if (!('calibration' in verdict)) return said;
  const { canary, stable, logEvidence, logRollbackAt, calibration, metrics } = verdict;
  const arms = `New version: ${armLine(canary)}. Old version: ${armLine(stable)}.`;
  const evidence = `Evidence against the new version **${evidenceText(logEvidence)}**, rolled back from ${evidenceText(logRollbackAt)}; ${provenanceText(calibration)}.`;
  const rows = metrics.map((reading) => `| ${cellsOf(reading).join(' | ')} |`);
  return [
    said,
    arms,
    evidence,
    ...(rows.length === 0 ? [] : [[`| ${verdictColumns.join(' | ')} |`, `|${'---|'.repeat(verdictColumns.length)}`, ...rows].join('\n')]),
  ].join('\n\n');
}

const verdictColumns = ['metric', 'answer', 'new', 'old', 'allowed', 'odds ratio, 95 %', 'evidence', 'highest', 'κ', 'requests missing'];

function armLine({ requests, errors, p99Seconds }: ArmTotals): string {
  const slow = p99Seconds === null ? '' : `, p99 at most ${Math.round(p99Seconds * 1000)} ms`;
  return `${wholeText(requests)} requests, ${wholeText(errors)} failed${slow}`;
}

/** A metric in brackets only counts against the new version: promotion does not wait for it. */
function cellsOf(reading: MetricReading): readonly string[] {
  const { metric, answer, guarded, canary, stable, canaryShare, stableShare, limitShare, crossedAtSeconds, missingRequests } = reading;
  return [
    guarded ? metric : `(${metric})`,
    answer,
    `${countText(canary)}: ${shareText(canaryShare)}`,
    stable === null || stableShare === null ? '–' : `${countText(stable)}: ${shareText(stableShare)}`,
    shareText(limitShare),
    oddsRatioText(reading.oddsRatio),
    `${evidenceText(reading.logEvidence)}${crossedAtSeconds === null ? '' : `, crossed at ${clockText(crossedAtSeconds)}`}`,
    evidenceText(reading.maxLogEvidence),
    String(Number(reading.kappa.toFixed(2))),
    missingRequests === 0 ? '–' : wholeText(missingRequests),
  ].map((cell) => cell.replaceAll('|', '\\|'));
}
