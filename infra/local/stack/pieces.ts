/** The pieces of the local stack: with what each starts, and how it is asked whether it is ready. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { taskQueues } from '../../../workflows/messages.ts';
import { searchAttributes } from '../../../workflows/search-attributes.ts';
import { policyRevision } from '../../opa/revision.ts';
import { accountNames, bootstrapAccount, publicKeyOf } from '../aws/bootstrap.ts';
import { standInCommand, standInDigest } from '../aws/stand-in.ts';
import { prometheusConfig } from '../prometheus/config.ts';
import { repository } from '../repository.ts';
import { toolFile } from '../tools/paths.ts';
import { findingsQueue, host, type PortName, type StackConfig, terraformCliConfig } from './config.ts';
import { clusterConfig, clusterObjects, clusterProcesses, prepareCluster, probeCluster, startCluster } from './kubernetes.ts';
import { answers, type Command, launch, type Piece, type Stack } from './piece.ts';

export function localStack(config: StackConfig): Stack {
  const { env } = config;
  return {
    rows: [
      [aws(config), temporal(config), kubernetes(config), opa(config), prometheus(config)],
      [
        plimsoll(config, 'issuer', 'infra/local/issuer', ['ISSUER'], () =>
          answers(`${env['PLIMSOLL_ISSUER_URL']}/.well-known/openid-configuration`),
        ),
        plimsoll(config, 'lab', 'infra/local/lab', ['LAB', 'GATEWAY'], () => answers(`${env['PLIMSOLL_LAB_URL']}/readyz`)),
      ],
      [
        plimsoll(config, 'worker', 'worker', ['WORKER_METRICS'], () => polls(env['PLIMSOLL_WORKER_METRICS_URL'] ?? '')),
        plimsoll(config, 'api', 'api', ['API'], () => answers(`${env['PLIMSOLL_API_URL']}/readyz`)),
      ],
    ],
    writeFiles: () => writeFileSync(env['PLIMSOLL_TERRAFORM_CLI_CONFIG'] ?? '', terraformCliConfig()),
  };
}

const digest = (...parts: readonly string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/**
 * Each takes seconds of a core. A machine that is busy with others gives it an eighth of one, and then they are minutes: this
 * ends a start that hangs; one whose process has ended is not waited for.
 */
const readyWithinSeconds = 180;

/** A piece that is one program. `covers` is what else it was started with: files that it reads only then. */
function program(
  name: string,
  ports: readonly PortName[],
  command: () => Command,
  probe: () => Promise<unknown>,
  more: Partial<Pick<Piece, 'holdsState' | 'readyWithinSeconds' | 'prepare'>> & { covers?: () => string } = {},
): Piece {
  const { covers = () => '', ...rest } = more;
  return {
    name,
    ports,
    holdsState: false,
    readyWithinSeconds,
    fingerprint: () => {
      const { file, args, env } = command();
      return digest(file, ...args, ...Object.entries(env).map(String).toSorted(), covers());
    },
    start: async (log) => launch(command(), log),
    probe,
    ...rest,
  };
}

/** What a program of ours may see of the machine. Its home is the stack's: nobody's credentials or settings leak in. */
const plainEnv = ({ home, env }: StackConfig) => ({ PATH: env['PLIMSOLL_TOOLS_PATH'] ?? '', HOME: join(home, 'run'), LANG: 'C.UTF-8' });

function aws(config: StackConfig): Piece {
  const { env, ports } = config;
  const endpoint = env['AWS_ENDPOINT_URL'] ?? '';
  return program(
    'aws',
    ['AWS'],
    () => standInCommand(host, ports.AWS, plainEnv(config)),
    () => answers(`${endpoint}/moto-api/`),
    {
      holdsState: true,
      covers: standInDigest,
      async prepare() {
        const region = env['AWS_REGION'] ?? '';
        await bootstrapAccount(endpoint, region, { ...accountNames(env), findingsQueue });
        const publicKey = await publicKeyOf(endpoint, region, env['PLIMSOLL_LEDGER_KEY'] ?? '');
        writeFileSync(env['PLIMSOLL_LEDGER_PUBLIC_KEY'] ?? '', publicKey);
      },
    },
  );
}

/** As `temporal server start-dev` spells what the SDK spells in capitals. */
export const attributeTypes: Readonly<Record<string, string>> = { KEYWORD: 'Keyword', BOOL: 'Bool', INT: 'Int', DATETIME: 'Datetime' };

function temporal(config: StackConfig): Piece {
  const { home, ports, env } = config;
  const attributes = Object.values(searchAttributes).map(({ name, type }) => `--search-attribute=${name}=${attributeTypes[type]}`);
  return program(
    'temporal',
    ['TEMPORAL', 'TEMPORAL_UI'],
    () => ({
      file: toolFile('temporal'),
      args: [
        'server',
        'start-dev',
        `--ip=${host}`,
        `--port=${ports.TEMPORAL}`,
        `--ui-port=${ports.TEMPORAL_UI}`,
        // A file, so that Temporal can be restarted under running releases; with these pragmas as fast as memory.
        `--db-filename=${join(home, 'state', 'temporal.db')}`,
        '--sqlite-pragma=journal_mode=wal',
        '--sqlite-pragma=synchronous=normal',
        '--log-level=warn',
        // Asks nobody outside for newer versions.
        '--dynamic-config-value=frontend.enableServerVersionCheck=false',
        // Nobody's own settings of the CLI.
        '--disable-config-file',
        '--disable-config-env',
        ...attributes,
      ],
      env: plainEnv(config),
    }),
    async () => {
      await answers(env['PLIMSOLL_TEMPORAL_UI_URL'] ?? '');
      // 10 s: the first answer of a cold server on a busy machine.
      execFileSync(toolFile('temporal'), ['operator', 'search-attribute', 'list', '--address', env['PLIMSOLL_TEMPORAL_ADDRESS'] ?? ''], {
        env: plainEnv(config),
        timeout: 10_000,
        stdio: 'pipe',
      });
    },
  );
}

