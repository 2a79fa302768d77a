/**
 * `npm run bench:infra`: how long init, plan and apply of the whole production environment take against the stand-in
 * for AWS, and what a warm provider cache saves. Needs no running stack; takes some minutes and a GiB of disk.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../../infra/local/repository.ts';
import { fill, platformName, terraformMirror, toolFile, toolFolder, toolNamed } from '../../infra/local/tools/paths.ts';
import { startStandIn } from '../support/stand-in.ts';

/** Init is short and shared with the disk's mood: the median of so many. */
const inits = 5;
const folder = mkdtempSync(join(tmpdir(), 'bench-infra-'));
const root = join(folder, 'terraform/environments/production');
const provider = toolNamed('terraform-provider-aws');
const address = 'registry.terraform.io/hashicorp/aws';

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function timed(work: () => void): number {
  const from = performance.now();
  work();
  return (performance.now() - from) / 1000;
}

/** The provider packed, as a registry and `terraform providers mirror` hand it out: unpacking it is what a cache saves. */
function packedMirror(): string {
  const unpacked = terraformMirror();
  if (unpacked === undefined) throw new Error("Terraform's AWS provider is missing: `make doctor` says how to get it");
  const packed = join(folder, 'packed');
  mkdirSync(join(packed, address), { recursive: true });
  const archive = join(packed, address, `terraform-provider-aws_${provider.version}_${platformName()}.zip`);
  const python = join(toolFolder(toolNamed('moto')), 'environment/moto/bin/python');
  execFileSync(python, ['-m', 'zipfile', '-c', archive, ...provider.provides], {
    cwd: join(unpacked, fill(`${address}/{version}/{os}_{arch}`, provider)),
  });
  return packed;
}

/** Without a mirror of its own choosing, Terraform would ask the registry. */
function cliConfig(name: string, mirror: string, cache?: string): string {
  const file = join(folder, `${name}.rc`);
  const cached = cache === undefined ? '' : `plugin_cache_dir = ${JSON.stringify(cache)}\n`;
  writeFileSync(
    file,
    `disable_checkpoint = true\n${cached}provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
  );
  return file;
}

const aws = await startStandIn('eu-west-1');
try {
  cpSync(join(repository, 'infra/terraform'), join(folder, 'terraform'), {
    recursive: true,
    filter: (file) => !file.includes('.terraform'),
  });
  // A state beside the code: what a backend costs is not what is measured.
  writeFileSync(join(root, 'backend_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
  const terraform = (config: string, ...args: readonly string[]) => {
    const env = { HOME: folder, PATH: '/usr/bin:/bin', TF_CLI_CONFIG_FILE: config, TF_IN_AUTOMATION: '1', TF_INPUT: '0', ...aws.env };
    execFileSync(toolFile('terraform'), args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  const init = (config: string) =>
    timed(() => {
      // The lock file stays, as it does in a repository: without it Terraform takes nothing from the cache.
      rmSync(join(root, '.terraform'), { recursive: true, force: true });
      terraform(config, 'init', '-no-color');
    });

  const mirror = packedMirror();
  const cache = join(folder, 'cache');
  mkdirSync(cache);
  const cold = cliConfig('cold', mirror);
  const warm = cliConfig('warm', mirror, cache);
  init(cold); // writes the lock file
  const coldSeconds = median(Array.from({ length: inits }, () => init(cold)));
  init(warm); // fills the cache
  const warmSeconds = median(Array.from({ length: inits }, () => init(warm)));

  const ids = ['-var', 'account_id=123456789012', '-var', 'state_kms_key_arn=arn:aws:kms:eu-west-1:123456789012:key/bench'];
  const plan = timed(() => terraform(warm, 'plan', '-no-color', '-out=bench.tfplan', ...ids));
  const apply = timed(() => terraform(warm, 'apply', '-no-color', 'bench.tfplan'));
  const empty = timed(() => terraform(warm, 'plan', '-no-color', '-detailed-exitcode', ...ids));

  const seconds = (value: number) => `${value.toFixed(1)} s`;
  console.log(`init, the provider unpacked each time   ${seconds(coldSeconds)} (median of ${inits})`);
  console.log(
    `init, from a warm provider cache        ${seconds(warmSeconds)} (median of ${inits}): saves ${seconds(coldSeconds - warmSeconds)}`,
  );
  console.log(`plan of everything, nothing there yet   ${seconds(plan)}`);
  console.log(`apply                                   ${seconds(apply)}, most of it the provider's own waits for AWS to settle`);
  console.log(`plan afterwards: nothing to do          ${seconds(empty)}`);
} finally {
  await aws.stop();
  rmSync(folder, { recursive: true });
}
