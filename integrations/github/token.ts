/**
 * The job's OIDC token, asked for when it is needed and again before it ends: GitHub's last minutes, and a release
 * lasts hours. It goes to Plimsoll's API and nowhere else.
 */
import { CliError, exitCodes } from '../../cli/errors.ts';
import type { Job } from './job.ts';

/** A request and its answer are over within this. */
const spareSeconds = 60;

export function tokenSource(job: Job, audience: string, nowMs: () => number = Date.now): () => Promise<string> {
  let held: { readonly token: string; readonly endsAtMs: number } | undefined;
  return async () => {
    if (held !== undefined && nowMs() < held.endsAtMs - spareSeconds * 1_000) return held.token;
    const token = await fetchToken(job, audience);
    job.mask(token);
    held = { token, endsAtMs: endOf(token) * 1_000 };
    return token;
  };
}

async function fetchToken(job: Job, audience: string): Promise<string> {
  if ((job.env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '') === '')
    throw new CliError(
      exitCodes.usage,
      'this job may not have an OIDC token, and Plimsoll believes nothing else: `permissions: { id-token: write }` of the job, and of whatever calls it, lets it; a pull request from a fork never has one',
    );
  try {
    return await job.idToken(audience);
  } catch (error) {
    // GitHub's own service, which has been asked several times by then.
    throw new CliError(exitCodes.unreachable, `GitHub gave no OIDC token for ${audience}: ${messageOf(error)}`);
  }
}

/** Our own token, read and not believed: the API checks it. One that does not say ends at once. */
function endOf(token: string): number {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { readonly exp?: unknown };
    return typeof exp === 'number' ? exp : 0;
  } catch {
    return 0;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message.replaceAll(/\s+/g, ' ').trim() : 'unknown');
