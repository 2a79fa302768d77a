/**
 * `make demo`: what a user sees. Releases on the local stack: a good version that goes live with its infrastructure;
 * a slow one that the judge takes back; Terraform with a finding that blocks, until a waiver was reviewed and people of
 * two groups have said yes; and a bucket for the whole world, which nobody is even asked about. Everything is done with
 * the CLI, as a person would. Exit code 0 when each ended as it should.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import type { ReleaseRequest } from '../../../domain/order.ts';
import { taskQueues } from '../../../workflows/messages.ts';
import { disagreementsAbout } from '../agreement.ts';
import { repository as checkout } from '../repository.ts';
import { demoCatalog } from '../stack/config.ts';
import { Console, DemoError, say, stackEnvironment, title } from './console.ts';
import { type Files, type GitRepository, gitRepository } from './git.ts';
import { ask, type Ended, type People, pastItsScans, peopleOf, unwatched, watched } from './releases.ts';
import { casesFolder, ensureRepository, example, fileOf, filesWithin, headOf, mergeAndRevert, publishModel } from './repository.ts';
import { partners, waive, waiverLog, waiverText } from './waiver.ts';

const service = 'fraud-scorer';
const environment = 'production';
const goodVersions = ['2026.11.1', '2026.11.2'] as const;
const slowVersion = '2026.11.3';

interface Demo {
  readonly console: Console;
  readonly people: People;
  readonly platform: GitRepository;
  readonly catalog: GitRepository;
}

/* --------------------------------------------------------------- requests */

const modelFile = (version: string) => join(example, 'models', service, version, 'model.safetensors');
const platformStack = { stack: 'platform', variables: {} } as const;

async function goodRequest({ console, people, platform }: Demo): Promise<ReleaseRequest> {
  const schema = z.object({ running: z.object({ version: z.string() }).nullable() });
  const { running } = await console.answer(schema, people.ana.token, ['service', service, environment]);
  const version = running?.version === goodVersions[0] ? goodVersions[1] : goodVersions[0];
  return {
    service,
    environment,
    source: { commit: await headOf(platform) },
    infrastructure: platformStack,
    model: await publishModel(service, version, modelFile(version), console.env),
    reason: 'weekly retrain',
    attempt: 1,
  };
}

async function slowRequest({ console, platform }: Demo): Promise<ReleaseRequest> {
  const overlay = await filesWithin(join(casesFolder, 'slow-model/overlay'));
  return {
    service,
    environment,
    source: { commit: await mergeAndRevert(platform, overlay, 'A larger model') },
    model: await publishModel(service, slowVersion, modelFile(slowVersion), console.env),
    reason: 'a larger model',
    attempt: 1,
  };
}

async function infrastructureRequest(
  platform: GitRepository,
  files: Files,
  where: Pick<ReleaseRequest, 'service' | 'environment'>,
  reason: string,
): Promise<ReleaseRequest> {
  const commit = await mergeAndRevert(platform, files, reason);
  return { ...where, source: { commit }, infrastructure: platformStack, reason, attempt: 1 };
}

/** A root with nothing but a registry; its providers are those of production, lock file and all. */
async function partnersRequest({ platform }: Demo): Promise<ReleaseRequest> {
  const files = await filesWithin(join(checkout, 'infra/local/demo/partners/platform'));
  const roots = 'infra/terraform/environments';
  const lock = await fileOf(platform, 'main', `${roots}/production/.terraform.lock.hcl`);
  const root = { ...files, [`${roots}/partners/.terraform.lock.hcl`]: `${lock}\n` };
  return infrastructureRequest(platform, root, partners, 'a registry for the partners’ builds');
}

async function publicRequest({ platform }: Demo): Promise<ReleaseRequest> {
  const overlay = await filesWithin(join(casesFolder, 'public-bucket/overlay'));
  return infrastructureRequest(platform, overlay, { service, environment }, 'reports for a customer');
}

/* ------------------------------------------------------------------ story */

/** What is blocked needs nobody: it runs beside a canary that only waits. */
async function besideCanary(demo: Demo, canary: string, request: ReleaseRequest): Promise<Ended> {
  const { console, people } = demo;
  await pastItsScans(console, people.ana, canary);
  return unwatched(console, people.ana, await ask(console, people.ana, request));
}

async function showBlocked({ console, people }: Demo, { id, wasPutToPeople }: Ended): Promise<void> {
  say(`$ plimsoll show ${id}\n`);
  await console.plimsoll(people.ana.token, ['show', id]);
  say(
    wasPutToPeople
      ? 'Somebody was asked to approve it.'
      : 'Nobody was asked to approve it: there is no statement that anyone could say yes to.',
  );
}

async function showWaiver({ console, people, catalog }: Demo): Promise<void> {
  const text = waiverText(new Date().toISOString().slice(0, 10));
  await waive(catalog, text);
  say('ana proposes a waiver on a branch of the catalog, rita of security reviews it and merges. The stack reads it at once.\n');
  say(text.replace(/^/gm, '  ').trimEnd());
  say(`\n$ git -C ${catalog.folder} ${waiverLog.join(' ')}\n\n${await catalog.git(waiverLog)}`);
  say('\n$ plimsoll waivers\n');
  await console.plimsoll(people.ana.token, ['waivers']);
}

interface Told {
  readonly release: Ended;
  readonly wanted: string;
}

