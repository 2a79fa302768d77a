/** Releases as people read them. Pure: values in, text out. */
import Table from 'cli-table3';
import type {
  Finding,
  LineStatus,
  Obstacle,
  ReleaseDetails,
  ReleaseSummary,
  ScanSummary,
  ServiceStatus,
  Threat,
  WaitingFor,
} from './client/generated/index.ts';
import { verdictText } from './judgement.ts';
import type { Terminal } from './terminal.ts';

export type Colors = Terminal['colors'];

export const clock = (iso: string): string => iso.slice(11, 19);

export const day = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;

/** What is listed, as lines, and how many more there was no room for in the answer. */
export function listText(lines: string, listed: readonly unknown[], more: number): string {
  if (listed.length === 0) return `${more} that there was no room to list\n`;
  return more === 0 ? lines : `${lines}and ${more} more\n`;
}

/** A page may be empty and not the last one: what a caller may not read, or did not ask for, is left out of it. */
export function pageText(lines: string, listed: readonly unknown[], nextPageToken: string | null): string {
  if (nextPageToken === null) return lines;
  return `${listed.length === 0 ? 'nothing on this page\n' : lines}more: --page-token ${nextPageToken}\n`;
}

export function outcomeText(outcome: string | null, status: string, colors: Colors): string {
  if (outcome === 'released') return colors.green(outcome);
  if (outcome !== null) return colors.red(outcome);
  return status === 'running' ? '' : colors.red(`${status}: a person is needed`);
}

/** No borders: lines that can be read, and cut with `awk`. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], colors: Colors): string {
  const made = new Table({
    head: head.map((title) => colors.dim(title)),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: Object.fromEntries(
      [
        'top',
        'top-mid',
        'top-left',
        'top-right',
        'bottom',
        'bottom-mid',
        'bottom-left',
        'bottom-right',
        'left',
        'left-mid',
        'mid',
        'mid-mid',
        'right',
        'right-mid',
        'middle',
      ].map((part) => [part, '']),
    ),
  });
  made.push(...rows.map((row) => [...row]));
  return `${made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

export function releaseTable(releases: readonly ReleaseSummary[], colors: Colors): string {
  if (releases.length === 0) return 'no releases\n';
  return table(
    ['RELEASE', 'PHASE', 'WEIGHT', 'OUTCOME', 'ASKED BY', 'SINCE'],
    releases.map((release) => [
      release.id,
      release.attention ? colors.yellow(`${release.phase} !`) : release.phase,
      release.status === 'running' && release.weightPercent > 0 ? `${release.weightPercent} %` : '',
      outcomeText(release.outcome, release.status, colors),
      release.requester,
      day(release.startedAt),
    ]),
    colors,
  );
}

export function serviceText(service: ServiceStatus, colors: Colors): string {
  const { running } = service;
  const title = `${colors.bold(service.service)} in ${service.environment}, team ${service.team}\n`;
  const now =
    running === null
      ? 'nothing was released here\n'
      : `runs ${colors.bold(running.version)} since ${day(running.since)}, ${running.release} by ${running.requester}: ${running.reason}\n`;
  const open = service.open.length === 0 ? '' : `\nunder way\n${releaseTable(service.open, colors)}`;
  const back =
    service.goBackTo.length === 0
      ? ''
      : `\ncould go back to\n${table(
          ['VERSION', 'SINCE', 'RELEASE', 'ASKED BY'],
          service.goBackTo.map(({ version, since, release, requester }) => [version, day(since), release, requester]),
          colors,
        )}`;
  return `${title}${now}${open}${back}`;
}

export function waitingText(waiting: WaitingFor): string {
  switch (waiting.kind) {
    case 'approval':
      return `waits for ${waiting.missing} until ${clock(waiting.expiresAt)} UTC`;
    case 'lane':
      return waiting.position === 0
        ? `holds the ${waiting.lane.kind} lane`
        : `is number ${waiting.position} in the ${waiting.lane.kind} lane ${waiting.lane.key}`;
    case 'line':
      return `waits: ${waiting.obstacles.map(obstacleText).join('; ')}`;
    case 'resume':
      return `is held by ${waiting.heldBy}: ${waiting.reason}`;
    case 'undo':
      return `cannot undo "${waiting.undo}" since ${clock(waiting.since)} UTC: \`plimsoll skip-undo\` gives it up`;
  }
}

/** A day and a time: a freeze may end next year. */
function obstacleText(obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case 'freeze':
      return `freeze ${obstacle.name} until ${day(obstacle.until)} UTC: ${obstacle.reason}`;
    case 'stopped':
      return `stopped by ${obstacle.by} at ${day(obstacle.since)} UTC: ${obstacle.reason}`;
    case 'waiver':
      return `waiver ${obstacle.name} for ${obstacle.rule} ended ${day(obstacle.until)} UTC: ${obstacle.owner} renews it in the catalog, or \`plimsoll abort\``;
    case 'unknown':
      return `nobody can say whether it is free: ${obstacle.reason}`;
  }
}

