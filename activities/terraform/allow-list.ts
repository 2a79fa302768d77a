/**
 * What a root may be made of. Terraform runs what it is given, with the credentials it is given, so everything
 * that would run a program or bring one is refused before anything is downloaded. Pure: facts in, findings out.
 */
import type { Gates } from '../../domain/catalog.ts';
import type { Finding } from '../../domain/finding.ts';
import { type Configuration, type Place, shortSource } from './configuration.ts';
import { findingOf } from './report.ts';

export const allowListTool = 'plimsoll';

/** Kept in the report's rules digest: a rule more or less is another gate. */
export const allowListRules = [
  'plimsoll.terraform.provider',
  'plimsoll.terraform.module',
  'plimsoll.terraform.data-source',
  'plimsoll.terraform.provisioner',
  'plimsoll.terraform.backend',
  'plimsoll.terraform.file',
] as const;
type Rule = (typeof allowListRules)[number];

/** Data sources that run a program or call any address while planning, before anybody approved anything. */
const refusedDataSources = new Set(['external', 'http']);

export function violationsOf(configuration: Configuration, gates: Gates): readonly Finding[] {
  return [
    ...providers(configuration, gates),
    ...modules(configuration, gates),
    ...configuration.dataSources
      .filter(({ type, backend }) => refusedDataSources.has(type) || (type === 'terraform_remote_state' && backend !== 's3'))
      .map((data) => violation('plimsoll.terraform.data-source', data, `the data source ${data.type} runs or calls what nobody reviewed`)),
    ...configuration.provisioners.map((block) =>
      violation('plimsoll.terraform.provisioner', block, `a ${block.provisioner} provisioner runs a program that no plan shows`),
    ),
    ...backends(configuration),
    ...configuration.credentialSettings.map((block) =>
      violation(
        'plimsoll.terraform.backend',
        block,
        `${block.setting} reads an AWS configuration of its own: the release brings the session`,
      ),
    ),
    ...configuration.oddFiles.map((file) => violation('plimsoll.terraform.file', file, `${file.file} is refused: ${file.why}`)),
  ];
}

const violation = (rule: Rule, { address, file }: Place, message: string): Finding =>
  findingOf(allowListTool, { rule, severity: 'critical', address, file, message });

function providers({ providers, lockedProviders, folders }: Configuration, gates: Gates): readonly Finding[] {
  const allowed = new Set(gates.providers.map(shortSource));
  const root = folders[0] ?? '.';
  const locked = (lockedProviders ?? []).map((source) => ({ address: `provider.${source}`, file: `${root}/.terraform.lock.hcl`, source }));
  return [...providers, ...locked]
    .filter(({ source }) => !allowed.has(source))
    .map((provider) =>
      violation('plimsoll.terraform.provider', provider, `the provider ${provider.source} is not on the environment's list`),
    );
}

function modules({ moduleCalls, lockedProviders }: Configuration, gates: Gates): readonly Finding[] {
  const remote = moduleCalls.filter((call) => call.remote);
  return [
    ...remote
      .filter(({ source }) => !isAllowed(source, gates.modules))
      .map((call) => violation('plimsoll.terraform.module', call, `the module source ${call.source} is not on the environment's list`)),
    // Only the lock file says which providers a module from elsewhere brings before it is downloaded.
    ...remote
      .filter(() => lockedProviders === null)
      .map((call) => violation('plimsoll.terraform.module', call, 'a module from elsewhere needs a committed .terraform.lock.hcl')),
  ];
}

export const isAllowed = (source: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => (pattern.endsWith('*') ? source.startsWith(pattern.slice(0, -1)) : source === pattern));

function backends({ backends, folders }: Configuration): readonly Finding[] {
  if (backends.length === 0)
    return [
      violation(
        'plimsoll.terraform.backend',
        { address: 'backend.s3', file: folders[0] ?? '.' },
        'the root has no `backend "s3" {}`: its state would be lost',
      ),
    ];
  return backends
    .filter(({ type }) => type !== 's3')
    .map((backend) => violation('plimsoll.terraform.backend', backend, `the backend ${backend.type} is not S3`));
}
