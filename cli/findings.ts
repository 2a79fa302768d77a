/** `plimsoll findings`: what the scanners found in a release, the worst first; or SARIF, for code scanning. */
import { answerOf } from './client/api.ts';
import { type FindingList, listFindings } from './client/generated/index.ts';
import { connect, type Session, show } from './commands.ts';
import { exitCodes } from './errors.ts';
import { findingText } from './format.ts';
import type { Terminal } from './terminal.ts';

interface Options {
  readonly json?: boolean;
  readonly sarif?: boolean;
  readonly new?: boolean;
}

export async function findings(session: Session, id: string, options: Options): Promise<number> {
  const { settings, api: client, terminal } = connect(session);
  const headers = { accept: options.sarif === true ? 'application/sarif+json' : 'application/json' };
  const answer = await answerOf(settings.apiUrl, listFindings({ client, path: { id }, headers, parseAs: 'json' }));
  if (options.sarif === true) {
    terminal.out(`${JSON.stringify(answer, null, 2)}\n`);
    return exitCodes.released;
  }
  const chosen = options.new === true ? { ...answer, findings: answer.findings.filter(({ isNew }) => isNew !== false) } : answer;
  show(session, options, chosen, (one) => findingsText(one, terminal.colors));
  return exitCodes.released;
}

export function findingsText({ findings, comparedWith }: FindingList, colors: Terminal['colors']): string {
  if (findings.length === 0) return 'no findings\n';
  const lines = findings.flatMap((finding) => {
    const { isNew, alsoAs, waiver } = finding;
    const mark = isNew === true ? colors.yellow('new ') : '';
    return [
      `${mark}${findingText(finding)}`,
      ...alsoAs.map(({ tool, rule }) => colors.dim(`  also ${tool} ${rule}`)),
      ...(waiver === null
        ? []
        : [colors.dim(`  waived by ${waiver.name} of ${waiver.owner} until ${waiver.until.slice(0, 10)}: ${waiver.reason}`)]),
    ];
  });
  const compared = comparedWith === null ? 'there was nothing to compare with' : `compared with ${comparedWith}`;
  return `${lines.join('\n')}\n${colors.dim(compared)}\n`;
}
