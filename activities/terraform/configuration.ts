/**
 * The code of a Terraform root and of every local module it calls, read with HashiCorp's own HCL parser and
 * turned into the few facts the allow-list and the variable check need. Runs nothing and downloads nothing.
 * What cannot be read is a problem, and problems deny.
 */
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { parse } from '@cdktn/hcl2json';

export interface Place {
  /** As a person would look for it: `aws_instance.web`, `module.net`, a file. */
  readonly address: string;
  /** Relative to the repository. */
  readonly file: string;
}

export interface ModuleCall extends Place {
  readonly source: string;
  readonly remote: boolean;
}

export interface Configuration {
  /** Folders relative to the repository; the root is the first. */
  readonly folders: readonly string[];
  readonly providers: readonly (Place & { readonly source: string })[];
  readonly moduleCalls: readonly ModuleCall[];
  readonly dataSources: readonly (Place & { readonly type: string; readonly backend: unknown })[];
  readonly provisioners: readonly (Place & { readonly provisioner: string })[];
  /** `backend "s3"`, `cloud`; of the root only, since Terraform ignores others. */
  readonly backends: readonly (Place & { readonly type: string })[];
  /** Settings that make AWS SDKs read files of the repository, which may name programs to run. */
  readonly credentialSettings: readonly (Place & { readonly setting: string })[];
  /** Files that change others, or that the parser and reviewers do not read as HCL. */
  readonly oddFiles: readonly (Place & { readonly why: string })[];
  /** Of the root. */
  readonly variables: ReadonlyMap<string, { readonly sensitive: boolean }>;
  /** Provider sources in the root's lock file, `null` when there is none. */
  readonly lockedProviders: readonly string[] | null;
  readonly problems: readonly string[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };
type Block = Readonly<Record<string, unknown>>;

export const lockFileName = '.terraform.lock.hcl';

/** Far more than any root has; a loop of symbolic links ends here instead of never. */
const modulesMax = 500;

export async function readConfiguration(repository: string, root: string): Promise<Configuration> {
  const top = await realpath(repository);
  const found: Mutable<Configuration> = {
    folders: [],
    providers: [],
    moduleCalls: [],
    dataSources: [],
    provisioners: [],
    backends: [],
    credentialSettings: [],
    oddFiles: [],
    variables: new Map(),
    lockedProviders: null,
    problems: [],
  };
  const waiting = [root];
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    const real = await insideOf(top, folder);
    if (real === null) found.problems.push(`${folder} is not a folder of the repository`);
    else if (found.folders.length >= modulesMax) found.problems.push(`more than ${modulesMax} modules`);
    else if (!found.folders.includes(real)) waiting.push(...(await readModule(top, real, found.folders.length === 0, found)));
  }
  return found;
}

/** Relative to the repository, links resolved; `null` for what is not there or leads out of it. */
async function insideOf(top: string, folder: string): Promise<string | null> {
  try {
    const path = relative(top, await realpath(join(top, folder)));
    return path === '..' || path.startsWith(`..${sep}`) ? null : path || '.';
  } catch {
    return null;
  }
}

/** Adds a module's facts to `found`; answers the folders of the local modules it calls. */
async function readModule(top: string, folder: string, isRoot: boolean, found: Mutable<Configuration>): Promise<readonly string[]> {
  found.folders.push(folder);
  const names = await readdir(join(top, folder));
  found.oddFiles.push(...names.flatMap((name) => oddFile(name, join(folder, name))));
  const blocks: { file: string; body: Block }[] = [];
  for (const name of names.filter((name) => name.endsWith('.tf'))) {
    const file = join(folder, name);
    const body = await parseHcl(top, file, found.problems);
    if (body !== null) blocks.push({ file, body });
  }
  if (blocks.length === 0) found.problems.push(`no Terraform code in ${folder}`);
  for (const { file, body } of blocks) readFacts(file, body, isRoot, found);
  found.providers.push(...providersOf(blocks));
  if (isRoot) {
    found.variables = variablesOf(blocks);
    found.lockedProviders = names.includes(lockFileName) ? await readLockFile(top, join(folder, lockFileName), found.problems) : null;
  }
  return blocks.flatMap(({ body }) =>
    labelled(body['module']).flatMap(({ block }) => (isLocal(textOf(block['source'])) ? [join(folder, textOf(block['source']))] : [])),
  );
}

async function parseHcl(top: string, file: string, problems: string[]): Promise<Block | null> {
  try {
    return (await parse(file, await readFile(join(top, file), 'utf8'))) as Block;
  } catch {
    // The parser's text quotes the code, which may hold anything; `terraform validate` names the place.
    problems.push(`${file} is not valid HCL`);
    return null;
  }
}

export async function readLockFile(top: string, file: string, problems: string[]): Promise<readonly string[]> {
  return Object.keys(asBlock((await parseHcl(top, file, problems))?.['provider'])).map(shortSource);
}