/** Before anything is done: what a release will wait for. */
export const obstacleLines = (obstacles: readonly Obstacle[], colors: Colors): string =>
  obstacles.map((obstacle) => `${colors.yellow(`will wait: ${obstacleText(obstacle)}`)}\n`).join('');

export function lineText({ environment, obstacles, nextFreezes }: LineStatus, colors: Colors): string {
  const now = obstacles.length === 0 ? colors.green('free') : obstacles.map((one) => colors.yellow(obstacleText(one))).join('\n');
  const next = nextFreezes.map(({ name, reason, from, until }) => `next ${name}: ${day(from)} to ${day(until)} UTC, ${reason}\n`);
  return `${colors.bold(environment)} ${now}\n${next.join('')}`;
}

const severityOrder = ['critical', 'high', 'medium', 'low', 'info'] as const;

const severityCounts = (counts: ScanSummary['counts']): readonly string[] =>
  severityOrder.flatMap((severity) => ((counts[severity] ?? 0) === 0 ? [] : [`${counts[severity]} ${severity}`]));

export function scanText(scan: ScanSummary, colors: Colors): string {
  const counts = severityCounts(scan.counts);
  const status = scan.status === 'pass' ? colors.green(scan.status) : colors.red(scan.status);
  return `${scan.tool} ${scan.toolVersion}: ${status}${counts.length === 0 ? ', no findings' : `, ${counts.join(', ')}`}`;
}

/** A message longer than this is an essay; the whole of it is in the release's report. */
const messageCharactersMax = 110;
/** More would push the phases off the screen; `plimsoll show` has them all. */
const addressesShown = 5;

export function findingText(finding: Pick<Finding, 'severity' | 'rule' | 'address' | 'message' | 'file' | 'line'>): string {
  const message = finding.message.length > messageCharactersMax ? `${finding.message.slice(0, messageCharactersMax)}…` : finding.message;
  const place = finding.file === undefined ? finding.address : `${finding.file}${finding.line === undefined ? '' : `:${finding.line}`}`;
  return `${finding.severity} ${finding.rule} ${place}: ${message}`;
}

/** Two scanners of one thing, or one scanner of code and plan, say the same: once is enough. */
const distinct = (lines: readonly string[]): readonly string[] => [...new Set(lines)];

const isSevere = ({ severity }: Finding): boolean => severity === 'critical' || severity === 'high';

export function changeText(change: NonNullable<ReleaseDetails['change']>): string {
  const counts = Object.entries(change.counts)
    .filter(([, count]) => count > 0)
    .map(([action, count]) => `${count} to ${action}`);
  return counts.length === 0 ? 'no changes' : counts.join(', ');
}