function kubernetes(config: StackConfig): Piece {
  return {
    name: 'kubernetes',
    ports: ['KUBERNETES'],
    holdsState: true,
    readyWithinSeconds,
    fingerprint: () => digest(config.home, clusterConfig(config), clusterObjects()),
    start: (log) => startCluster(config, plainEnv(config), log),
    probe: () => probeCluster(config),
    prepare: () => prepareCluster(config),
    leftovers: () => clusterProcesses(config),
  };
}

const policies = join(repository, 'infra/opa');

/** OPA gets a bundle whose revision is the policies' digest, so that every decision names the rules it was made by. */
function opa(config: StackConfig): Piece {
  const bundle = join(config.home, 'run', 'opa-bundle.tar.gz');
  const revisions = config.env['PLIMSOLL_POLICY_REVISIONS'] ?? '';
  const piece = program(
    'opa',
    ['OPA'],
    () => ({
      file: toolFile('opa'),
      args: [
        'run',
        '--server',
        '--skip-version-check',
        '--addr',
        `${host}:${config.ports.OPA}`,
        '--log-level',
        'error',
        '--bundle',
        bundle,
      ],
      env: plainEnv(config),
    }),
    () => answers(`${config.env['PLIMSOLL_OPA_URL']}/health?bundles`),
    { covers: () => `${policyRevision(policies)} ${revisions}` },
  );
  return {
    ...piece,
    async start(log) {
      const revision = policyRevision(policies);
      const args = ['build', '--bundle', policies, '--ignore', '*_test.rego', '--revision', revision, '--output', bundle];
      // It takes a second.
      execFileSync(toolFile('opa'), args, { env: plainEnv(config), timeout: readyWithinSeconds * 1000, stdio: 'pipe' });
      writeFileSync(revisions, `${revision}\n`);
      return piece.start(log);
    },
  };
}

function prometheus(config: StackConfig): Piece {
  const { env, home, ports } = config;
  const file = join(home, 'run', 'prometheus.yaml');
  const text = () =>
    prometheusConfig({
      labUrl: env['PLIMSOLL_LAB_URL'] ?? '',
      workerMetricsUrl: env['PLIMSOLL_WORKER_METRICS_URL'] ?? '',
      apiUrl: env['PLIMSOLL_API_URL'] ?? '',
    });
  const piece = program(
    'prometheus',
    ['PROMETHEUS'],
    () => ({
      file: toolFile('prometheus'),
      args: [
        `--config.file=${file}`,
        `--web.listen-address=${host}:${ports.PROMETHEUS}`,
        `--storage.tsdb.path=${join(home, 'state', 'prometheus')}`,
        // Longer than any local release; less to keep on disk.
        '--storage.tsdb.retention.time=12h',
      ],
      env: plainEnv(config),
    }),
    () => answers(`${env['PLIMSOLL_PROMETHEUS_URL']}/-/ready`),
    { covers: text },
  );
  return {
    ...piece,
    async start(log) {
      writeFileSync(file, text());
      return piece.start(log);
    },
  };
}

/** A process of our own, from the build. Rebuilt is changed: the running one is then replaced. */
function plimsoll(config: StackConfig, name: string, folder: string, ports: readonly PortName[], probe: () => Promise<unknown>): Piece {
  const main = join(repository, 'dist', folder, 'main.js');
  return program(
    name,
    ports,
    () => ({
      file: process.execPath,
      args: ['--enable-source-maps', main],
      cwd: repository,
      env: sorted({
        ...settings(),
        ...Object.fromEntries(Object.entries(config.ports).map(([port, number]) => [`PLIMSOLL_PORT_${port}`, String(number)])),
        ...config.env,
        PATH: config.env['PLIMSOLL_TOOLS_PATH'] ?? '',
        HOME: homedir(),
        LANG: 'C.UTF-8',
      }),
    }),
    probe,
    {
      covers() {
        if (!existsSync(main)) throw new Error(`dist/${folder}/main.js is missing: npm run build`);
        return digest(readFileSync(join(repository, 'dist/.tsbuildinfo'), 'utf8'));
      },
    },
  );
}

/** The metrics answer before the worker does: it is ready when it asks every queue for work. */
async function polls(metricsUrl: string): Promise<void> {
  const metrics = await answers(`${metricsUrl}/metrics`);
  const asked = metrics.split('\n').filter((line) => line.startsWith('temporal_num_pollers{') && !line.endsWith(' 0'));
  const unasked = Object.values(taskQueues).filter((queue) => !asked.some((line) => line.includes(`task_queue="${queue}"`)));
  if (unasked.length > 0) throw new Error(`it does not ask ${unasked.join(', ')} for work yet`);
}

/**
 * Settings of ours that the caller made, such as the lab's load; the stack's own addresses win over them. A token
 * is the caller's own and no setting of the stack.
 */
const settings = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      name.startsWith('PLIMSOLL_') && name !== 'PLIMSOLL_TOKEN' && value ? [[name, value]] : [],
    ),
  );

/** Whoever has read `stack.env` has the same variables in another order: that is no change. */
const sorted = (env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).toSorted(([one], [other]) => (one < other ? -1 : 1)));
