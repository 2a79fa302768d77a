/**
 * An ID token that vouches for one decision: the provider is asked who is there, with the digest of the statement as
 * nonce. It is fetched for that alone and kept nowhere here.
 */
import { CliError, exitCodes, usage } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { type LoginSession, screenOf, wayOf } from './command.ts';
import { tokenFromLocalIssuer } from './local-issuer.ts';
import { connectTo, loginInBrowser } from './provider.ts';
import { type Login, readLogin } from './store.ts';

/** `sign` left out: where it is possible without being in the way. */
export async function vouchedFor(
  session: LoginSession,
  settings: Settings,
  statementDigest: string,
  sign: boolean | undefined,
): Promise<string | undefined> {
  if (sign === false) return undefined;
  const login = settings.tokenIsGiven ? undefined : readLogin(settings.loginsFile, settings.apiUrl);
  if (login !== undefined && (sign === true || (login.browser && session.terminal.interactive)))
    return fromProvider(session, settings, login, statementDigest);
  return sign === true ? fromLocalIssuer(settings, statementDigest) : undefined;
}

async function fromProvider(session: LoginSession, settings: Settings, login: Login, nonce: string): Promise<string> {
  if (!login.browser)
    throw new CliError(exitCodes.refused, 'a login by --device cannot vouch for a decision: `plimsoll login` with a browser, or --no-sign');
  const way = await wayOf(settings.apiUrl, login.issuer);
  session.terminal.err('the provider is asked to vouch for this decision (--no-sign leaves it out)\n');
  const { idToken } = await loginInBrowser(await connectTo(way), way, { nonce }, screenOf(session, {}));
  return idToken;
}

/** What `plimsoll token` gave is the local issuer's, which signs for anybody: for trying things out. */
async function fromLocalIssuer({ issuerUrl, token }: Settings, nonce: string): Promise<string> {
  const { iss, sub, groups, amr } = claimsIn(token ?? '');
  if (iss !== issuerUrl || sub === undefined) throw usage('--sign needs `plimsoll login`, or a token of the local issuer');
  return tokenFromLocalIssuer(issuerUrl, {
    subject: sub,
    groups: groups ?? [],
    mfa: amr?.includes('mfa') === true,
    audience: 'plimsoll-decisions',
    nonce,
  });
}

interface LocalClaims {
  readonly iss?: string;
  readonly sub?: string;
  readonly groups?: readonly string[];
  readonly amr?: readonly string[];
}

/** Our own token, read and not believed: whoever gets the answer checks it. */
function claimsIn(token: string): LocalClaims {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as LocalClaims;
  } catch {
    return {};
  }
}
