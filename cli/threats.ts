/** `plimsoll threats`: what GuardDuty has found, the newest first, and which releases it is about. */
import { answerOf } from './client/api.ts';
import { type ListedThreat, type ListThreatsData, listThreats } from './client/generated/index.ts';
import { connect, type Session, show } from './commands.ts';
import { exitCodes } from './errors.ts';
import { day, pageText, table } from './format.ts';
import type { Terminal } from './terminal.ts';

export interface ThreatOptions extends Omit<NonNullable<ListThreatsData['query']>, 'state'> {
  readonly json?: boolean;
  readonly incidents?: boolean;
}

export async function threats(session: Session, { json, incidents, ...filter }: ThreatOptions): Promise<number> {
  const { settings, api: client } = connect(session);
  const query = { ...filter, ...(incidents === true && { state: 'incident' as const }) };
  const page = await answerOf(settings.apiUrl, listThreats({ client, query }));
  show(session, { json: json === true }, page, ({ threats: found, nextPageToken }) =>
    pageText(threatTable(found, session.terminal.colors), found, nextPageToken),
  );
  return exitCodes.released;
}

/** From here on a finding stops what it is about, as GuardDuty has it. */
const highSeverity = 7;

export function threatTable(found: readonly ListedThreat[], colors: Terminal['colors']): string {
  if (found.length === 0) return 'no findings of GuardDuty\n';
  return table(
    ['SEVERITY', 'LAST SEEN', 'TYPE', 'RELEASES', 'GUARDDUTY'],
    found.map(({ severity, lastSeenAt, type, sample, releases, moreReleases, id }) => [
      severity >= highSeverity ? colors.red(String(severity)) : String(severity),
      day(lastSeenAt),
      sample ? `${type} (a sample)` : type,
      [...releases.map(({ releaseId, state }) => `${releaseId} ${state}`), ...(moreReleases > 0 ? [`${moreReleases} more`] : [])].join(
        ', ',
      ) || 'none',
      id,
    ]),
    colors,
  );
}
