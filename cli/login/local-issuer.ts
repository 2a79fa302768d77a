/** The local issuer, which gives a token to anybody who can reach it. Real providers give theirs themselves. */
import { CliError, exitCodes, usage } from '../errors.ts';

export interface LocalToken {
  readonly subject: string;
  readonly groups: readonly string[];
  readonly mfa: boolean;
  readonly kind?: 'human' | 'machine';
  readonly audience?: string;
  readonly nonce?: string;
}

export async function tokenFromLocalIssuer(issuerUrl: string, wanted: LocalToken): Promise<string> {
  const response = await fetch(`${issuerUrl}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wanted),
  }).catch(() => {
    throw new CliError(
      exitCodes.unreachable,
      `the local issuer does not answer at ${issuerUrl}: \`make up\` starts it, PLIMSOLL_ISSUER_URL names another`,
    );
  });
  const answer = (await response.json().catch(() => ({}))) as { readonly access_token?: string; readonly error?: string };
  if (answer.access_token === undefined) throw usage(answer.error ?? `${issuerUrl} is not the local issuer`);
  return answer.access_token;
}
