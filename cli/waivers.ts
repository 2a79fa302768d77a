/** `plimsoll waivers`: what passes for a while, the first to end first. */

import { answerOf } from './client/api.ts';
import { listWaivers, type Waiver } from './client/generated/index.ts';
import { connect, type Session, show } from './commands.ts';
import { exitCodes } from './errors.ts';
import { table } from './format.ts';
import type { Terminal } from './terminal.ts';

export async function waivers(session: Session, options: { readonly json?: boolean }): Promise<number> {
  const { settings, api: client } = connect(session);
  const list = await answerOf(settings.apiUrl, listWaivers({ client }));
  show(session, options, list, (found) => waiverTable(found.waivers, session.terminal.colors));
  return exitCodes.released;
}

/** A week is what a correction and its review take. */
const soonDays = 7;

export function waiverTable(waivers: readonly Waiver[], colors: Terminal['colors']): string {
  if (waivers.length === 0) return 'no waivers\n';
  const left = ({ state, daysLeft }: Waiver): string => {
    if (state === 'ended') return colors.red('ended');
    const days = String(daysLeft);
    return daysLeft <= soonDays ? colors.yellow(days) : days;
  };
  return table(
    ['DAYS LEFT', 'UNTIL', 'WAIVER', 'WAIVES', 'WHERE', 'OWNER', 'WHY'],
    waivers.map((waiver) => [
      left(waiver),
      waiver.until.slice(0, 10),
      waiver.state === 'not begun' ? `${waiver.name} (from ${waiver.from.slice(0, 10)})` : waiver.name,
      waiver.waives.kind === 'rule' ? `${waiver.waives.rule} ${waiver.waives.address}` : waiver.waives.fingerprint,
      [waiver.environment ?? 'everywhere', ...(waiver.service === null ? [] : [waiver.service])].join(', '),
      waiver.owner,
      waiver.reason,
    ]),
    colors,
  );
}
