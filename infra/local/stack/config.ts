/**
 * Where the local stack lives and listens, and the environment that everything which talks to it reads.
 * One home folder, one stack: two stacks with two homes and other ports do not meet.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from '../repository.ts';
import { terraformMirror, toolsPath } from '../tools/paths.ts';

export const defaultPorts = {
  TEMPORAL: 7233,
  TEMPORAL_UI: 8233,
  AWS: 5555,
  KUBERNETES: 6443,
  OPA: 8181,
  PROMETHEUS: 9090,
  ISSUER: 8081,
  LAB: 8083,
  GATEWAY: 8082,
  WORKER_METRICS: 9464,
  API: 8080,
} as const;

export type PortName = keyof typeof defaultPorts;

/** The demo changes its catalog, so that it has a copy of its own. */
export const demoCatalog = (home: string): string => join(home, 'demo', 'catalog');

/** Where the demo has made its copy, the stack reads that one until it stops. */
const catalogOf = (home: string): string => (existsSync(demoCatalog(home)) ? demoCatalog(home) : join(repository, 'catalog'));

export interface StackConfig {
  /** Absolute. */
  readonly home: string;
  readonly ports: Readonly<Record<PortName, number>>;
  /** What `stack.env` says. */
  readonly env: Readonly<Record<string, string>>;
}

/** What the stand-in for AWS takes for its account, and the queue that infra/terraform/modules/threat-detection makes. */
const account = '123456789012';
export const findingsQueue = 'plimsoll-findings';

/** Everything listens here and nowhere else: the stack has no passwords worth the name. */
export const host = '127.0.0.1';

export function stackConfig(given: NodeJS.ProcessEnv = process.env): StackConfig {
  const home = resolve(given['PLIMSOLL_HOME'] ?? join(repository, '.plimsoll'));
  const ports = Object.fromEntries(
    Object.entries(defaultPorts).map(([name, port]) => [name, portFrom(`PLIMSOLL_PORT_${name}`, given, port)]),
  ) as Record<PortName, number>;
  const url = (name: PortName) => `http://${host}:${ports[name]}`;
  return {
    home,
    ports,
    env: {
      PLIMSOLL_HOME: home,
      // So that whoever has read this file may start a piece again, as tests that kill one do.
      ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [`PLIMSOLL_PORT_${name}`, String(port)])),
      AWS_ENDPOINT_URL: url('AWS'),
      AWS_REGION: 'eu-west-1',
      // What the stand-in takes for an account; there is nothing behind it.
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
      AWS_EC2_METADATA_DISABLED: 'true',
      PLIMSOLL_STORE_BUCKET: 'plimsoll-store',
      PLIMSOLL_LEDGER_BUCKET: 'plimsoll-ledger',
      PLIMSOLL_CHECKPOINT_BUCKET: 'plimsoll-checkpoints',
      PLIMSOLL_MODELS_BUCKET: 'acme-models',
      PLIMSOLL_STATE_BUCKET: 'acme-tfstate',
      PLIMSOLL_AUDIT_TRAIL: 's3://plimsoll-audit/cloudtrail',
      PLIMSOLL_AUDIT_EXPORT: 's3://plimsoll-audit/events',
      PLIMSOLL_LOCK_TABLE: 'acme-tflock',
      PLIMSOLL_STORE_KEY: 'alias/plimsoll-store',
      PLIMSOLL_CHANGE_KEY: 'alias/plimsoll-change',
      PLIMSOLL_LEDGER_KEY: 'alias/plimsoll-ledger',
      PLIMSOLL_LEDGER_PUBLIC_KEY: join(home, 'ledger-key.pem'),
      PLIMSOLL_FINDINGS_QUEUE: `${url('AWS')}/${account}/${findingsQueue}`,
      PLIMSOLL_TEMPORAL_ADDRESS: `${host}:${ports.TEMPORAL}`,
      PLIMSOLL_TEMPORAL_UI_URL: url('TEMPORAL_UI'),
      PLIMSOLL_OPA_URL: url('OPA'),
      // Written when the bundle is built: whoever publishes a bundle says which.
      PLIMSOLL_POLICY_REVISIONS: join(home, 'run', 'policy-revisions'),
      PLIMSOLL_PROMETHEUS_URL: url('PROMETHEUS'),
      PLIMSOLL_API_URL: url('API'),
      PLIMSOLL_ISSUER_URL: url('ISSUER'),
      PLIMSOLL_LAB_URL: url('LAB'),
      PLIMSOLL_GATEWAY_URL: url('GATEWAY'),
      PLIMSOLL_WORKER_METRICS_URL: url('WORKER_METRICS'),
      // The demo makes it out of examples/ml-platform.
      PLIMSOLL_DEMO_REPOSITORY: given['PLIMSOLL_DEMO_REPOSITORY'] ?? pathToFileURL(join(home, 'demo', 'ml-platform')).href,
      PLIMSOLL_ALLOW_LOCAL_REPOSITORIES: 'true',
      PLIMSOLL_CATALOG: resolve(given['PLIMSOLL_CATALOG'] ?? catalogOf(home)),
      PLIMSOLL_WORK_ROOT: join(home, 'work'),
      PLIMSOLL_TOOLS_PATH: toolsPath(),
      PLIMSOLL_TERRAFORM_CLI_CONFIG: join(home, 'terraform.rc'),
      KUBECONFIG: join(home, 'kubeconfig'),
    },
  };
}

function portFrom(variable: string, given: NodeJS.ProcessEnv, otherwise: number): number {
  const text = given[variable];
  if (text === undefined || text === '') return otherwise;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`${variable}=${text} is not a port (1 to 65535)`);
  return port;
}

/** Terraform takes providers from the mirror and from nowhere else: what a release runs was there before it. */
export function terraformCliConfig(): string {
  const mirror = terraformMirror();
  if (mirror === undefined) throw new Error("Terraform's AWS provider is missing: `make doctor` says how to get it");
  return [
    'disable_checkpoint = true',
    'provider_installation {',
    `  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }`,
    '}',
    '',
  ].join('\n');
}

export const envFile = (env: Readonly<Record<string, string>>): string =>
  Object.entries(env)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
