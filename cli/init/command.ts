/**
 * `plimsoll init`: the files with which a repository begins. What is known is not asked; what is there and says
 * something else is somebody's work and stays, unless `--force` names it. Nothing is sent anywhere.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { diff } from 'node:util';
import type { Command } from 'commander';
import { exitCodes, usage } from '../errors.ts';
import type { Terminal } from '../terminal.ts';
import { type Answers, answersFrom, type InitOptions } from './answers.ts';
import { catalogFiles } from './catalog.ts';
import { pipelineFiles } from './pipelines.ts';
import { readCheckout } from './repository.ts';

interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
}

interface Options extends InitOptions {
  readonly folder: string;
  readonly force?: readonly string[];
  readonly diff?: boolean;
  readonly json?: boolean;
}

type State = 'written' | 'unchanged' | 'overwritten' | 'differs';

interface Outcome {
  readonly file: string;
  readonly state: State;
}

function init(options: Options, { env, terminal }: Host): number {
  const checkout = readCheckout(options.folder);
  const answers = answersFrom(options, checkout, env['PLIMSOLL_API_URL']);
  const files = { ...catalogFiles(answers), ...pipelineFiles(answers) };
  const unknown = (options.force ?? []).filter((file) => !Object.hasOwn(files, file));
  if (unknown.length > 0) throw usage(`--force ${unknown.join(', ')}: one of ${Object.keys(files).join(', ')}`);
  const outcomes = Object.entries(files).map(([file, text]): Outcome => {
    const forced = options.force?.includes(file) === true;
    const state = write(join(checkout.folder, file), text, forced);
    if (options.json !== true) terminal.out(`${words[state]} ${file}\n`);
    if (state === 'differs' && options.diff === true && options.json !== true)
      terminal.out(differences(readFileSync(join(checkout.folder, file), 'utf8'), text));
    return { file, state };
  });
  const next = nextSteps(answers, checkout.folder, outcomes);
  terminal.out(
    options.json === true ? `${JSON.stringify({ files: outcomes, next })}\n` : `\nNext:\n${next.map((step) => `- ${step}\n`).join('')}`,
  );
  return outcomes.some(({ state }) => state === 'differs') ? exitCodes.refused : exitCodes.released;
}

const words: Readonly<Record<State, string>> = {
  written: 'written    ',
  unchanged: 'unchanged  ',
  overwritten: 'overwritten',
  differs: 'left alone, differs:',
};

function write(path: string, text: string, forced: boolean): State {
  const there = existsSync(path);
  if (there && readFileSync(path, 'utf8') === text) return 'unchanged';
  if (there && !forced) return 'differs';
  mkdirSync(dirname(path), { recursive: true });
  // `wx`: of two at once neither writes over the other's file.
  writeFileSync(path, text, { flag: there ? 'w' : 'wx' });
  return there ? 'overwritten' : 'written';
}

/** Lines that are there and would go, and lines that would come. */
function differences(there: string, wanted: string): string {
  return diff(there.split('\n'), wanted.split('\n'))
    .flatMap(([operation, line]) => (operation === 0 ? [] : [`    ${operation === 1 ? '-' : '+'} ${line}\n`]))
    .join('');
}

/* ------------------------------------------------------------------- next */

function nextSteps(answers: Answers, folder: string, outcomes: readonly Outcome[]): readonly string[] {
  const { chart, team, service, github, jenkins, environments, apiUrl } = answers;
  const differing = outcomes.filter(({ state }) => state === 'differs').map(({ file }) => file);
  const [first = ''] = environments;
  return [
    ...(differing.length === 0 ? [] : [`what differs is yours: \`--diff\` shows how, \`--force ${differing[0] ?? ''}\` takes the new one`]),
    ...(existsSync(join(folder, chart))
      ? []
      : [`${chart} is not there: copy Plimsoll's infra/helm/model-service, or name yours with --chart`]),
    'read the files, commit them, and let the API read the catalog: PLIMSOLL_CATALOG names its folder',
    `groups of your identity provider: ${team} may ask, sre and ml-owners approve; the team's part of S3 is in Plimsoll's infra/opa/plimsoll/teams/data.json`,
    ...(github === undefined
      ? ['no workflow of GitHub was written: the remote is not github.com, or --no-github was said']
      : gitHubSteps(environments, github.repositoryId)),
    ...(jenkins === undefined || jenkins.job !== undefined
      ? []
      : [
          'on Jenkins: credential `plimsoll-token`, the shared library, and --jenkins-job with the address of the job that may release (docs/jenkins.md)',
        ]),
    `try it: PLIMSOLL_API_URL=${apiUrl} plimsoll plan --service ${service} --environment ${first} --commit $(git rev-parse HEAD) …`,
  ];
}

const gitHubSteps = (environments: readonly string[], repositoryId: string | undefined): readonly string[] => [
  `on GitHub: the repository’s environments ${environments.join(', ')}, which only the main branch may use`,
  ...(repositoryId === undefined
    ? ['its number: --repository-id, or by hand in catalog/machines/, so that nobody who takes the name over may release']
    : []),
];

/* ---------------------------------------------------------------- command */

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

export function addInitCommand(host: Host, command: Command, finish: (exitCode: number) => void): void {
  command
    .option('--folder <path>', 'the checkout; its remote and main branch are read there', '.')
    .option('--account <digits>', 'which AWS account releases go to; needed')
    .option('--region <name>', 'which region', 'eu-west-1')
    .option('--environment <name>', 'again for more, in the order of releasing; staging and production without it', collect)
    .option('--service <name>', 'the first service; the repository’s name without it')
    .option('--team <group>', 'whose it is; the service’s name without it')
    .option('--organisation <name>', 'as in Terraform, first part of bucket names; the repository’s owner without it')
    .option('--api-url <url>', 'where pipelines find Plimsoll; PLIMSOLL_API_URL without it')
    .option('--domain <name>', 'services are reached under <service>.<domain>; the API’s own without it')
    .option('--prometheus <url>', 'where metrics are, as the worker sees it', 'http://prometheus.monitoring:9090')
    .option('--chart <folder>', 'the chart in this repository', 'infra/helm/model-service')
    .option(
      '--terraform <folder>',
      'the Terraform root in this repository, where there is one',
      'infra/terraform/environments/{environment}',
    )
    .option('--plimsoll <owner/repository@commit>', 'whose workflows are called; needed for GitHub')
    .option('--repository-id <number>', 'GitHub’s number of the repository, which nobody can take over')
    .option('--no-github', 'no workflow of GitHub Actions')
    .option('--jenkins-library <name@version>', 'the shared library as Jenkins knows it', 'plimsoll')
    .option('--jenkins-job <url>', 'the job of Jenkins that may ask for releases')
    .option('--no-jenkins', 'no Jenkinsfile')
    .option('--diff', 'show how files that are there differ')
    .option('--force <file>', 'overwrite this one; again for more', collect)
    .action((options: Options) => finish(init(options, host)));
}
