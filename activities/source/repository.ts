/**
 * Which repositories may be fetched, and how git is made to touch nothing else. Pure.
 *
 * Refused: schemes besides https and ssh (local ones only where the configuration allows them), credentials
 * inside a URL, and anything that git or ssh could take for an option.
 */
import type { Refusal } from '../../domain/ports.ts';

export type Repository =
  | { readonly kind: 'https'; readonly url: string; readonly host: string }
  | { readonly kind: 'ssh'; readonly url: string; readonly host: string }
  | { readonly kind: 'local'; readonly url: string };

/** `git@host:path`, as people copy it. */
const scpLike = /^(?:[A-Za-z0-9_][\w.-]*@)?(?<host>[A-Za-z0-9][\w.-]*):(?!\/\/)(?<path>[\w~/][\w./~-]*)$/;

export function parseRepository(text: string, { allowLocal }: { readonly allowLocal: boolean }): Repository | Refusal {
  if (text.startsWith('/')) return local(text, text, allowLocal);
  const scp = scpLike.exec(text)?.groups;
  if (scp?.['host'] !== undefined) return { kind: 'ssh', url: text, host: scp['host'] };
  const url = URL.parse(text);
  if (url === null) return refused(`${text} is not the address of a repository`);
  if (url.password !== '' || (url.protocol !== 'ssh:' && url.username !== ''))
    return refused('a repository address must not hold credentials');
  if (url.search !== '' || url.hash !== '') return refused('a repository address has no query and no fragment');
  switch (url.protocol) {
    case 'https:':
      return { kind: 'https', url: url.href, host: url.host };
    case 'ssh:':
      // The parser keeps what ssh would take for an option: `ssh://-oProxyCommand=…`.
      return /^[A-Za-z0-9]/.test(url.hostname) && /^[\w.-]*$/.test(url.username) && !url.username.startsWith('-')
        ? { kind: 'ssh', url: url.href, host: url.host }
        : refused(`${text} is not the address of a repository`);
    case 'file:':
      return local(text, url.href, allowLocal);
    case 'http:':
      // Without TLS only on this machine, and only where local repositories are allowed at all.
      return url.hostname === '127.0.0.1' && allowLocal
        ? { kind: 'https', url: url.href, host: url.host }
        : refused(`${text} would travel unencrypted: use https or ssh`);
    default:
      return refused(`${url.protocol} is not allowed for a repository: use https or ssh`);
  }
}

const local = (text: string, url: string, allowLocal: boolean): Repository | Refusal =>
  allowLocal ? { kind: 'local', url } : refused(`${text} is a local repository, and this worker takes remote ones only`);

const refused = (because: string): Refusal => ({ kind: 'refused', because });

/** As strict as git's own rule where it matters: no option, no range, no pattern, no `..`. */
export const isRefName = (name: string): boolean => /^[A-Za-z0-9][\w./+-]*$/.test(name) && !/\.\.|\/\/|\.lock(\/|$)|[./]$|\/\./.test(name);

export const isCommit = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);

export interface Ssh {
  readonly keyFile: string;
  readonly knownHostsFile: string;
}

/**
 * Everything git reads besides its arguments. A token travels here as a header, for its own address only: never
 * in argv, where every process of the machine reads it, and never in the URL, which git writes into messages.
 */
export function gitEnvironment(
  repository: Repository,
  {
    path,
    home,
    token,
    ssh,
  }: { readonly path: string; readonly home: string; readonly token?: string | undefined; readonly ssh?: Ssh | undefined },
): Record<string, string> {
  const settings: (readonly [string, string])[] = [
    // Nothing of a repository or of the machine runs: no hooks, no monitor, no helper.
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['credential.helper', ''],
    // A redirect would carry the token's request elsewhere: the catalog names the address that answers.
    ['http.followRedirects', 'false'],
    ['fetch.recurseSubmodules', 'false'],
    // The archive of a commit has the same bytes whoever makes it.
    ['tar.umask', '0022'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
  ];
  if (token !== undefined) settings.push([`http.${new URL(repository.url).origin}/.extraHeader`, `Authorization: ${basicAuth(token)}`]);
  return {
    PATH: path,
    HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: protocolOf(repository),
    ...(repository.kind === 'ssh' && ssh !== undefined ? { GIT_SSH_COMMAND: sshCommand(ssh) } : {}),
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}

const protocolOf = ({ kind, url }: Repository): string =>
  kind === 'local' ? 'file' : kind === 'ssh' ? 'ssh' : new URL(url).protocol.slice(0, -1);

/** GitHub takes app and deploy tokens as the password of any user; GitLab and Bitbucket take this name, too. */
export const basicAuth = (token: string): string => `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;

/** Git hands this to a shell: the paths are quoted. An unknown host is refused, not asked about. */
const sshCommand = ({ keyFile, knownHostsFile }: Ssh): string =>
  [
    'ssh -F /dev/null -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes',
    `-o UserKnownHostsFile=${quoted(knownHostsFile)} -i ${quoted(keyFile)}`,
  ].join(' ');

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
