/**
 * A plan as Markdown. Names, addresses and messages come from the code of the pull request, so each stands as code:
 * there it is no link, no mention, no HTML and no table of its own.
 */
import type { Finding, MergedFinding, PreviewDetails, ReleaseDetails } from '../../cli/client/generated/index.ts';
import { changeText, detailsText, endText, scanText } from '../../cli/format.ts';
import { planText } from '../../cli/preview.ts';
import { plain } from './plain.ts';

/** GitHub takes 65,536 characters in a comment and 65,535 in a check; the mark and some room are kept free. */
const charactersMax = 60_000;
/** More nobody reads in a comment; the job's log has the addresses, code scanning the findings. */
const rowsMax = 50;
const cellCharactersMax = 300;

export interface Planned {
  readonly preview: PreviewDetails;
  /** `undefined`: the policies were not asked. */
  readonly findings: readonly (MergedFinding | Finding)[] | undefined;
  readonly jobUrl: string;
}

/** The first line of `plimsoll plan`. */
export const headline = (preview: PreviewDetails): string => planText(preview, plain).split('\n')[0] ?? '';

export function planMarkdown(planned: Planned): string {
  const { preview, findings } = planned;
  const { service, environment } = preview;
  const sections = [
    `### Plimsoll: ${code(service)} in ${code(environment)}`,
    `**${code(headline(preview))}**`,
    waits(preview),
    denials(preview),
    change(preview),
    findings === undefined ? '' : findingsTable(findings),
    scans(preview),
    footer(planned),
  ];
  return cut(sections.filter((section) => section !== '').join('\n\n'));
}

/** Instead of a plan, so that an older one is not taken for this commit's. */
export const failureMarkdown = (subject: string, commit: string, message: string, jobUrl: string): string =>
  cut(`### Plimsoll: ${code(subject)}\n\n**Not planned**: ${code(message)}\n\nCommit ${code(commit)}, [job](${jobUrl})`);

/** Where a release stands, for the run's page: what `plimsoll show` says. */
export function releaseMarkdown(release: ReleaseDetails): string {
  const { service, environment, outcome, phase, status } = release;
  const now = outcome === null && status === 'running' ? phase : endText(release, plain).trim();
  const page = release.links.page === null ? '' : `\n\n[Its page](${release.links.page})`;
  return cut(`### Plimsoll: ${code(service)} in ${code(environment)}\n\n**${code(now)}**${page}\n\n${block(detailsText(release, plain))}`);
}

function waits(preview: PreviewDetails): string {
  const [, ...lines] = planText(preview, plain).trim().split('\n');
  return lines.map((line) => `- ${code(line)}`).join('\n');
}

function denials({ gate }: PreviewDetails): string {
  if (gate === null) return '';
  const because = gate.because.length === 0 ? '' : ` (${gate.because.map(code).join(', ')})`;
  const violations = gate.violations.slice(0, rowsMax).map((one) => `- ${code(one.code)} ${code(one.message)}: ${code(one.solution)}`);
  return [`**Policies**: ${gate.kind}${because}`, ...violations, ...more(gate.violations.length)].join('\n');
}

function change({ change }: PreviewDetails): string {
  if (change === null) return '';
  const rows = change.addresses.slice(0, rowsMax).map((address, index) => `| ${change.actions?.[index] ?? ''} | ${cell(address)} |`);
  const table = rows.length === 0 ? [] : ['', '| | address |', '|---|---|', ...rows, ...more(change.addresses.length)];
  return [`**Infrastructure**: ${changeText(change)}`, ...table].join('\n');
}

function findingsTable(findings: readonly (MergedFinding | Finding)[]): string {
  if (findings.length === 0) return '**Findings**: none';
  const fresh = findings.filter((finding) => 'isNew' in finding && finding.isNew === true).length;
  const rows = findings.slice(0, rowsMax).map((finding) => {
    const { severity, rule, file, line, address, message } = finding;
    const place = file === undefined ? address : `${file}${line === undefined ? '' : `:${line}`}`;
    const mark = 'waiver' in finding && finding.waiver !== null ? 'waived' : 'isNew' in finding && finding.isNew === true ? 'new' : '';
    return `| ${severity} | ${mark} | ${cell(rule)} | ${cell(place)} | ${cell(message)} |`;
  });
  const head = `**Findings**: ${findings.length}${fresh === 0 ? '' : `, ${fresh} new since the last release`}`;
  return [head, '', '| | | rule | where | what |', '|---|---|---|---|---|', ...rows, ...more(findings.length)].join('\n');
}

const scans = ({ scans }: PreviewDetails): string =>
  scans.length === 0 ? '' : ['**Scans**', ...scans.map((scan) => `- ${code(scanText(scan, plain))}`)].join('\n');

const footer = ({ preview, jobUrl }: Planned): string =>
  `Commit ${code(preview.commit)}, nobody was asked and nothing was changed. [Job](${jobUrl}), preview ${code(preview.releaseId)}`;

const more = (count: number): readonly string[] => (count > rowsMax ? ['', `and ${count - rowsMax} more`] : []);

/** In a table a pipe ends the cell, also inside of code. */
const cell = (text: string): string => code(text).replaceAll('|', String.raw`\|`);

/** One line of code, whatever is in it: its fence is longer than any run of backticks inside. */
export function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim().slice(0, cellCharactersMax);
  if (line === '') return '';
  const fence = '`'.repeat(longestRun(line) + 1);
  const space = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${space}${line}${space}${fence}`;
}

/** Lines of code, whatever is in them. */
function block(text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}text\n${text.trimEnd()}\n${fence}`;
}

const longestRun = (text: string): number => Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));

function cut(text: string): string {
  if (text.length <= charactersMax) return text;
  const whole = text.slice(0, charactersMax);
  return `${whole.slice(0, whole.lastIndexOf('\n'))}\n\nThe rest is in the job’s log.`;
}
