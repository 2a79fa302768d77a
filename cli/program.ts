/** The words of the command line. Every command ends in an exit code; nothing here knows what a release is. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import * as commands from './commands.ts';
import { doctor } from './doctor.ts';
import { CliError, exitCodes } from './errors.ts';
import { findings } from './findings.ts';
import { addInitCommand } from './init/command.ts';
import { mountLogin } from './login/command.ts';
import { addPeopleCommands } from './people.ts';
import { addPlanCommand } from './plan.ts';
import { drift, rescan } from './released.ts';
import type { ReleaseOptions } from './request.ts';
import { strays } from './strays.ts';
import { type ThreatOptions, threats } from './threats.ts';
import { addNoticeCommands } from './undelivered.ts';
import { waivers } from './waivers.ts';

const exits = `
Exit codes: 0 released, or done as asked; 1 rolled back, blocked, rejected or refused; 2 wrong usage; 3 unreachable.
Environment: PLIMSOLL_API_URL, PLIMSOLL_TOKEN, PLIMSOLL_ISSUER_URL; \`plimsoll login\` remembers who you are.`;

const examples = `
Examples:
  plimsoll login
  plimsoll token --as ana --group risk --save
  plimsoll release --service fraud-scorer --environment production --commit $(git rev-parse HEAD) \\
      --model-version 2026.11.3 --artifact s3://acme-models/fraud/model.skops --digest sha256:… --image …@sha256:… \\
      --reason "weekly retrain" --watch
  plimsoll list --service fraud-scorer --phase "awaiting approval"
  plimsoll approve <release> --reason "read the plan"
  plimsoll rollback --service fraud-scorer --environment production --incident INC-4711 --reason "errors doubled" --watch`;

const outcomes = ['released', 'rolled back', 'blocked', 'rejected', 'expired', 'cancelled'];

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is needed');
  return Number(text);
}

/** A command that knows more than the API. It is mounted where the program is put together, `cli/main.ts`. */
export type Extension = (program: Command, host: ExtensionHost, finish: (exitCode: number) => void) => void;

interface ExtensionHost {
  readonly env: NodeJS.ProcessEnv;
  out(text: string): void;
  err(text: string): void;
  countsOf(release: string): Promise<string>;
}

