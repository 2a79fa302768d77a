/**
 * The README of each Terraform module that is made of others: what its `main.tf` says of itself, how the platform uses
 * it (which is applied in a test), its inputs and its outputs. Written by `npm run docs`, like the reference pages.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { teamAccess, teamNames } from '../../opa/access.ts';
import { repository } from '../repository.ts';
import { table } from './markdown.ts';
import { platformPage } from './platform.ts';

const modules = 'infra/terraform/modules';
const platform = 'infra/terraform/platform';
/** The small ones, whose READMEs are written by hand and say more than a table. */
const byHand = new Set(['worker-identity', 'encryption-key', 'image-registry', 'log-group', 'model-store', 'pipeline-role']);

const generatedModules = readdirSync(join(repository, modules)).filter((name) => !byHand.has(name));

const text = (file: string): string => {
  const path = join(repository, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

/** The comment that a file begins with, as paragraphs. */
const headOf = (tf: string): string =>
  (/^(?:#.*\n)+/.exec(tf)?.[0] ?? '')
    .split('\n')
    .map((line) => line.replace(/^# ?/, ''))
    .join('\n')
    .trim()
    .replaceAll(/(?<!\n)\n(?!\n)/g, ' ');

interface Block {
  readonly name: string;
  readonly body: string;
}

/** Blocks of one kind. `terraform fmt` puts the closing brace of each at the beginning of a line. */
const blocksOf = (kind: 'variable' | 'output' | 'module', tf: string): readonly Block[] =>
  [...tf.matchAll(new RegExp(`^${kind} "([\\w-]+)" \\{\\n([\\s\\S]*?)^\\}`, 'gm'))].map(([, name = '', body = '']) => ({ name, body }));

const described = (body: string): string => /^ {2}description\s*= "((?:[^"\\]|\\.)*)"$/m.exec(body)?.[1]?.replaceAll('\\"', '"') ?? '';
const defaultOf = (body: string): string => /^ {2}default\s*= (.*)$/m.exec(body)?.[1] ?? 'needed';

function usage(name: string): string {
  const files = readdirSync(join(repository, platform)).filter((file) => file.endsWith('.tf'));
  const used = files
    .flatMap((file) => blocksOf('module', text(`${platform}/${file}`)))
    .find(({ body }) => body.includes(`"../modules/${name}"`));
  if (used === undefined) throw new Error(`${platform} does not use ${name}: its README would show no use of it`);
  return `module "${used.name}" {\n${used.body}}`;
}

/** A default that begins a block or a list is too long for a cell. */
const short = (value: string): string => (/[[{(]$/.test(value) ? 'see `variables.tf`' : value === 'needed' ? value : `\`${value}\``);

function readme(name: string): string {
  const inputs = blocksOf('variable', text(`${modules}/${name}/variables.tf`));
  const outputs = blocksOf('output', text(`${modules}/${name}/outputs.tf`));
  const parts = [
    `# ${name}`,
    '<!-- Written by `npm run docs` from the module itself: change that, not this file. -->',
    headOf(text(`${modules}/${name}/main.tf`)),
    'As the platform (`infra/terraform/platform`) uses it, which a test applies:',
    `\`\`\`hcl\n${usage(name)}\n\`\`\``,
    '## Inputs',
    'What each refuses is in `tests/refuses.tftest.hcl`. `terraform init -backend=false && terraform test` runs the tests without AWS.',
    table(
      ['input', 'default', 'what'],
      inputs.map(({ name: input, body }) => [`\`${input}\``, short(defaultOf(body)), described(body)]),
    ),
    '## Outputs',
    table(
      ['output', 'what'],
      outputs.map(({ name: output, body }) => [`\`${output}\``, described(body)]),
    ),
    'Versions and upgrades: [UPGRADING.md](../../UPGRADING.md).',
  ];
  return `${parts.join('\n\n')}\n`;
}

/** What the environments tell the platform of each team: the data of the policies, cut to the bucket of models there. */
function accessFile(environment: string): string {
  const place = {
    // Neither is in what is written: roles of teams are the module's.
    account: '000000000000',
    deployerRole: 'arn:aws:iam::000000000000:role/deployer',
    partition: 'aws',
    buckets: [`acme-ml-${environment}-models`],
    namespace: 'models',
  };
  return `${JSON.stringify(Object.fromEntries(teamNames.map((team) => [team, teamAccess(team, place)])), null, 2)}\n`;
}

export const terraformPages: Readonly<Record<string, () => string>> = {
  'docs/reference/platform.md': platformPage,
  ...Object.fromEntries(
    ['staging', 'production'].map((name) => [`infra/terraform/environments/${name}/access.json`, () => accessFile(name)]),
  ),
  ...Object.fromEntries(generatedModules.map((name) => [`${modules}/${name}/README.md`, () => readme(name)])),
};
