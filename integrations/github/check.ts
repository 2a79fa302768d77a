/**
 * The check run of a plan: what a branch rule can require. It begins before the plan, and ends whatever comes of it;
 * in a job that is cancelled it stays open, and a branch rule waits.
 */
import type { Finding, MergedFinding } from '../../cli/client/generated/index.ts';
import { asked, type GitHub } from './github.ts';

export interface Check {
  readonly title: string;
  readonly summary: string;
  readonly succeeded: boolean;
  readonly findings: readonly (MergedFinding | Finding)[];
}

const permission = 'checks: write';
/** GitHub takes no more in one request; further ones add to them. */
const annotationsPerRequest = 50;

export async function beginCheck({ octokit, owner, repo }: GitHub, name: string, commit: string, url: string): Promise<number> {
  const call = octokit.rest.checks.create({ owner, repo, name, head_sha: commit, status: 'in_progress', details_url: url });
  return (await asked('begin a check run', permission, call)).data.id;
}

export async function endCheck({ octokit, owner, repo }: GitHub, id: number, check: Check): Promise<void> {
  const { title, summary, succeeded, findings } = check;
  const annotations = findings.flatMap(annotationOf);
  const pages = Array.from({ length: Math.max(1, Math.ceil(annotations.length / annotationsPerRequest)) }, (_, page) =>
    annotations.slice(page * annotationsPerRequest, (page + 1) * annotationsPerRequest),
  );
  for (const [page, some] of pages.entries()) {
    // The conclusion comes with the last page: until then a branch rule waits.
    const isLast = page === pages.length - 1;
    const call = octokit.rest.checks.update({
      owner,
      repo,
      check_run_id: id,
      ...(isLast && { status: 'completed', conclusion: succeeded ? 'success' : 'failure' }),
      output: { title, summary, annotations: some },
    });
    await asked('end the check run', permission, call);
  }
}

const levels = { critical: 'failure', high: 'failure', medium: 'warning', low: 'notice', info: 'notice' } as const;
const titleCharactersMax = 255;
const messageCharactersMax = 4_000;

/** What no line of a file is to blame for stands in the summary alone. */
function annotationOf({ file, line, severity, rule, address, message, ...finding }: MergedFinding | Finding) {
  if (file === undefined || line === undefined || line < 1) return [];
  const waiver = 'waiver' in finding ? finding.waiver : null;
  const text = `${message} (${address})${waiver === null ? '' : `\nwaived by ${waiver.name} of ${waiver.owner} until ${waiver.until.slice(0, 10)}`}`;
  return [
    {
      path: file.replace(/^\.?\/+/, ''),
      start_line: line,
      end_line: line,
      annotation_level: waiver === null ? levels[severity] : ('notice' as const),
      title: `${severity} ${rule}`.slice(0, titleCharactersMax),
      message: text.slice(0, messageCharactersMax),
    },
  ];
}
