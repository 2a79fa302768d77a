/**
 * One comment for each service and environment on a pull request, rewritten and never repeated. It is found by a
 * hidden mark; what other users write, with or without that mark, is left alone. Of runs side by side the newest has
 * the last word, and the oldest comment stays.
 */
import { asked, type GitHub } from './github.ts';

/** A run of a workflow; of two the later one has the greater number, or the greater attempt of the same. */
export interface Run {
  readonly id: number;
  readonly attempt: number;
}

export interface Remark {
  /** Tells the comments of one pull request apart: `fraud-scorer/production`. */
  readonly subject: string;
  readonly run: Run;
  readonly text: string;
}

interface Found {
  readonly id: number;
  readonly url: string;
  readonly run: Run;
}

const permission = 'pull-requests: write';
const markOf = ({ subject, run }: Remark): string => `<!-- plimsoll plan ${subject} run ${run.id}.${run.attempt} -->`;
const markPattern = /^<!-- plimsoll plan (\S+) run (\d+)\.(\d+) -->/;

/** Where the comment is. */
export async function comment(github: GitHub, pull: number, author: string, remark: Remark): Promise<string> {
  const body = `${markOf(remark)}\n${remark.text}`;
  const ours = () => find(github, pull, author, remark.subject);
  const [first] = await ours();
  if (first === undefined) await create(github, pull, body);
  else if (!isNewer(first.run, remark.run)) await update(github, first.id, body);
  return settle(github, await ours(), remark.run, body);
}

/** Another run may have begun its comment at the same time, or an answer of GitHub's was lost and the question asked again. */
async function settle(github: GitHub, [kept, ...more]: readonly Found[], run: Run, body: string): Promise<string> {
  if (kept === undefined) return '';
  if (isNewer(run, kept.run)) await update(github, kept.id, body);
  for (const { id } of more) await remove(github, id);
  return kept.url;
}

const isNewer = (a: Run, b: Run): boolean => a.id > b.id || (a.id === b.id && a.attempt > b.attempt);

/** Oldest first, as GitHub lists them. */
async function find({ octokit, owner, repo }: GitHub, pull: number, author: string, subject: string): Promise<readonly Found[]> {
  const list = octokit.paginate(octokit.rest.issues.listComments, { owner, repo, issue_number: pull, per_page: 100 });
  const comments = await asked('list the comments of the pull request', permission, list);
  return comments.flatMap(({ id, html_url: url, body, user }) => {
    const [, of, run, attempt] = markPattern.exec(body ?? '') ?? [];
    return of === subject && user?.login === author ? [{ id, url, run: { id: Number(run), attempt: Number(attempt) } }] : [];
  });
}

const create = ({ octokit, owner, repo }: GitHub, pull: number, body: string) =>
  asked('write a comment', permission, octokit.rest.issues.createComment({ owner, repo, issue_number: pull, body }));

const update = ({ octokit, owner, repo }: GitHub, id: number, body: string) =>
  asked('rewrite the comment', permission, octokit.rest.issues.updateComment({ owner, repo, comment_id: id, body }));

/** One that is gone already is what was wanted. */
const remove = ({ octokit, owner, repo }: GitHub, id: number) =>
  asked(
    'remove a repeated comment',
    permission,
    octokit.rest.issues.deleteComment({ owner, repo, comment_id: id }).catch((error: { readonly status?: number }) => {
      if (error.status !== 404) throw error;
    }),
  );
