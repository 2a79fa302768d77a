/**
 * `command: plan`: what merging a pull request would release, as one comment, a check run and SARIF. The commit is the
 * branch's own, since GitHub's merge of it is on no branch. It fails where a release would be refused, where a step
 * broke, and where nobody could say: never passes for want of an answer.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerOf, type Client, createApi } from '../../cli/client/api.ts';
import {
  type Finding,
  listPreviewFindings,
  type MergedFinding,
  type PreviewDetails,
  type PreviewRequest,
  type SarifLog,
} from '../../cli/client/generated/index.ts';
import { CliError, exitCodes } from '../../cli/errors.ts';
import { patiently } from '../../cli/patience.ts';
import { followPreview, planText } from '../../cli/preview.ts';
import { beginCheck, endCheck } from './check.ts';
import { comment } from './comment.ts';
import { type PullRequest, pullRequestOf } from './event.ts';
import { connectGitHub, type GitHub } from './github.ts';
import { type Connection, connectionOf, needed, previewRequestOf, variable } from './inputs.ts';
import type { Job, Pace } from './job.ts';
import { failureMarkdown, headline, planMarkdown } from './markdown.ts';
import { plain } from './plain.ts';
import { tokenSource } from './token.ts';

interface Planning {
  readonly job: Job;
  readonly connection: Connection;
  readonly github: GitHub;
  readonly pull: PullRequest;
  readonly request: PreviewRequest;
  readonly subject: string;
}

export async function plan(job: Job, pace: Pace = {}): Promise<number> {
  const connection = connectionOf(job);
  // Before anything that has credentials.
  const pull = pullRequestOf(job);
  const request = previewRequestOf(job, pull.headCommit, pull.headBranch);
  const subject = `${request.service}/${request.environment}`;
  const planning = { job, connection, github: connectGitHub(job, pace.secondMs), pull, request, subject };
  const check = await beginCheck(planning.github, `Plimsoll plan ${subject}`, pull.headCommit, jobUrlOf(job));
  const report = await reportOf(planning, pace);
  job.output('verdict', report.verdict);
  job.output('approval', report.approval);
  job.output('sarif-file', report.sarif === undefined ? '' : save(job, report.sarif));
  await job.summary(report.markdown);
  await tell(planning, check, report);
  if (!report.succeeded) job.error(report.title);
  return report.exitCode;
}

interface Report {
  readonly verdict: 'would be released' | 'would be blocked' | 'failed';
  readonly approval: string;
  readonly title: string;
  readonly markdown: string;
  readonly findings: readonly (MergedFinding | Finding)[];
  readonly sarif?: SarifLog | undefined;
  readonly succeeded: boolean;
  readonly exitCode: number;
}

/** No answer is a report as well: the check has to end, and the comment must not show an older commit as if it were this one. */
async function reportOf(planning: Planning, pace: Pace): Promise<Report> {
  const { job, connection, pull, request, subject } = planning;
  try {
    const api = patientApi(job, connection, pace);
    const preview = await previewOf(api, request, pace);
    job.out(planText(preview, plain));
    return await reported(api, planning, preview);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const { message, exitCode } = error;
    job.out(`${message}\n`);
    const markdown = failureMarkdown(subject, pull.headCommit, message, jobUrlOf(job));
    return { verdict: 'failed', approval: '', title: message, markdown, findings: [], succeeded: false, exitCode };
  }
}

/** Nothing that a plan asks changes anything: an API that is away for a moment is asked again, whatever the question. */
interface PatientApi {
  readonly client: Client;
  readonly apiUrl: string;
  readonly note: (text: string) => void;
  readonly ask: <Answer>(call: () => Promise<Answer>) => Promise<Answer>;
}

function patientApi(job: Job, { apiUrl, audience, patienceMs }: Connection, { secondMs: retryMs }: Pace): PatientApi {
  const note = (text: string) => job.out(`${text}\n`);
  const patience = { apiUrl, patienceMs, note, ...(retryMs !== undefined && { retryMs }) };
  return {
    client: createApi({ apiUrl, token: tokenSource(job, audience) }),
    apiUrl,
    note,
    ask: (call) => patiently(call, patience),
  };
}

function previewOf({ client, apiUrl, note, ask }: PatientApi, request: PreviewRequest, { lookEveryMs }: Pace): Promise<PreviewDetails> {
  return followPreview(client, apiUrl, request, {
    ...(lookEveryMs !== undefined && { everyMs: lookEveryMs }),
    colors: plain,
    say: note,
    ask,
  });
}

async function reported(api: PatientApi, planning: Planning, preview: PreviewDetails): Promise<Report> {
  const { status, outcome, approval } = preview;
  const found = await findingsOf(api, preview.releaseId);
  const findings = found?.findings ?? worstOf(preview);
  const verdict = status !== 'completed' ? 'failed' : outcome === null ? 'would be released' : 'would be blocked';
  const succeeded = verdict === 'would be released';
  return {
    verdict,
    approval: approval ?? '',
    title: headline(preview),
    markdown: planMarkdown({ preview, findings, jobUrl: jobUrlOf(planning.job) }),
    findings,
    sarif: found?.sarif,
    succeeded,
    exitCode: succeeded ? exitCodes.released : exitCodes.refused,
  };
}

/** `undefined`: it ended before the policies were asked, and the scans' own summaries are all there is. */
async function findingsOf({ client, apiUrl, ask }: PatientApi, id: string) {
  const call = { client, path: { id } };
  try {
    const { findings } = await ask(() => answerOf(apiUrl, listPreviewFindings(call)));
    const headers = { accept: 'application/sarif+json' };
    const sarif = await ask(() => answerOf(apiUrl, listPreviewFindings({ ...call, headers, parseAs: 'json' })));
    return { findings, sarif: sarif as unknown as SarifLog };
  } catch (error) {
    if (error instanceof CliError && error.problem?.kind === 'release.noFindings') return undefined;
    throw error;
  }
}

const worstOf = ({ scans }: PreviewDetails): readonly Finding[] => [
  ...new Map(scans.flatMap(({ worst }) => worst).map((finding) => [finding.fingerprint, finding])).values(),
];

function save(job: Job, sarif: SarifLog): string {
  const file = join(variable(job, 'RUNNER_TEMP'), 'plimsoll.sarif');
  writeFileSync(file, JSON.stringify(sarif));
  return file;
}

/** Both are tried, whatever becomes of the other; a change that nobody was shown fails the job. */
async function tell({ job, github, pull, subject }: Planning, check: number, report: Report): Promise<void> {
  const { title, markdown: summary, succeeded, findings } = report;
  const run = { id: Number(variable(job, 'GITHUB_RUN_ID')), attempt: Number(variable(job, 'GITHUB_RUN_ATTEMPT')) };
  const author = needed(job, 'comment-author');
  const [written, ended] = await Promise.allSettled([
    comment(github, pull.number, author, { subject, run, text: summary }),
    endCheck(github, check, { title, summary, succeeded, findings }),
  ]);
  if (written.status === 'fulfilled') job.output('comment-url', written.value);
  const [first, ...others] = [written, ended].flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  for (const error of others) if (error instanceof CliError) job.error(error.message);
  if (first !== undefined) throw first;
}

const jobUrlOf = (job: Job): string =>
  `${variable(job, 'GITHUB_SERVER_URL')}/${variable(job, 'GITHUB_REPOSITORY')}/actions/runs/${variable(job, 'GITHUB_RUN_ID')}`;