export function createProgram(
  session: commands.Session,
  finish: (exitCode: number) => void,
  extensions: readonly Extension[] = [],
): Command {
  const program = new Command('plimsoll')
    .description('Durable, provable releases for machine-learning services')
    .addHelpText('after', `${examples}\n${exits}`)
    .showHelpAfterError('(`plimsoll --help` shows how)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => session.terminal.out(text), writeErr: (text) => session.terminal.err(text) });

  const command = (words: string, description: string): Command =>
    program.command(words).description(description).option('--json', 'for programs: JSON instead of text').addHelpText('after', exits);
  const withReason = (made: Command): Command => made.requiredOption('--reason <text>', 'why; it goes into the record');

  const withRequest = (made: Command): Command =>
    made
      .option('--file <path>', 'the request as JSON; - is standard input; other options win over it')
      .option('--service <name>')
      .option('--environment <name>')
      .option('--commit <sha>', 'of the repository that holds chart and infrastructure')
      .option('--stack <name>', 'infrastructure part: which Terraform stack')
      .option('--var <name=value>', 'infrastructure part: a Terraform variable; again for more', collect)
      .option('--model-version <version>', 'model part')
      .option('--artifact <s3 uri>', 'model part: the model file')
      .option('--digest <sha256:…>', 'model part: of the file')
      .option('--image <name@sha256:…>', 'model part: the server image, by digest');

  const withOverride = (made: Command): Command =>
    made
      .option('--override-freeze', 'a hotfix that does not wait for freezes, for --reason: two people have to approve it')
      .option('--ticket <id>', 'with --override-freeze: where people talk about it');

  const planning = command('plan', 'what a release would be: scans, change, policies, approvers; nobody is asked')
    .option('--branch <name>', 'the branch that the commit is on, where it is not merged yet; the environment has to allow it')
    .option('--reason <text>', 'with --override-freeze: why it cannot wait');
  addPlanCommand(session, withOverride(withRequest(planning)), finish);

  withOverride(withRequest(command('release', 'ask for a release')))
    .option('--reason <text>', 'why; it goes into the record')
    .option('--attempt <number>', 'to try the same release again', wholeNumber)
    .option('--watch', 'follow it to its end; the exit code is its outcome')
    .action(async (options: ReleaseOptions) => finish(await commands.release(session, options)));

  withReason(command('rollback', 'go back to an earlier version'))
    .requiredOption('--service <name>')
    .requiredOption('--environment <name>')
    .option('--to <release>', 'a release that was released there', 'previous')
    .requiredOption('--incident <id>', 'asking again within one incident joins the rollback under way')
    .option('--watch', 'follow it to its end; the exit code is its outcome')
    .action(async (options: commands.RollbackOptions) => finish(await commands.rollback(session, options)));

  command('watch <release>', 'follow a release to its end; the exit code is its outcome; --json is one line an event').action(
    async (id: string, options: { json?: boolean }) => finish(await commands.watch(session, id, options)),
  );

  command('list', 'releases: running ones first, then the newest')
    .option('--service <name>')
    .option('--environment <name>')
    .option('--phase <phase>')
    .addOption(new Option('--outcome <outcome>').choices(outcomes))
    .option('--requester <subject>')
    .option('--page-size <number>', 'at most 100', wholeNumber)
    .option('--page-token <token>', 'the rest of a list')
    .action(async (options: commands.ListOptions) => finish(await commands.list(session, options)));

  command('show <release>', 'where a release stands and how it got there').action(async (id: string, options: { json?: boolean }) =>
    finish(await commands.showOne(session, id, options)),
  );

  command('verdict <release>', 'what the judge says about a release, and what from')
    .option('--weight <percent>', 'the verdict at this weight, instead of the one that counts', wholeNumber)
    .option('--plot <file>', 'draw it: the evidence over time and the odds ratios, as SVG')
    .option('--counts <file>', 'keep what was counted, as CSV for `plimsoll backtest`')
    .action(async (id: string, options: commands.VerdictOptions) => finish(await commands.verdict(session, id, options)));

  command('service <service> <environment>', 'what runs, since when, and what there is to go back to').action(
    async (service: string, environment: string, options: { json?: boolean }) =>
      finish(await commands.service(session, service, environment, options)),
  );

  command('findings <release>', 'what the scanners found in a release, the worst first, and what of it is new')
    .option('--sarif', 'as SARIF 2.1.0, for code scanning')
    .option('--new', 'only what the last release did not have')
    .action(async (id: string, options: { json?: boolean; sarif?: boolean; new?: boolean }) =>
      finish(await findings(session, id, options)),
    );

  command('strays <environment>', 'what runs that no release explains; exit code 0 when there is nothing').action(
    async (environment: string, options: { json?: boolean }) => finish(await strays(session, environment, options)),
  );

  command('rescan <environment>', 'what has become a finding since it was released; exit code 0 when there is nothing').action(
    async (environment: string, options: { json?: boolean }) => finish(await rescan(session, environment, options)),
  );

  command('drift <environment>', 'what of Terraform’s is not as it was released; exit code 0 when there is nothing').action(
    async (environment: string, options: { json?: boolean }) => finish(await drift(session, environment, options)),
  );

  command('threats', 'what GuardDuty has found, the newest first, and which releases it is about')
    .option('--service <name>')
    .option('--environment <name>')
    .option('--release <release>')
    .option('--incidents', 'only what is about a version that serves')
    .option('--page-size <number>', 'at most 100', wholeNumber)
    .option('--page-token <token>', 'of the page before')
    .action(async (options: ThreatOptions) => finish(await threats(session, options)));

  command('waivers', 'findings that pass for a while, the first to end first').action(async (options: { json?: boolean }) =>
    finish(await waivers(session, options)),
  );

  for (const decision of ['approve', 'reject'] as const)
    withReason(command(`${decision} <release>`, `${decision} what a release would change`))
      .option('--statement <digest>', 'the statement that was read; without it, it is shown and asked about')
      .option(
        '--sign',
        'with an ID token for exactly this statement, so that the provider vouches for it; a person who logged in by browser does so anyway',
      )
      .option('--no-sign', 'without')
      .action(async (id: string, options: commands.DecideOptions) => finish(await commands.decideOn(session, decision, id, options)));

  addPeopleCommands(session, command, finish);
  addNoticeCommands(session, command, finish);

  const instructions = {
    hold: 'stop before the next step; the judge goes on',
    resume: 'go on after a hold',
    abort: 'end it and put everything back',
  } satisfies Record<commands.InstructionName, string>;
  for (const [name, description] of Object.entries(instructions) as [commands.InstructionName, string][])
    withReason(command(`${name} <release>`, description)).action(async (id: string, options: { json?: boolean; reason: string }) =>
      finish(await commands.instruct(session, name, id, options)),
    );

  withReason(command('skip-undo <release> <undo>', 'give up an undo that does not succeed; put the thing back by hand')).action(
    async (id: string, undo: string, options: { json?: boolean; reason: string }) =>
      finish(await commands.skip(session, id, undo, options)),
  );

  command('doctor', 'whether the installation is right, with a remedy where it is not; for the platform team').action(
    async (options: commands.Common) => finish(await doctor(session, options)),
  );

  const { terminal } = session;
  const host: ExtensionHost = {
    env: session.env,
    out: (text) => terminal.out(text),
    err: (text) => terminal.err(text),
    countsOf: (release) => commands.countsOf(session, release),
  };
  for (const mount of extensions) mount(program, host, finish);

  addInitCommand(
    session,
    command('init', 'write catalog, pipelines and a first service for a repository; nothing that differs is overwritten'),
    finish,
  );
  mountLogin(program, session, finish);

  program
    .command('token')
    .description('a token from the local issuer, for trying things out')
    .requiredOption('--as <subject>', 'who')
    .option('--group <name>', 'of which group; again for more', collect)
    .option('--mfa', 'as if a second factor had been shown')
    .option('--machine', 'a machine, not a person')
    .option('--save', 'remember it for the commands that follow, instead of printing it')
    .action(async (options: commands.TokenOptions) => finish(await commands.token(session, options)));

  return program;
}

/** One run of the CLI; the answer is the exit code. */
export async function run(words: readonly string[], session: commands.Session, extensions: readonly Extension[] = []): Promise<number> {
  let exitCode: number = exitCodes.usage;
  const { terminal } = session;
  try {
    const finish = (code: number) => {
      exitCode = code;
    };
    await createProgram(session, finish, extensions).parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Help and versions are answers; everything else commander says is about the words.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.released : exitCodes.usage;
    if (!(error instanceof CliError)) throw error;
    if (words.includes('--json') && error.problem !== undefined) terminal.err(`${JSON.stringify(error.problem)}\n`);
    else terminal.err(`${terminal.colors.red('plimsoll')}: ${error.message}\n`);
    return error.exitCode;
  }
}