/** Everything that was found out so far, for `show` and before a decision. */
export function detailsText(release: ReleaseDetails, colors: Colors): string {
  const { outcome } = release;
  const lines: (readonly [string, string] | undefined)[] = [
    ['release', colors.bold(release.releaseId)],
    ['what', `${release.service}${release.modelVersion === null ? '' : ` ${release.modelVersion}`} → ${release.environment}`],
    ['why', `${release.reason} (${release.requester.subject}${release.urgency === 'normal' ? '' : `, ${release.urgency}`})`],
    release.override === undefined
      ? undefined
      : ['override', colors.yellow(`passes freezes once approved, ${release.override.ticket}: ${release.override.reason}`)],
    release.strategy === undefined ? undefined : ['strategy', colors.yellow(`${release.strategy}: all traffic in one step`)],
    ['commit', release.commit],
    [
      'phase',
      `${release.phase} since ${day(release.phaseSince)}${release.weightPercent > 0 ? `, ${release.weightPercent} % of the traffic` : ''}`,
    ],
    release.waitingFor === null ? undefined : ['now', waitingText(release.waitingFor)],
    ...(release.waitingFor?.kind === 'line' ? [] : release.obstacles.map((one) => ['in the way', obstacleText(one)] as const)),
    release.held === null ? undefined : ['held', `by ${release.held.by}: ${release.held.reason}`],
    release.attention === null ? undefined : ['attention', colors.yellow(release.attention)],
    release.change === null ? undefined : ['change', changeText(release.change)],
    ...(release.change?.addresses ?? []).map((address) => ['', address] as const),
    ...newsLines(release, colors).map((line, index) => [index === 0 ? 'findings' : '', line] as const),
    ...release.scans.map((scan) => ['scan', scanText(scan, colors)] as const),
    ...worstKnown(release).map((finding) => ['', finding] as const),
    ...(release.gate?.violations ?? []).map(({ code, message, solution }) => ['denied', `${code} ${message}: ${solution}`] as const),
    ...(release.gate?.waivers ?? []).map(
      ({ name, rule, address, owner, until }) =>
        ['waived', `${rule} ${address} by ${name} of ${owner} until ${until.slice(0, 10)}`] as const,
    ),
    release.statementDigest === null ? undefined : ['statement', release.statementDigest],
    ...quorumLines(release),
    ...release.approvals.map(
      ({ decision, by, at, reason, valid, because }) =>
        [decision, `${by} at ${day(at)}: ${reason}${valid ? '' : ` (void: ${because ?? 'something changed'})`}`] as const,
    ),
    release.verdict === null ? undefined : ['metrics', verdictText(release.progress?.verdict ?? release.verdict, colors)],
    ...release.threats.flatMap((threat) => threatLines(threat, colors)),
    release.undo.length === 0 || outcome !== null ? undefined : ['would undo', release.undo.join(', ')],
    outcome === null ? undefined : ['outcome', `${outcomeText(outcome.kind, release.status, colors)}: ${outcome.reason}`],
    outcome === null ? undefined : ['left as', `infrastructure ${outcome.infrastructure}, model ${outcome.model}`],
    ...release.incidents.map(
      ({ id, type, title, severity, lastSeenAt }) =>
        ['incident', `${colors.red(`${type}, severity ${severity}`)}, last seen ${day(lastSeenAt)}: ${title} (GuardDuty ${id})`] as const,
    ),
    release.recovery === null ? undefined : ['recovery', recoveryText(release.recovery)],
    release.links.page === null ? undefined : ['page', release.links.page],
    release.links.temporal === null ? undefined : ['history', release.links.temporal],
  ];
  return `${lines.flatMap((line) => (line === undefined ? [] : [`${colors.dim(line[0].padEnd(11))}${line[1]}`])).join('\n')}\n`;
}

/** What the last release did not have, counted, and the worst of it. */
function newsLines({ gate }: ReleaseDetails, colors: Colors): readonly string[] {
  const news = gate?.news;
  if (news === undefined || news.comparedWith === null) return [];
  const counts = severityCounts(news.counts);
  if (counts.length === 0) return [`none is new since ${news.comparedWith}`];
  return [
    colors.yellow(`new since ${news.comparedWith}: ${counts.join(', ')}`),
    ...news.worst.map((finding) => `${colors.yellow('new')} ${findingText(finding)}`),
  ];
}

/** The worst of each scan, without what is shown as new. */
function worstKnown({ gate, scans }: ReleaseDetails): readonly string[] {
  const shown = new Set(gate?.news?.worst.map(({ fingerprint }) => fingerprint));
  return distinct(scans.flatMap(({ worst }) => worst.filter(({ fingerprint }) => !shown.has(fingerprint)).map(findingText)));
}

