/** Everything that the files are written from: what the checkout says, what options say, and a default for the rest. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type CliError, usage } from '../errors.ts';
import type { Checkout } from './repository.ts';

export interface InitOptions {
  readonly service?: string;
  readonly team?: string;
  readonly organisation?: string;
  readonly environment?: readonly string[];
  readonly account?: string;
  readonly region: string;
  readonly apiUrl?: string;
  readonly domain?: string;
  readonly prometheus: string;
  readonly chart: string;
  readonly terraform: string;
  readonly plimsoll?: string;
  readonly repositoryId?: string;
  readonly github: boolean;
  readonly jenkins: boolean;
  readonly jenkinsLibrary: string;
  readonly jenkinsJob?: string;
}

export interface Answers {
  readonly service: string;
  readonly team: string;
  readonly organisation: string;
  /** In the order of releasing: each takes only what the one before has run. */
  readonly environments: readonly string[];
  readonly account: string;
  readonly region: string;
  readonly apiUrl: string;
  readonly hostname: string;
  readonly prometheus: string;
  readonly repository: string;
  readonly branch: string;
  /** Folder of the chart. */
  readonly chart: string;
  /** Folder of each environment's Terraform root; none where the repository has none. */
  readonly terraformRoots: ReadonlyMap<string, string>;
  readonly github: GitHubAnswers | undefined;
  readonly jenkins: JenkinsAnswers | undefined;
}

export interface GitHubAnswers {
  /** `owner/name` of the repository. */
  readonly repository: string;
  readonly repositoryId: string | undefined;
  /** `owner/name` of Plimsoll and the commit that is pinned. */
  readonly plimsoll: { readonly repository: string; readonly commit: string };
}

export interface JenkinsAnswers {
  readonly library: string;
  /** The address of the job that may release; without it the machine is written by hand. */
  readonly job: string | undefined;
}

const names = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;
const nameRule = 'at most 40 lower-case letters, digits and dashes, beginning with a letter';
const folders = /^(?!\/)(?!(.*\/)?\.\.(\/|$))[\w./{}-]+$/;

const rules: readonly (readonly [keyof InitOptions, string, RegExp, string])[] = [
  ['service', '--service', names, nameRule],
  ['team', '--team', /^[\w-]{1,40}$/, 'letters, digits, - and _'],
  ['organisation', '--organisation', /^[a-z][a-z0-9]{1,19}$/, 'as Terraform’s organisation: 2 to 20 lower-case letters and digits'],
  ['account', '--account', /^\d{12}$/, '12 digits'],
  ['region', '--region', /^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as eu-west-1'],
  ['apiUrl', '--api-url', /^https?:\/\/[\w.:/-]+$/, 'an http or https address'],
  ['domain', '--domain', /^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a domain such as example.com'],
  ['prometheus', '--prometheus', /^https?:\/\/[\w.:/-]+$/, 'an http or https address'],
  ['chart', '--chart', folders, 'a folder inside the repository'],
  ['terraform', '--terraform', folders, 'a folder inside the repository, with {environment} for the name'],
  ['plimsoll', '--plimsoll', /^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/, 'owner/repository@commit, all 40 digits of it'],
  ['repositoryId', '--repository-id', /^\d+$/, 'a number'],
  ['jenkinsLibrary', '--jenkins-library', /^[\w.-]+(@[\w./-]+)?$/, 'the name of the library, and @version'],
  ['jenkinsJob', '--jenkins-job', /^https:\/\/[\w.:-]+\/(?:[\w./%-]+\/)?job\/[\w./%-]+\/$/, 'the address of a job, https://…/job/…/'],
];

/** Every mistake at once: whoever has to type it again types it again once. */
export function answersFrom(options: InitOptions, checkout: Checkout, knownApiUrl: string | undefined): Answers {
  const slug = /^https:\/\/github\.com\/([\w.-]+\/[\w.-]+)$/.exec(checkout.remote)?.[1];
  const service = options.service ?? nameFrom(basename(checkout.remote));
  const organisation = options.organisation ?? ownerFrom(checkout.remote);
  const apiUrl = options.apiUrl ?? knownApiUrl;
  const onGitHub = options.github && slug !== undefined;
  const environments = options.environment ?? ['staging', 'production'];
  const needed: readonly (readonly [boolean, string])[] = [
    [options.account === undefined, '--account <12 digits>: which AWS account releases go to'],
    [apiUrl === undefined, '--api-url <url>, or PLIMSOLL_API_URL: where pipelines find Plimsoll'],
    [organisation === undefined, '--organisation <name>: the remote does not say whose it is'],
    [
      onGitHub && options.plimsoll === undefined,
      '--plimsoll <owner/repository@commit>: whose workflows are called, pinned; or --no-github',
    ],
  ];
  const mistakes = [
    ...needed.flatMap(([missing, what]) => (missing ? [`needed: ${what}`] : [])),
    ...mistakesIn({ ...options, service, ...(organisation !== undefined && { organisation }), ...(apiUrl !== undefined && { apiUrl }) }),
    ...environments.filter((name) => !names.test(name)).map((name) => `--environment ${name}: ${nameRule}`),
    ...environments.filter((name, index) => environments.indexOf(name) < index).map((name) => `--environment ${name}: each only once`),
  ];
  if (mistakes.length > 0 || options.account === undefined || apiUrl === undefined || organisation === undefined) throw wrong(mistakes);
  return {
    service,
    organisation,
    environments,
    apiUrl,
    account: options.account,
    team: options.team ?? service,
    region: options.region,
    hostname: `${service}.${options.domain ?? domainOf(apiUrl)}`,
    prometheus: options.prometheus,
    repository: checkout.remote,
    branch: checkout.branch,
    chart: options.chart,
    terraformRoots: rootsIn(checkout.folder, options.terraform, environments),
    github: onGitHub ? gitHubOf(slug, options) : undefined,
    jenkins: options.jenkins ? { library: options.jenkinsLibrary, job: options.jenkinsJob } : undefined,
  };
}

const wrong = (mistakes: readonly string[]): CliError => usage(mistakes.join('\n  '));

function mistakesIn(options: InitOptions): readonly string[] {
  return rules.flatMap(([field, flag, pattern, rule]) => {
    const value = options[field];
    return typeof value !== 'string' || pattern.test(value) ? [] : [`${flag} ${value}: ${rule}`];
  });
}

const nameFrom = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-\d]+|-+$/g, '');

/** Who owns the repository is who owns the names that are unique in all of AWS, unless somebody says otherwise. */
function ownerFrom(remote: string): string | undefined {
  const owner = /^https?:\/\/[^/]+\/([^/]+)\//.exec(remote)?.[1];
  return owner?.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Services live beside Plimsoll: `plimsoll.example.com` says `example.com`. */
function domainOf(apiUrl: string): string {
  const [, ...rest] = new URL(apiUrl).hostname.split('.');
  return rest.length > 1 && !/^\d+$/.test(rest.at(-1) ?? '') ? rest.join('.') : 'example.com';
}

function rootsIn(folder: string, pattern: string, environments: readonly string[]): ReadonlyMap<string, string> {
  const roots = environments.map((name) => [name, pattern.replaceAll('{environment}', name)] as const);
  return new Map(roots.filter(([, root]) => existsSync(join(folder, root))));
}

function gitHubOf(repository: string, { plimsoll = '', repositoryId }: InitOptions): GitHubAnswers {
  const [owner = '', commit = ''] = plimsoll.split('@');
  return { repository, repositoryId, plimsoll: { repository: owner, commit } };
}
