/** `plimsoll strays`: what runs that no release explains. */
import { answerOf } from './client/api.ts';
import { listStrays, type Stray, type StrayList } from './client/generated/index.ts';
import { connect, type Session, show } from './commands.ts';
import { exitCodes } from './errors.ts';
import { table } from './format.ts';
import type { Terminal } from './terminal.ts';

/** Not to know is no better than to have some: exit code 0 says that everything is explained. */
export async function strays(session: Session, environment: string, options: { readonly json?: boolean }): Promise<number> {
  const { settings, api: client } = connect(session);
  const list = await answerOf(settings.apiUrl, listStrays({ client, path: { environment } }));
  show(session, options, list, (found) => straysText(found, session.terminal.colors));
  const isClean = list.at !== null && list.unknown === null && list.strays.length === 0;
  return isClean ? exitCodes.released : exitCodes.refused;
}

export function straysText({ environment, at, strays: found, more, unknown }: StrayList, colors: Terminal['colors']): string {
  if (at === null) return `nobody has looked at ${environment} yet; a worker does each hour\n`;
  const seen = `${at.slice(0, 16).replace('T', ' ')} UTC`;
  if (unknown !== null) return colors.red(`${environment} could not be looked at on ${seen}: ${unknown}\n`);
  if (found.length === 0) return `releases explain everything that ran in ${environment} at ${seen}\n`;
  const rest = more === 0 ? '' : `and ${more} more\n`;
  return `no release explains, at ${seen}:\n${strayTable(found, colors)}${rest}`;
}

const strayTable = (found: readonly Stray[], colors: Terminal['colors']): string =>
  table(
    ['SINCE', 'WORKLOAD', 'PODS', 'WHAT', 'WHY'],
    found.map(({ since, workload, pods, kind, because }) => [
      since.slice(0, 16).replace('T', ' '),
      workload,
      String(pods),
      colors.red(kind),
      because,
    ]),
    colors,
  );
