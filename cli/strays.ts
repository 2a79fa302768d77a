/** `plimsoll strays`: what runs, and what was written to AWS, that no release explains. */
import { answerOf } from './client/api.ts';
import { listStrays, type Stray, type StrayList, type StrayWrite } from './client/generated/index.ts';
import { connect, type Session, show } from './commands.ts';
import { exitCodes } from './errors.ts';
import { table } from './format.ts';
import type { Terminal } from './terminal.ts';

/** Not to know is no better than to have some: exit code 0 says that everything is explained. */
export async function strays(session: Session, environment: string, options: { readonly json?: boolean }): Promise<number> {
  const { settings, api: client } = connect(session);
  const list = await answerOf(settings.apiUrl, listStrays({ client, path: { environment } }));
  show(session, options, list, (found) => straysText(found, session.terminal.colors));
  return isClean(list) ? exitCodes.released : exitCodes.refused;
}

const isClean = ({ at, unknown, strays: found, aws }: StrayList): boolean =>
  at !== null && unknown === null && found.length === 0 && aws !== null && aws.unknown === null && aws.writes.length === 0;

export function straysText(list: StrayList, colors: Terminal['colors']): string {
  const { environment, at } = list;
  if (at === null) return `nobody has looked at ${environment} yet; a worker does each hour\n`;
  const seen = `${minuteOf(at)} UTC`;
  return `${runningText(list, seen, colors)}${writtenText(list, seen, colors)}`;
}

function runningText({ environment, strays: found, more, unknown }: StrayList, seen: string, colors: Terminal['colors']): string {
  if (unknown !== null) return colors.red(`${environment} could not be looked at on ${seen}: ${unknown}\n`);
  if (found.length === 0) return `releases explain everything that ran in ${environment} at ${seen}\n`;
  return `no release explains, at ${seen}:\n${strayTable(found, colors)}${moreText(more)}`;
}

/** What was found is shown also where not all of the trail could be read. */
function writtenText({ environment, aws }: StrayList, seen: string, colors: Terminal['colors']): string {
  if (aws === null) return colors.red(`nobody has looked at what is written to the account of ${environment}\n`);
  const { account, writes, more, unknown } = aws;
  const gap = unknown === null ? '' : colors.red(`what was written to ${account} is not known as a whole, at ${seen}: ${unknown}\n`);
  if (writes.length > 0) return `no release explains what was written to ${account}:\n${writeTable(writes, colors)}${moreText(more)}${gap}`;
  return gap === '' ? `releases explain all that the trail has of ${account} at ${seen}\n` : gap;
}

const moreText = (more: number): string => (more === 0 ? '' : `and ${more} more\n`);
const minuteOf = (instant: string): string => instant.slice(0, 16).replace('T', ' ');

const strayTable = (found: readonly Stray[], colors: Terminal['colors']): string =>
  table(
    ['SINCE', 'WORKLOAD', 'PODS', 'WHAT', 'WHY'],
    found.map(({ since, workload, pods, kind, because }) => [minuteOf(since), workload, String(pods), colors.red(kind), because]),
    colors,
  );

const writeTable = (writes: readonly StrayWrite[], colors: Terminal['colors']): string =>
  table(
    ['LAST', 'TIMES', 'WHAT', 'ABOUT', 'WHO', 'WHY'],
    writes.map(({ last, times, source, name, resources, principal, person, because }) => [
      minuteOf(last),
      String(times),
      colors.red(`${source.replace(/\.amazonaws\.com$/, '')} ${name}`),
      resources.join(', '),
      person === null ? principal : `${principal} for ${person}`,
      because,
    ]),
    colors,
  );
