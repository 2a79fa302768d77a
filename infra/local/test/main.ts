/**
 * `make test`: every test there is. What needs no program goes first. Then comes a stack with a home and ports of its
 * own, so that a developer's is left alone. The stories that end pieces of it come last, when nobody else is on it;
 * they wait most of their time, and what needs the tools but no stack has the other core. The last line adds
 * everything up. `main.ts e2e alone` runs those projects of vitest only, and with files of tests after them no others.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../free-ports.ts';
import { endProcess, processesWithin } from '../processes.ts';
import { repository } from '../repository.ts';
import { defaultPorts, type StackConfig, stackConfig } from '../stack/config.ts';
import { down, up } from '../stack/supervisor.ts';
import { toolFile } from '../tools/paths.ts';
import { add, atLeastOneFailed, type Counts, none, opaCounts, vitestCounts } from './counts.ts';
import { createRunner } from './runner.ts';

const home = join(repository, '.plimsoll', 'test');
const reports = join(home, 'reports');
/** The demo's catalog, and beside it environments where a test need not wait an hour for a deadline. */
const catalog = join(home, 'catalog');
const binaries = join(repository, 'node_modules/.bin');

const words = process.argv.slice(2);
const isFile = (word: string): boolean => word.endsWith('.test.ts');
const [wanted, files] = [words.filter((word) => !isFile(word)), words.filter(isFile)];
const isWanted = (project: string): boolean => wanted.length === 0 || wanted.includes(project);

type Env = Readonly<Record<string, string>>;

const runner = createRunner();
/** Every temporary folder of a test lies in here: what is left of one is found, and a process that works in it. */
const temporary = mkdtempSync(join(tmpdir(), 'plimsoll-test-'));

/** Shows what a runner says while it runs, unless its output is a report to read. */
const run = (file: string, args: readonly string[], { env = {}, quiet = false }: { env?: Env; quiet?: boolean } = {}) =>
  runner.run({
    file,
    args,
    cwd: repository,
    // Our Node before the machine's, which may be older than what the runners need.
    env: { ...process.env, PATH: `${binaries}:${process.env['PATH']}`, TMPDIR: temporary, ...env },
    quiet,
  });

/** A check that is no test counts only when it fails. */
async function check(script: string): Promise<Counts> {
  const { exitCode } = await run('npm', ['run', '--silent', script]);
  return exitCode === 0 ? none : atLeastOneFailed(none, `npm run ${script}`);
}

async function vitest(project: string, env: Env = {}): Promise<Counts> {
  const report = join(reports, `${project}.json`);
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { exitCode } = await run(join(binaries, 'vitest'), ['run', '--project', project, ...files, ...reporters], { env });
  const counts = existsSync(report) ? vitestCounts(readFileSync(report, 'utf8')) : none;
  return exitCode === 0 ? counts : atLeastOneFailed(counts, `vitest --project ${project}`);
}

async function opa(): Promise<Counts> {
  const { exitCode, stdout } = await run(toolFile('opa'), ['test', '--format', 'json', 'infra/opa'], { quiet: true });
  const counts = opaCounts(stdout);
  if (exitCode === 0) return counts;
  await run(toolFile('opa'), ['test', '--verbose', 'infra/opa']);
  return atLeastOneFailed(counts, 'opa test');
}

/** The supervisor names a port that was taken since. */
async function freeStackPorts(): Promise<Env> {
  const names = Object.keys(defaultPorts);
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [`PLIMSOLL_PORT_${name}`, String(ports[index])]));
}

/** One row after the other; what is in one row runs side by side. */
const rows: readonly Readonly<Record<string, string>>[] = [
  { tools: 'adapters against the real tools' },
  { e2e: 'whole releases' },
  {
    alone: 'whole releases that end pieces of the stack',
    platform: 'modules, policies and chart against the real tools, and bad days of Terraform',
  },
];
const onStack = rows.flatMap((row) => Object.keys(row));

async function playOnStack(config: StackConfig): Promise<void> {
  const starting = async () => {
    await up(config);
    return none;
  };
  const ending = async () => {
    await down(config);
    return none;
  };
  if (await part('the stack starts', starting)) {
    for (const row of rows) {
      const projects = Object.entries(row).filter(([name]) => isWanted(name));
      await Promise.all(projects.map(([name, what]) => part(what, () => vitest(name, config.env))));
    }
  }
  await part('the stack stops', ending);
}

let total = none;

/** One part that breaks does not keep the others from being counted. */
async function part(name: string, count: () => Promise<Counts>): Promise<boolean> {
  if (runner.isStopped()) return false;
  console.log(`\n== ${name}`);
  const begun = Date.now();
  const counts = await count().catch((error: Error) => {
    console.error(error.message);
    return atLeastOneFailed(none, name);
  });
  total = add(total, counts);
  const { passed, failed, skipped } = counts;
  console.log(`== ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${Math.round((Date.now() - begun) / 1000)} s`);
  return failed === 0;
}

const config = stackConfig({ ...process.env, PLIMSOLL_HOME: home, PLIMSOLL_CATALOG: catalog, ...(await freeStackPorts()) });

/** Whatever a test that failed left in its folder, and the folders. */
async function tidy(): Promise<void> {
  for (const identity of processesWithin(temporary)) await endProcess(identity);
  rmSync(temporary, { recursive: true, force: true });
}

let stopping: Promise<void> | undefined;
/** Neither Ctrl-C nor our end would reach the runner and the stack: both are in groups of their own. */
async function stop(): Promise<void> {
  console.log('stopping: ending what the tests have started');
  await runner.stop();
  await down(config);
  await tidy();
  process.exit(130);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void (stopping ??= stop()));

const projects = ['quick', ...onStack];
const strangers = wanted.filter((name) => !projects.includes(name));
if (strangers.length > 0) throw new Error(`no tests are called ${strangers.join(', ')}; there are ${projects.join(', ')}`);

mkdirSync(reports, { recursive: true });
rmSync(catalog, { recursive: true, force: true });
for (const folder of ['catalog', 'test/e2e/catalog']) cpSync(join(repository, folder), catalog, { recursive: true });
if (wanted.length === 0) {
  await Promise.all(['types', 'lint'].map((name) => part(name, () => check(name))));
  await part('policies', opa);
}
if (isWanted('quick')) await part('rules, workflows, replay, hygiene', () => vitest('quick'));
if (onStack.some(isWanted)) await playOnStack(config);
await (stopping ?? tidy());
for (const name of total.failures) console.log(`failed: ${name}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;
