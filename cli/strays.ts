/** `plimsoll strays`: what runs, and what was written to AWS, that no release explains. */
import { answerOf } from './client/api.ts';
import { listStrays, type Stray, type StrayList, type StrayWrite } from './client/generated/index.ts';
import { connect, type Session, show } from './commands.ts';
import { exitCodes } from './errors.ts';
import { day, listText, table } from './format.ts';
import { isStale, staleText } from './stale.ts';
import type { Terminal } from './terminal.ts';

/** Not to know is no better than to have some: exit code 0 says that somebody has looked lately and everything is explained. */
export async function strays(session: Session, environment: string, options: { readonly json?: boolean }): Promise<number> {
  const { settings, api: client } = connect(session);
  const list = await answerOf(settings.apiUrl, listStrays({ client, path: { environment } }));
  show(session, options, list, (found) => straysText(found, session.terminal.colors));
  return exitCodeOf(list);
}

export function exitCodeOf({ at, unknown, strays: found, more, aws }: StrayList, now = Date.now()): number {
  if (at === null || isStale('strays', at, now) || unknown !== null || aws === null || aws.unknown !== null) return exitCodes.refused;
  // A message has room for so many: those of one environment may be only counted.
  return found.length + more + aws.writes.length + aws.more === 0 ? exitCodes.released : exitCodes.refused;
}

export function straysText(list: StrayList, colors: Terminal['colors'], now = Date.now()): string {
  const { environment, at } = list;
  if (at === null) return `nobody has looked at ${environment} yet; a worker does each hour\n`;
  const seen = `${day(at)} UTC`;
  return `${runningText(list, seen, colors)}${writtenText(list, seen, colors)}${staleText('strays', at, colors, now)}`;
}

function runningText({ environment, strays: found, more, unknown }: StrayList, seen: string, colors: Terminal['colors']): string {
  if (unknown !== null) return colors.red(`${environment} could not be looked at on ${seen}: ${unknown}\n`);
  if (found.length + more === 0) return `releases explain everything that ran in ${environment} at ${seen}\n`;
  return `no release explains, at ${seen}:\n${listText(strayTable(found, colors), found, more)}`;
}

/** What was found is shown also where not all of the trail could be read. */
function writtenText({ environment, aws }: StrayList, seen: string, colors: Terminal['colors']): string {
  if (aws === null) return colors.red(`nobody has looked at what is written to the account of ${environment}\n`);
  const { account, writes, more, unknown } = aws;
  const gap = unknown === null ? '' : colors.red(`what was written to ${account} is not known as a whole, at ${seen}: ${unknown}\n`);
  if (writes.length + more > 0)
    return `no release explains what was written to ${account}:\n${listText(writeTable(writes, colors), writes, more)}${gap}`;
  return gap === '' ? `releases explain all that the trail has of ${account} at ${seen}\n` : gap;
}

const strayTable = (found: readonly Stray[], colors: Terminal['colors']): string =>
  table(
    ['SINCE', 'WORKLOAD', 'PODS', 'WHAT', 'WHY'],
    found.map(({ since, workload, pods, kind, because }) => [day(since), workload, String(pods), colors.red(kind), because]),
    colors,
  );

const writeTable = (writes: readonly StrayWrite[], colors: Terminal['colors']): string =>
  table(
    ['LAST', 'TIMES', 'WHAT', 'ABOUT', 'WHO', 'WHY'],
    writes.map(({ last, times, source, name, resources, principal, person, because }) => [
      day(last),
      String(times),
      colors.red(`${source.replace(/\.amazonaws\.com$/, '')} ${name}`),
      resources.join(', '),
      person === null ? principal : `${principal} for ${person}`,
      because,
    ]),
    colors,
  );
