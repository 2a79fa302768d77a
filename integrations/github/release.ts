/**
 * `command: release`: asks for the release of what was merged, follows it to its end, and ends as it ended. A release's
 * id is made of what is released, and every attempt of a run asks for the same: one that is started again attaches.
 * While the API does not answer it waits. The release itself needs neither this job nor the API.
 */
import { answerOf, createApi } from '../../cli/client/api.ts';
import { type ReleaseDetails, type StartedRelease, startRelease } from '../../cli/client/generated/index.ts';
import { usage } from '../../cli/errors.ts';
import { endText, obstacleLines } from '../../cli/format.ts';
import { patiently } from '../../cli/patience.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { watchStarted } from '../../cli/watch.ts';
import { connectionOf, releaseRequestOf, variable } from './inputs.ts';
import type { Job, Pace } from './job.ts';
import { releaseMarkdown } from './markdown.ts';
import { plain } from './plain.ts';
import { tokenSource } from './token.ts';

export async function release(job: Job, { secondMs }: Pace = {}): Promise<number> {
  const { apiUrl, audience, patienceMs } = connectionOf(job);
  refusePullRequests(job);
  const body = releaseRequestOf(job);
  const retryMs = secondMs ?? 1_000;
  const api = createApi({ apiUrl, token: tokenSource(job, audience) });
  const start = () => answerOf(apiUrl, startRelease({ client: api, body }));
  const started = await patiently(start, { apiUrl, patienceMs, retryMs, note: (text) => job.out(`${text}\n`) });
  const { id } = started;
  job.output('release', id);
  job.out(startedText(started));
  job.onCancel(() => job.out(`${id} goes on without this job: \`plimsoll watch ${id}\` follows it, \`plimsoll abort\` ends it\n`));

  let seen: ReleaseDetails | undefined;
  const onLook = async (now: ReleaseDetails) => {
    seen = now;
    await job.summary(releaseMarkdown(now));
  };
  const exitCode = await watchStarted(started, { api, apiUrl, terminal: logOf(job), json: false, retryMs, patienceMs, onLook });
  job.output('outcome', seen?.outcome?.kind ?? started.outcome ?? '');
  job.output('url', seen?.links.page ?? '');
  if (exitCode !== 0) job.error(seen === undefined ? startedText(started).trim() : endText(seen, plain).trim());
  return exitCode;
}

/** Its commit is on no branch that is released, and its job may belong to anybody who may push one. */
function refusePullRequests(job: Job): void {
  const event = variable(job, 'GITHUB_EVENT_NAME');
  if (event.startsWith('pull_request'))
    throw usage(`release runs after the merge, and this job runs on ${event}: \`command: plan\` is for that`);
}

function startedText({ id, phase, outcome, obstacles }: StartedRelease): string {
  return `${id} ${outcome ?? phase}\n${obstacleLines(obstacles, plain)}`;
}

const logOf = (job: Job): Terminal => ({
  interactive: false,
  // As wide as GitHub shows a log without breaking lines.
  columns: 120,
  colors: plain,
  out: (text) => job.out(text),
  err: (text) => job.out(text),
  ask: async () => '',
});
