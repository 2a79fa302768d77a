/** `plimsoll doctor`: whether the installation is right, asked of the API, which asks those who have the rights to look. */
import { answerOf } from './client/api.ts';
import { examineInstallation, type InstallationReport } from './client/generated/index.ts';
import { type Common, connect, type Session, show } from './commands.ts';
import { exitCodes } from './errors.ts';
import type { Terminal } from './terminal.ts';

export async function doctor(session: Session, options: Common): Promise<number> {
  const { settings, api: client, terminal } = connect(session);
  const report = await answerOf(settings.apiUrl, examineInstallation({ client }));
  show(session, options, report, (found) => reportText(found, terminal.colors));
  return report.healthy ? exitCodes.released : exitCodes.refused;
}

/** What is wrong comes last, where somebody looks first. */
export function reportText({ checks }: InstallationReport, colors: Terminal['colors']): string {
  const line = ({ check, about, ok, found, remedy }: InstallationReport['checks'][number]) =>
    `${ok ? colors.green('ok   ') : colors.red('wrong')} ${check.padEnd(17)} ${about}: ${found}\n${remedy === null ? '' : `      ${remedy}\n`}`;
  const wrong = checks.filter(({ ok }) => !ok);
  const right = checks.filter(({ ok }) => ok);
  const end =
    wrong.length === 0
      ? `\nnothing is wrong, ${checks.length} looks\n`
      : `\n${wrong.length} of ${checks.length} looks found something wrong\n`;
  return [...right, ...wrong].map(line).join('') + end;
}