function oddFile(name: string, file: string): readonly { address: string; file: string; why: string }[] {
  const odd = (why: string) => [{ address: file, file, why }];
  if (name === 'override.tf' || name.endsWith('_override.tf'))
    return odd('it overrides other files, so that reviewers read one thing and Terraform another');
  if (name.endsWith('.tf.json')) return odd('it is Terraform as JSON, which the scanners do not read: write HCL');
  if (name === '.terraform' || name === 'terraform.d') return odd('it may bring providers of its own');
  return [];
}

function readFacts(file: string, body: Block, isRoot: boolean, found: Mutable<Configuration>): void {
  for (const { label, block } of labelled(body['module'])) {
    const source = textOf(block['source']);
    found.moduleCalls.push({ address: `module.${label}`, file, source, remote: !isLocal(source) });
  }
  for (const { type, label, block } of typed(body['resource'])) found.provisioners.push(...provisionersOf(block, `${type}.${label}`, file));
  for (const block of listOf(body['removed'])) found.provisioners.push(...provisionersOf(block, 'removed', file));
  // A `check` block may hold a data source of its own.
  const scopes: readonly Block[] = [body, ...labelled(body['check']).map(({ block }) => block)];
  for (const { type, label, block } of scopes.flatMap((scope) => typed(scope['data'])))
    found.dataSources.push({ address: `data.${type}.${label}`, file, type, backend: block['backend'] });
  for (const { label, block } of labelled(body['provider'])) found.credentialSettings.push(...settingsOf(block, `provider.${label}`, file));
  if (isRoot) for (const block of listOf(body['terraform'])) readBackends(block, file, found);
}

function readBackends(terraform: Block, file: string, found: Mutable<Configuration>): void {
  for (const { label, block } of labelled(terraform['backend'])) {
    found.backends.push({ address: `backend.${label}`, file, type: label });
    found.credentialSettings.push(...settingsOf(block, `backend.${label}`, file));
  }
  if (terraform['cloud'] !== undefined) found.backends.push({ address: 'cloud', file, type: 'cloud' });
}

const provisionersOf = (block: Block, address: string, file: string) =>
  Object.keys(asBlock(block['provisioner'])).map((provisioner) => ({ address, file, provisioner }));

const riskySettings = ['shared_config_files', 'shared_credentials_files', 'shared_credentials_file', 'profile'];
const settingsOf = (block: Block, address: string, file: string) =>
  riskySettings.filter((setting) => block[setting] !== undefined).map((setting) => ({ address, file, setting }));

/** Required ones by their source; others are implied by name, and Terraform takes those from `hashicorp/`. */
function providersOf(blocks: readonly { file: string; body: Block }[]): Configuration['providers'] {
  const required = new Map<string, Place & { source: string }>();
  for (const { file, body } of blocks)
    for (const block of listOf(body['terraform']))
      for (const requirements of listOf(block['required_providers']))
        for (const [name, requirement] of Object.entries(requirements)) {
          const source = textOf(asBlock(requirement)['source']) || `hashicorp/${name}`;
          required.set(name, { address: `provider.${name}`, file, source: shortSource(source) });
        }
  const implied = new Map<string, Place & { source: string }>();
  for (const { file, body } of blocks)
    for (const name of localProviderNames(body))
      if (!required.has(name)) implied.set(name, { address: `provider.${name}`, file, source: `hashicorp/${name}` });
  return [...required.values(), ...implied.values()];
}

function localProviderNames(body: Block): ReadonlySet<string> {
  const checks = labelled(body['check']).map(({ block }) => block['data']);
  const used = [body['resource'], body['data'], body['ephemeral'], ...checks].flatMap(typed);
  const names = used.map(({ type, block }) => /^\$\{([\w-]+)/.exec(textOf(block['provider']))?.[1] ?? type.split('_')[0] ?? type);
  // Built into Terraform: `terraform_data`, `terraform_remote_state`.
  return new Set([...names, ...labelled(body['provider']).map(({ label }) => label)].filter((name) => name !== 'terraform'));
}

const variablesOf = (blocks: readonly { body: Block }[]): Configuration['variables'] =>
  new Map(
    blocks.flatMap(({ body }) =>
      // Anything but a plain `false` counts as sensitive: an expression there is not Terraform, and doubt denies.
      labelled(body['variable']).map(({ label, block }) => [label, { sensitive: (block['sensitive'] ?? false) !== false }] as const),
    ),
  );

export const isLocal = (source: string): boolean => source.startsWith('./') || source.startsWith('../');

export const shortSource = (source: string): string => source.toLowerCase().replace(/^registry\.terraform\.io\//, '');

/* The parser gives `{ type: { label: [ block, … ] } }`; missing is empty. */
const asBlock = (value: unknown): Block => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Block) : {});
const listOf = (value: unknown): readonly Block[] => (Array.isArray(value) ? value.map(asBlock) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const labelled = (value: unknown): readonly { label: string; block: Block }[] =>
  Object.entries(asBlock(value)).flatMap(([label, blocks]) => listOf(blocks).map((block) => ({ label, block })));
const typed = (value: unknown): readonly { type: string; label: string; block: Block }[] =>
  Object.entries(asBlock(value)).flatMap(([type, blocks]) => labelled(blocks).map((entry) => ({ type, ...entry })));