async function story(demo: Demo): Promise<readonly Told[]> {
  const { console, people } = demo;
  const { ana, sam, olga } = people;
  const goodOne = await goodRequest(demo);
  title(`1. A good version, ${goodOne.model?.version}, with the infrastructure it needs. ana of team risk asks.`);
  const good = await watched(console, ana, await ask(console, ana, goodOne), [sam]);

  title(`2. A version that answers correctly, and one request in ten slowly, ${slowVersion}. Beside the live one it shows.`);
  const partnersOne = await partnersRequest(demo);
  const publicOne = await publicRequest(demo);
  const slowId = await ask(console, ana, await slowRequest(demo));
  const beside = Promise.all([partnersOne, publicOne].map((request) => besideCanary(demo, slowId, request)));
  const slow = await watched(console, ana, slowId, [sam]);

  title('3. Asked for meanwhile: a registry whose tags can be overwritten. A finding blocks it; then it is waived.');
  const [denied, open] = await beside;
  if (denied === undefined || open === undefined) throw new DemoError('a release that was asked for is not there');
  await showBlocked(demo, denied);
  say('');
  await showWaiver(demo);
  say('\nAsked for again. In this environment people of two groups decide, each with a second factor shown lately.\n');
  const waived = await watched(console, ana, await ask(console, ana, { ...partnersOne, attempt: 2 }), [sam, olga]);

  title('4. Asked for meanwhile, too: a bucket that everyone on the internet may read.');
  await showBlocked(demo, open);
  return [
    { release: good, wanted: 'released' },
    { release: slow, wanted: 'rolled back' },
    { release: denied, wanted: 'blocked' },
    { release: waived, wanted: 'released' },
    { release: open, wanted: 'blocked' },
  ];
}

const isAsItShould = ({ release: { outcome, wasPutToPeople }, wanted }: Told): boolean =>
  outcome === wanted && wasPutToPeople === (wanted !== 'blocked');

/* ------------------------------------------------------------------ proof */

/** What an auditor does: the whole ledger, with the public key alone; then Temporal's memory beside it. */
async function proved(console: Console, releases: readonly Ended[]): Promise<boolean> {
  const { env } = console;
  const connection = await Connection.connect({ address: env['PLIMSOLL_TEMPORAL_ADDRESS'] ?? '' });
  const client = new Client({ connection });
  try {
    // It runs by itself once a day; nobody waits that long for a demo.
    await client.workflow.execute('checkpoint', { workflowId: `checkpoint-demo-${Date.now()}`, taskQueue: taskQueues.releases, args: [] });
    say('$ plimsoll verify --all\n');
    const { exitCode } = await console.plimsoll('', ['verify', '--all']);
    const differences = (await Promise.all(releases.map(({ id }) => disagreementsAbout(id, client, env)))).flat();
    say(differences.length === 0 ? "Temporal's histories and the ledger tell the same story." : differences.join('\n'));
    // 4: a release that somebody has asked for beside the demo is open. The demo's own are held against Temporal above.
    return (exitCode === 0 || exitCode === 4) && differences.length === 0;
  } finally {
    await connection.close();
  }
}

/** The same auditor's next question, from the same ledger. What it finds is said, and is no reason for the demo to fail. */
async function reported(console: Console, from: string): Promise<boolean> {
  const out = join(console.env['PLIMSOLL_HOME'] ?? '', 'report');
  const words = ['report', '--from', from, '--to', today(), '--environment', environment, '--out', out];
  say(`$ plimsoll ${words.join(' ')}\n`);
  const { exitCode } = await console.plimsoll('', words);
  // 1: there are exceptions, such as a yes without a second factor, which this environment does not ask for.
  return exitCode === 0 || exitCode === 1;
}

const today = (): string => new Date().toISOString().slice(0, '2026-11-24'.length);

/** Beside the files that the stack reads: the demo changes no others. */
function catalogOf(env: NodeJS.ProcessEnv): GitRepository {
  const folder = demoCatalog(env['PLIMSOLL_HOME'] ?? '');
  if (env['PLIMSOLL_CATALOG'] !== folder || !existsSync(join(folder, '.git')))
    throw new DemoError(
      `the stack reads the catalog ${env['PLIMSOLL_CATALOG']}, which is not the demo's: \`make demo\` starts one that does`,
    );
  return gitRepository(folder);
}

async function main(): Promise<number> {
  const console = new Console(stackEnvironment());
  const { env } = console;
  const begun = today();
  const catalog = catalogOf(env);
  say('Plimsoll releases to production, and to partners, on the local stack.');
  say('Real here: Terraform, its AWS provider, Checkov, tfsec, tflint, modelscan, OPA, Helm, Kubernetes, Prometheus, Temporal.');
  say('Stand-ins: AWS (moto), the nodes (kwok), the pods’ traffic (infra/local/lab).');
  const [platform, people] = await Promise.all([ensureRepository(env), peopleOf(console)]);
  const told = await story({ console, people, platform, catalog });
  const releases = told.map(({ release }) => release);

  title('What happened');
  for (const { id, outcome, reason } of releases) {
    say(`${outcome.padEnd(12)} ${id}\n             ${reason}`);
    say(`             ${env['PLIMSOLL_TEMPORAL_UI_URL']}/namespaces/default/workflows/${id}`);
  }
  title('Can it be proved?');
  const isProved = await proved(console, releases);
  title('What would an auditor find?');
  const isReported = await reported(console, begun);
  title('Look around');
  say(`Temporal UI        ${env['PLIMSOLL_TEMPORAL_UI_URL']}`);
  say(`API documentation  ${env['PLIMSOLL_API_URL']}/docs`);
  say(`Prometheus         ${env['PLIMSOLL_PROMETHEUS_URL']}`);
  say(`Catalog            ${catalog.folder}   (read at once when it changes; the next demo begins with the checkout's)`);
  say(`CLI                bin/plimsoll --help   (a token first: bin/plimsoll token --as ana --group risk --save)`);
  say(`Stop               make down`);
  return told.every(isAsItShould) && isProved && isReported ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof DemoError)) throw error;
  process.stderr.write(`demo: ${error.message}\n`);
  process.exitCode = 1;
}
