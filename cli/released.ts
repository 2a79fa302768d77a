/** `plimsoll rescan` and `plimsoll drift`: what has become of what was released, as of the last look. */
import { answerOf } from './client/api.ts';
import { type Drift, type DriftList, type LaterFinding, type Rescan, showDrift, showRescan } from './client/generated/index.ts';
import { connect, type Session, show } from './commands.ts';
import { exitCodes } from './errors.ts';
import { day, listText, table } from './format.ts';
import { isStale, type Looking, staleText } from './stale.ts';
import type { Terminal } from './terminal.ts';

type Options = { readonly json?: boolean };

/** Not to know is no better than to have some: exit code 0 says that everything was looked at lately and nothing was found. */
export async function rescan(session: Session, environment: string, options: Options): Promise<number> {
  const { settings, api: client } = connect(session);
  const answer = await answerOf(settings.apiUrl, showRescan({ client, path: { environment } }));
  show(session, options, answer, (found) => rescanText(found, session.terminal.colors));
  return exitCodeOf('rescan', answer, answer.findings);
}

export async function drift(session: Session, environment: string, options: Options): Promise<number> {
  const { settings, api: client } = connect(session);
  const answer = await answerOf(settings.apiUrl, showDrift({ client, path: { environment } }));
  show(session, options, answer, (found) => driftText(found, session.terminal.colors));
  return exitCodeOf('drift', answer, answer.drifts);
}

type Look = Pick<Rescan, 'environment' | 'at' | 'looked' | 'more' | 'unknown' | 'moreUnknown'>;

export function exitCodeOf(
  looking: Looking,
  { at, more, unknown, moreUnknown }: Look,
  found: readonly unknown[],
  now = Date.now(),
): number {
  if (at === null || isStale(looking, at, now)) return exitCodes.refused;
  return found.length + more + unknown.length + moreUnknown === 0 ? exitCodes.released : exitCodes.refused;
}

export function rescanText(answer: Rescan, colors: Terminal['colors'], now = Date.now()): string {
  const { environment, at, looked, findings, more } = answer;
  if (at === null) return `nobody has looked at ${environment} yet; a worker does each night\n`;
  const head =
    findings.length + more === 0
      ? `no finding that its release did not have: ${looked} looked at in ${environment}, ${day(at)} UTC\n`
      : `findings that the release did not have, ${day(at)} UTC:\n${listText(findingTable(findings, colors), findings, more)}`;
  return head + unknownText(answer, colors) + staleText('rescan', at, colors, now);
}

const findingTable = (found: readonly LaterFinding[], colors: Terminal['colors']): string =>
  table(
    ['SEVERITY', 'RULE', 'WHERE', 'RELEASE', 'WHAT'],
    found.map(({ severity, rule, address, release, message }) => [colors.red(severity ?? 'denied'), rule, address, release, message]),
    colors,
  );

export function driftText(answer: DriftList, colors: Terminal['colors'], now = Date.now()): string {
  const { environment, at, looked, drifts, more } = answer;
  if (at === null) return `nobody has looked at ${environment} yet; a worker does each hour\n`;
  const head =
    drifts.length + more === 0
      ? `nothing known to have drifted: ${looked} looked at in ${environment}, ${day(at)} UTC\n`
      : `not as it was released, ${day(at)} UTC:\n${listText(driftTable(drifts, colors), drifts, more)}`;
  return head + unknownText(answer, colors) + staleText('drift', at, colors, now);
}

/** What a release of the same would do. */
const driftTable = (found: readonly Drift[], colors: Terminal['colors']): string =>
  table(
    ['STACK', 'WOULD', 'WHAT', 'RELEASE'],
    found.map(({ place, action, address, release }) => [place, colors.red(action), address, release]),
    colors,
  );

/** What nobody could look at. */
function unknownText({ unknown, moreUnknown }: Look, colors: Terminal['colors']): string {
  const lines = [
    ...unknown.map(({ place, because }) => colors.red(`${place} could not be looked at: ${because}`)),
    ...(moreUnknown === 0 ? [] : [colors.red(`and ${moreUnknown} more could not be looked at`)]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
