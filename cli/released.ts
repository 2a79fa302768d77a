/** `plimsoll rescan` and `plimsoll drift`: what has become of what was released, as of the last look. */
import { answerOf } from './client/api.ts';
import { type Drift, type DriftList, type LaterFinding, type Rescan, showDrift, showRescan } from './client/generated/index.ts';
import { connect, type Session, show } from './commands.ts';
import { exitCodes } from './errors.ts';
import { table } from './format.ts';
import type { Terminal } from './terminal.ts';

type Options = { readonly json?: boolean };

/** Not to know is no better than to have some: exit code 0 says that everything was looked at and nothing was found. */
export async function rescan(session: Session, environment: string, options: Options): Promise<number> {
  const { settings, api: client } = connect(session);
  const answer = await answerOf(settings.apiUrl, showRescan({ client, path: { environment } }));
  show(session, options, answer, (found) => rescanText(found, session.terminal.colors));
  return exitCodeOf(answer, answer.findings);
}

export async function drift(session: Session, environment: string, options: Options): Promise<number> {
  const { settings, api: client } = connect(session);
  const answer = await answerOf(settings.apiUrl, showDrift({ client, path: { environment } }));
  show(session, options, answer, (found) => driftText(found, session.terminal.colors));
  return exitCodeOf(answer, answer.drifts);
}

type Look = Pick<Rescan, 'environment' | 'at' | 'looked' | 'more' | 'unknown' | 'moreUnknown'>;

const exitCodeOf = ({ at, more, unknown, moreUnknown }: Look, found: readonly unknown[]): number =>
  at !== null && found.length + more + unknown.length + moreUnknown === 0 ? exitCodes.released : exitCodes.refused;

export function rescanText(answer: Rescan, colors: Terminal['colors']): string {
  const { environment, at, looked, findings } = answer;
  if (at === null) return `nobody has looked at ${environment} yet; a worker does each night\n`;
  const head =
    findings.length === 0
      ? `no finding that its release did not have: ${looked} looked at in ${environment}, ${minuteOf(at)} UTC\n`
      : `findings that the release did not have, ${minuteOf(at)} UTC:\n${findingTable(findings, colors)}`;
  return head + restText(answer, colors);
}

const findingTable = (found: readonly LaterFinding[], colors: Terminal['colors']): string =>
  table(
    ['SEVERITY', 'RULE', 'WHERE', 'RELEASE', 'WHAT'],
    found.map(({ severity, rule, address, release, message }) => [colors.red(severity ?? 'denied'), rule, address, release, message]),
    colors,
  );

export function driftText(answer: DriftList, colors: Terminal['colors']): string {
  const { environment, at, looked, drifts } = answer;
  if (at === null) return `nobody has looked at ${environment} yet; a worker does each hour\n`;
  const head =
    drifts.length === 0
      ? `nothing known to have drifted: ${looked} looked at in ${environment}, ${minuteOf(at)} UTC\n`
      : `not as it was released, ${minuteOf(at)} UTC:\n${driftTable(drifts, colors)}`;
  return head + restText(answer, colors);
}

/** What a release of the same would do. */
const driftTable = (found: readonly Drift[], colors: Terminal['colors']): string =>
  table(
    ['STACK', 'WOULD', 'WHAT', 'RELEASE'],
    found.map(({ place, action, address, release }) => [place, colors.red(action), address, release]),
    colors,
  );

/** What is not listed, and what nobody could look at. */
function restText({ more, unknown, moreUnknown }: Look, colors: Terminal['colors']): string {
  const lines = [
    ...(more === 0 ? [] : [`and ${more} more`]),
    ...unknown.map(({ place, because }) => colors.red(`${place} could not be looked at: ${because}`)),
    ...(moreUnknown === 0 ? [] : [colors.red(`and ${moreUnknown} more could not be looked at`)]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const minuteOf = (at: string): string => at.slice(0, 16).replace('T', ' ');
