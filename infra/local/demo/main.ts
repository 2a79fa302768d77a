/**
 * `make demo`: what a user sees. Two releases on the local stack: a good version that goes live with its
 * infrastructure, and a slow one that the judge takes back. Everything is done with the CLI, as a person would;
 * only the approver's patience is played. Exit code 0 when both ended as they should.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import type { ReleaseRequest } from '../../../domain/order.ts';
import { taskQueues } from '../../../workflows/messages.ts';
import { disagreementsAbout } from '../agreement.ts';
import { repository as checkout } from '../repository.ts';
import { casesFolder, ensureRepository, example, filesWithin, headOf, mergeAndRevert, publishModel } from './repository.ts';

const service = 'fraud-scorer';
const environment = 'production';
const goodVersions = ['2026.11.1', '2026.11.2'] as const;
const slowVersion = '2026.11.3';

/** A failed demo is a sentence, not a stack trace. */
class DemoError extends Error {}

/** Of the running stack; what the caller has set wins. */
let env: NodeJS.ProcessEnv = {};

function stackEnvironment(): NodeJS.ProcessEnv {
  const file = join(process.env['PLIMSOLL_HOME'] ?? join(checkout, '.plimsoll'), 'stack.env');
  if (!existsSync(file)) throw new DemoError(`no running stack: ${file} is missing; \`make up\` starts one`);
  return { ...parseEnv(readFileSync(file, 'utf8')), ...process.env };
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const title = (text: string): void => say(`\n${process.stdout.isTTY ? `\u001b[1m${text}\u001b[22m` : text}\n`);

/* ---------------------------------------------------------------- the CLI */

/** The CLI with this token; its output goes where ours goes, unless it is wanted. */
function plimsoll(
  token: string,
  words: readonly string[],
  wanted = false,
): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  return new Promise((settle, reject) => {
    const child = spawn(join(checkout, 'bin/plimsoll'), words, {
      env: { ...env, PLIMSOLL_TOKEN: token },
      stdio: ['inherit', wanted ? 'pipe' : 'inherit', 'inherit'],
    });
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.once('error', reject);
    child.once('close', (code) => settle({ exitCode: code ?? 1, stdout }));
  });
}

async function answer<T>(schema: z.ZodType<T>, token: string, words: readonly string[]): Promise<T> {
  const { exitCode, stdout } = await plimsoll(token, [...words, '--json'], true);
  if (exitCode !== 0) throw new DemoError(`plimsoll ${words.join(' ')} ended with ${exitCode}`);
  return schema.parse(JSON.parse(stdout));
}

async function tokenOf(subject: string, group: string): Promise<string> {
  const { exitCode, stdout } = await plimsoll('', ['token', '--as', subject, '--group', group], true);
  if (exitCode !== 0) throw new DemoError('the local issuer gives no token');
  return stdout.trim();
}

/* --------------------------------------------------------------- releases */

const view = z.object({
  phase: z.string(),
  status: z.string(),
  statementDigest: z.string().nullable(),
  outcome: z.object({ kind: z.string(), reason: z.string() }).nullable(),
});
type View = z.infer<typeof view>;

interface People {
  readonly ana: string;
  readonly sam: string;
}

interface Ended {
  readonly id: string;
  readonly outcome: string;
  readonly reason: string;
}

async function releaseOf({ ana, sam }: People, request: ReleaseRequest): Promise<Ended> {
  const { id } = await answer(z.object({ id: z.string() }), ana, ['release', ...wordsOf(request)]);
  say(`$ plimsoll watch ${id}\n`);
  // The watch prints; beside it sam waits for the statement.
  const watching = plimsoll(ana, ['watch', id]);
  const over = watching.then(() => true);
  await approveOnce(sam, id, over);
  await watching;
  const { outcome } = await look(sam, id);
  return { id, outcome: outcome?.kind ?? 'failed', reason: outcome?.reason ?? 'a person is needed' };
}

function wordsOf({ infrastructure, model, source, reason }: ReleaseRequest): readonly string[] {
  return [
    '--service',
    service,
    '--environment',
    environment,
    '--commit',
    source.commit,
    '--reason',
    reason,
    ...(infrastructure === undefined ? [] : ['--stack', infrastructure.stack]),
    ...(model === undefined
      ? []
      : ['--model-version', model.version, '--artifact', model.artifact, '--digest', model.digest, '--image', model.image]),
  ];
}

/** Over HTTP, not by the CLI: asked each half second, and a process each time would cost more than it tells. */
async function look(token: string, id: string): Promise<View> {
  const response = await fetch(`${env['PLIMSOLL_API_URL']}/v1/releases/${id}`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new DemoError(`the API answers ${response.status} for ${id}`);
  return view.parse(await response.json());
}

const lookMilliseconds = 500;
/** Long enough to read the statement's lines. */
const readingMilliseconds = 1_500;

async function approveOnce(sam: string, id: string, over: Promise<boolean>): Promise<void> {
  for (;;) {
    const { phase, statementDigest, status } = await look(sam, id);
    if (status !== 'running') return;
    if (phase === 'awaiting approval' && statementDigest !== null) {
      await sleep(readingMilliseconds);
      say(`\n            (the demo now approves as sam of sre, who did not ask for it: exactly the statement above)`);
      await plimsoll(sam, ['approve', id, '--statement', statementDigest, '--reason', 'read the change and the findings'], true);
      return;
    }
    if (await Promise.race([over, sleep(lookMilliseconds, false)])) return;
  }
}

/* ------------------------------------------------------------------ story */

async function nextGoodVersion(token: string): Promise<string> {
  const schema = z.object({ running: z.object({ version: z.string() }).nullable() });
  const { running } = await answer(schema, token, ['service', service, environment]);
  return running?.version === goodVersions[0] ? goodVersions[1] : goodVersions[0];
}

const modelFile = (version: string) => join(example, 'models', service, version, 'model.safetensors');

/* ------------------------------------------------------------------ proof */

/** What an auditor does: the whole ledger, with the public key alone; then Temporal's memory beside it. */
async function proved(...releases: readonly Ended[]): Promise<boolean> {
  const connection = await Connection.connect({ address: env['PLIMSOLL_TEMPORAL_ADDRESS'] ?? '' });
  const client = new Client({ connection });
  try {
    // It runs by itself once a day; nobody waits that long for a demo.
    await client.workflow.execute('checkpoint', { workflowId: `checkpoint-demo-${Date.now()}`, taskQueue: taskQueues.releases, args: [] });
    say('$ plimsoll verify --all --allow-open\n');
    const { exitCode } = await plimsoll('', ['verify', '--all', '--allow-open']);
    const differences = (await Promise.all(releases.map(({ id }) => disagreementsAbout(id, client, env)))).flat();
    say(differences.length === 0 ? "Temporal's histories and the ledger tell the same story." : differences.join('\n'));
    return exitCode === 0 && differences.length === 0;
  } finally {
    await connection.close();
  }
}

async function main(): Promise<number> {
  env = stackEnvironment();
  say('Plimsoll releases two versions of fraud-scorer to production on the local stack.');
  say('Real here: Terraform, its AWS provider, Checkov, tfsec, modelscan, OPA, Helm, Kubernetes, Prometheus, Temporal.');
  say('Stand-ins: AWS (moto), the nodes (kwok), the pods’ traffic (infra/local/lab).');
  const repository = await ensureRepository(env);
  const people: People = { ana: await tokenOf('ana', 'risk'), sam: await tokenOf('sam', 'sre') };

  const version = await nextGoodVersion(people.ana);
  title(`1. A good version, ${version}, with the infrastructure it needs. ana of team risk asks.`);
  const good = await releaseOf(people, {
    service,
    environment,
    source: { commit: await headOf(repository) },
    infrastructure: { stack: 'platform', variables: {} },
    model: await publishModel(service, version, modelFile(version), env),
    reason: 'weekly retrain',
    attempt: 1,
  });

  title(`2. A version that answers correctly, and one request in ten slowly, ${slowVersion}. Beside the live one it shows.`);
  const overlay = await filesWithin(join(casesFolder, 'slow-model/overlay'));
  const slow = await releaseOf(people, {
    service,
    environment,
    source: { commit: await mergeAndRevert(repository, overlay, 'A larger model') },
    model: await publishModel(service, slowVersion, modelFile(slowVersion), env),
    reason: 'a larger model',
    attempt: 1,
  });

  title('What happened');
  for (const { id, outcome, reason } of [good, slow]) {
    say(`${outcome.padEnd(12)} ${id}\n             ${reason}`);
    say(`             ${env['PLIMSOLL_TEMPORAL_UI_URL']}/namespaces/default/workflows/${id}`);
  }
  title('Can it be proved?');
  const isProved = await proved(good, slow);
  title('Look around');
  say(`Temporal UI        ${env['PLIMSOLL_TEMPORAL_UI_URL']}`);
  say(`API documentation  ${env['PLIMSOLL_API_URL']}/docs`);
  say(`Prometheus         ${env['PLIMSOLL_PROMETHEUS_URL']}`);
  say(`CLI                bin/plimsoll --help   (a token first: bin/plimsoll token --as ana --group risk --save)`);
  say(`Stop               make down`);
  return good.outcome === 'released' && slow.outcome === 'rolled back' && isProved ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof DemoError)) throw error;
  process.stderr.write(`demo: ${error.message}\n`);
  process.exitCode = 1;
}