/** Who fills which seat, and whose yes would be their own work judged by themselves. */
function quorumLines({ quorum }: ReleaseDetails): readonly (readonly [string, string])[] {
  if (quorum === null) return [];
  const lines = quorum.seats.map(
    ({ groups, count, by }) => `${by.length} of ${count} ${groups.join(' or ')}${by.length === 0 ? '' : `: ${by.join(', ')}`}`,
  );
  return [
    ...lines.map((line, index) => [index === 0 ? 'quorum' : '', line] as const),
    ...(quorum.notCounted.length === 0 ? [] : [['excluded', quorum.notCounted.join(', ')] as const]),
  ];
}

const recoveryText = ({ status, outcome }: NonNullable<ReleaseDetails['recovery']>): string =>
  outcome === null ? status : `${outcome.kind}: ${outcome.reason} (infrastructure ${outcome.infrastructure}, model ${outcome.model})`;

/** What became true between two looks at a release, one line each, oldest first. */
export function changesBetween(before: ReleaseDetails | undefined, now: ReleaseDetails, colors: Colors): readonly string[] {
  const lines: string[] = [];
  const say = (at: string, text: string) => lines.push(`${colors.dim(clock(at))}  ${text}`);
  const detail = (text: string) => lines.push(`            ${text}`);
  for (const { phase, at } of now.history.slice(before?.history.length ?? 0)) if (phase !== 'closed') say(at, colors.bold(phase));
  for (const scan of now.scans.slice(before?.scans.length ?? 0)) {
    detail(scanText(scan, colors));
    for (const finding of scan.worst.filter(isSevere)) detail(`  ${findingText(finding)}`);
  }
  if (now.change !== null && now.change.digest !== before?.change?.digest) {
    detail(`infrastructure: ${changeText(now.change)}`);
    for (const address of now.change.addresses.slice(0, addressesShown)) detail(`  ${address}`);
    const more = now.change.addresses.length - addressesShown;
    if (more > 0) detail(`  and ${more} more`);
  }
  if (now.gate !== null && now.gate.kind !== before?.gate?.kind) {
    detail(`policy: ${now.gate.kind}${now.gate.because.length === 0 ? '' : ` (${now.gate.because.join(', ')})`}`);
    for (const { code, message, solution } of now.gate.violations) detail(`  ${code} ${message}: ${solution}`);
    for (const line of newsLines(now, colors)) detail(line);
  }
  for (const { decision, by, reason } of now.approvals.slice(before?.approvals.length ?? 0)) detail(`${decision} by ${by}: ${reason}`);
  if (now.waitingFor !== null && JSON.stringify(now.waitingFor) !== JSON.stringify(before?.waitingFor)) {
    detail(colors.cyan(waitingText(now.waitingFor)));
    if (now.waitingFor.kind === 'approval') detail(`  plimsoll approve ${now.releaseId} --statement ${now.waitingFor.statementDigest}`);
  }
  for (const { by, because } of now.approvals.filter((one, index) => !one.valid && before?.approvals[index]?.valid === true))
    detail(`the approval of ${by} is void: ${because ?? 'something changed'}`);
  if (now.weightPercent !== (before?.weightPercent ?? 0)) detail(`${now.weightPercent} % of the traffic goes to the new version`);
  for (const [, line] of now.threats.slice(before?.threats.length ?? 0).flatMap((threat) => threatLines(threat, colors))) detail(line);
  if (now.attention !== null && now.attention !== before?.attention) detail(colors.yellow(`a person is needed: ${now.attention}`));
  return lines;
}

const threatDone = { stop: 'stopped it', hold: 'held it', record: 'was recorded' } as const;

const threatLines = (threat: Threat, colors: Colors): readonly (readonly [string, string])[] => [
  [
    'guardduty',
    `${colors.red(`${threat.type}, severity ${threat.severity}`)}${threat.sample ? ', a sample' : ''}, ${threatDone[threat.response]} at ${day(threat.at)}`,
  ],
  ['', `${threat.title} (${threat.id}, event ${threat.evidence})`],
];

export function endText(release: ReleaseDetails, colors: Colors): string {
  const { outcome } = release;
  if (outcome === null) return `${colors.red(`${release.releaseId} ended without an outcome (${release.status}): a person is needed`)}\n`;
  const kept = `infrastructure ${outcome.infrastructure}, model ${outcome.model}`;
  return `${release.releaseId} ${outcomeText(outcome.kind, release.status, colors)}: ${outcome.reason} (${kept})\n`;
}
