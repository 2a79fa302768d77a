/**
 * Data goes one way: api → workflows → ports ← activities → tools. This table is that sentence; an import that
 * is not in it is named together with the place where it belongs. Value imports and type imports both count.
 */
import { dirname, posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { read, sources } from './repository.ts';

interface Row {
  /** A folder ends in `/`; a file stands for itself. The longest one that fits a file is its row. */
  readonly at: string;
  /** Folders and files of this repository, besides its own folder. */
  readonly may: readonly string[];
  /** Of those, only their types. */
  readonly types?: readonly string[];
  readonly packages: readonly string[];
  /** Where what was wanted belongs instead. */
  readonly instead: string;
}

const anything = ['*'];
const activity = (tool: string, ...packages: readonly string[]): Row => ({
  at: `activities/${tool}/`,
  may: ['domain/', 'activities/tool/', 'activities/failure.ts'],
  packages: ['@temporalio/activity', 'zod', 'node:', ...packages],
  instead: 'an adapter knows its own tool: what two adapters share belongs to activities/tool/, what joins them to workflows/',
});

const table: readonly Row[] = [
  {
    at: 'domain/',
    may: [],
    packages: [],
    instead: 'the domain is pure: I/O belongs to activities/<tool>/ behind a port of domain/ports.ts',
  },
  { at: 'domain/digest.ts', may: ['domain/'], packages: ['canonicalize', '@noble/hashes'], instead: 'see docs/adr/0001' },
  { at: 'domain/freezes.ts', may: ['domain/'], packages: ['rrule-temporal', 'temporal-polyfill'], instead: 'see docs/adr/0012' },
  {
    at: 'workflows/',
    may: ['domain/'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
    instead: 'a workflow knows tools as ports (domain/ports.ts, workflows/steps.ts), and nothing that has a clock or does I/O',
  },
  {
    at: 'activities/failure.ts',
    may: ['domain/'],
    packages: ['@temporalio/activity'],
    instead: 'it builds failures from domain/failures.ts and does nothing else',
  },
  {
    at: 'activities/tool/',
    may: ['domain/', 'activities/failure.ts'],
    packages: ['@temporalio/activity', 'zod', 'node:', 'execa', 'tar', '@aws-sdk/client-s3', '@kubernetes/client-node'],
    instead: 'what one tool alone needs belongs to its own folder',
  },
  activity('caretaker', '@temporalio/client'),
  activity('checkup', '@aws-sdk/client-dynamodb', '@aws-sdk/client-guardduty', '@aws-sdk/client-s3'),
  activity('detection', '@aws-sdk/client-guardduty', '@aws-sdk/client-sqs', '@temporalio/client'),
  {
    ...activity('export', '@aws-sdk/client-s3'),
    // The very bytes that `plimsoll export` writes: an hour that each made in its own way would be two.
    may: ['domain/', 'activities/tool/', 'activities/failure.ts', 'audit/parquet.ts'],
  },
  activity('helm', '@kubernetes/client-node'),
  activity('kubernetes', '@kubernetes/client-node'),
  activity('lanes', '@temporalio/client'),
  activity('line', '@temporalio/client', 'yaml'),
  activity('ledger', '@aws-sdk/client-kms', '@aws-sdk/client-s3'),
  activity('policy', 'yaml'),
  activity('notify', '@aws-sdk/client-secrets-manager', '@aws-sdk/client-sns'),
  activity('policy'),
  activity('prometheus'),
  activity('releases', '@temporalio/client'),
  activity('scan', '@aws-sdk/client-s3', 'yauzl'),
  activity('source', '@aws-sdk/client-s3'),
  activity('strays', 'yaml'),
  activity('trail', '@aws-sdk/client-s3'),
  activity(
    'terraform',
    '@aws-sdk/client-dynamodb',
    '@aws-sdk/client-kms',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-secrets-manager',
    '@aws-sdk/client-sts',
    '@cdktn/hcl2json',
  ),
  {
    at: 'worker/',
    may: [
      'domain/',
      'workflows/',
      'activities/',
      // The very rules for whom a catalog tells: a worker that is told of others by itself must not take less of them.
      'api/catalog/notices.ts',
      // Both come to the same Temporal: a setting that one of them read otherwise would be found out in production.
      'api/temporal/connection.ts',
    ],
    packages: ['@temporalio/', '@aws-sdk/', 'pino', 'zod', 'node:'],
    instead: 'the worker joins; what it would do itself belongs to activities/',
  },
  {
    at: 'api/',
    may: ['domain/', 'workflows/messages.ts', 'workflows/search-attributes.ts'],
    types: ['workflows/'],
    packages: [
      '@nestjs/',
      '@temporalio/client',
      '@temporalio/common',
      '@fastify/cookie',
      '@fastify/static',
      'fastify',
      'jose',
      'openid-client',
      'pino',
      'prom-client',
      'reflect-metadata',
      'rxjs',
      'swagger-ui-dist',
      'yaml',
      'zod',
      'zod-openapi',
      'node:',
    ],
    instead: 'the API starts, asks and tells: what touches a tool belongs to activities/, behind a workflow',
  },
  {
    at: 'api/store/',
    may: ['domain/', 'api/config.ts', 'api/http/'],
    packages: ['@aws-sdk/client-s3'],
    instead: 'it reads what releases recorded, and nothing else of store and ledger (docs/architecture.md)',
  },
  {
    at: 'cli/',
    may: [],
    packages: ['commander', 'cli-table3', 'openid-client', 'picocolors', 'node:'],
    instead: 'the CLI knows the HTTP API alone: cli/client/generated/ has its types and calls',
  },
  {
    at: 'cli/main.ts',
    may: ['cli/', 'audit/export.ts', 'audit/report.ts', 'backtest/command.ts', 'verify/command.ts', 'verify/evidence.ts'],
    packages: ['open', 'node:'],
    instead: 'it puts the command line together, and nothing else: see docs/adr/0011',
  },
  {
    at: 'verify/',
    may: ['domain/'],
    packages: ['@aws-sdk/client-s3', 'commander', 'jose', 'tar', 'node:'],
    instead: 'it proves a ledger without a server and without whoever wrote it: see docs/adr/0014',
  },
  {
    at: 'audit/',
    may: ['domain/', 'verify/'],
    packages: ['@aws-sdk/client-s3', '@duckdb/node-api', 'commander', 'hyparquet-writer', 'node:'],
    instead: 'it asks what a ledger says, and proves it by verify/: see docs/adr/0022',
  },
  {
    at: 'backtest/',
    may: [
      'domain/',
      // Pure, and the very rules of the catalog and of the watch: a backtest that read counters or objectives
      // in its own way would judge something else than a release does.
      'activities/prometheus/answers.ts',
      'activities/prometheus/sample.ts',
      'api/catalog/objectives.ts',
      'api/catalog/series.ts',
      'api/http/problem.ts',
    ],
    packages: ['commander', 'yaml', 'zod', 'node:'],
    instead: 'it judges what was recorded, without a server: see docs/adr/0011',
  },
  {
    at: 'infra/local/',
    may: ['domain/', 'audit/', 'backtest/', 'verify/', 'workflows/search-attributes.ts', 'workflows/messages.ts', 'infra/opa/', 'cli/'],
    packages: [
      '@aws-sdk/',
      '@kubernetes/client-node',
      '@temporalio/client',
      'commander',
      'jose',
      'pino',
      'prom-client',
      'tar',
      'yaml',
      'yauzl',
      'zod',
      'node:',
    ],
    instead: 'the local stack starts the product from outside, as an installation does; it is no part of it',
  },
  {
    at: 'integrations/github/',
    may: [
      // The client and what the CLI does with it, without its commands: a release is asked for and watched in one way.
      'cli/client/',
      'cli/errors.ts',
      'cli/format.ts',
      'cli/patience.ts',
      'cli/preview.ts',
      'cli/request.ts',
      'cli/terminal.ts',
      'cli/watch.ts',
    ],
    packages: ['@actions/core', '@octokit/', 'bottleneck', 'esbuild', 'picocolors', 'node:'],
    instead: 'the action is a client of the HTTP API and of GitHub, and runs in a job of somebody else: see docs/adr/0017',
  },
  { at: 'infra/opa/', may: ['domain/'], packages: ['node:'], instead: 'it computes the revision of the policies and nothing else' },
  { at: 'infra/terraform/', may: [], packages: [], instead: 'Terraform modules are HCL; only their tests are TypeScript' },
  { at: 'test/', may: anything, packages: anything, instead: '' },
];

/** A test beside a file may use what it tests with, but an adapter's test knows no other adapter either. */
function testRowOf(file: string, row: Row): Row {
  if (file.startsWith('domain/')) return { ...row, may: ['domain/', 'test/support/'], packages: ['vitest', 'fast-check', 'node:'] };
  if (file.startsWith('activities/')) return { ...row, may: [...row.may, 'test/support/', 'infra/opa/'], packages: anything };
  return { ...row, may: anything, packages: anything };
}

function rowOf(file: string): Row | undefined {
  const [row] = table
    .filter(({ at }) => file === at || (at.endsWith('/') && file.startsWith(at)))
    .toSorted((a, b) => b.at.length - a.at.length);
  const own = row && { ...row, may: row.at.endsWith('/') ? [...row.may, row.at] : row.may };
  return own && file.endsWith('.test.ts') ? testRowOf(file, own) : own;
}

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** Every way to name another module: import, export from, `import()`, `import('…').Type`. */
function importsOf(file: string, text: string): readonly Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean) => {
    if (node !== undefined && ts.isStringLiteralLike(node)) found.push({ specifier: node.text, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return found;
}

const fits = (name: string, allowed: readonly string[]): boolean =>
  allowed.some(
    (one) => one === '*' || name === one || (one.endsWith('/') || one.endsWith(':') ? name.startsWith(one) : name.startsWith(`${one}/`)),
  );

/** `undefined`: allowed; else one line that names the stranger and the right place. */
function whyNot(file: string, { specifier, typeOnly }: Import): string | undefined {
  const row = rowOf(file);
  if (row === undefined) return `${file} is in no folder that imports.test.ts knows: give it a row`;
  if (!specifier.startsWith('.')) {
    return fits(specifier, row.packages) ? undefined : `${file} imports the package ${specifier}: ${row.instead}`;
  }
  if (!/\.(ts|json)$/.test(specifier)) return `${file} imports ${specifier} without its suffix: write .ts`;
  const target = posix.join(dirname(file), specifier);
  if (fits(target, row.may) || (typeOnly && fits(target, row.types ?? []))) return undefined;
  return `${file} imports ${target}: ${row.instead}`;
}

const ruled = sources.filter((file) => !/^[^/]+\.config\.ts$/.test(file));

describe('the import table', () => {
  test('has no strangers', () => {
    const strangers = ruled.flatMap((file) => importsOf(file, read(file)).map((one) => whyNot(file, one)));
    expect(strangers.filter((stranger) => stranger !== undefined)).toEqual([]);
  });

  test('has a row for every folder of activities, so that a new tool says what it needs', () => {
    const folders = new Set(ruled.flatMap((file) => /^activities\/[^/]+\//.exec(file) ?? []));
    expect([...folders].filter((folder) => !table.some(({ at }) => at === folder))).toEqual([]);
  });

  test('has no row for a folder that is gone', () => {
    expect(table.filter(({ at }) => !ruled.some((file) => file.startsWith(at))).map(({ at }) => at)).toEqual([]);
  });

  test.each([
    ['domain/order.ts', "import { readFile } from 'node:fs/promises';", 'activities/<tool>/'],
    ['domain/order.ts', "import type { RunTool } from '../activities/tool/run-tool.ts';", 'activities/<tool>/'],
    ['domain/order.test.ts', "import { Client } from '@temporalio/client';", 'activities/<tool>/'],
    ['workflows/ship.ts', "import { runTool } from '../activities/tool/run-tool.ts';", 'domain/ports.ts'],
    ['activities/helm/helm.ts', "import { terraform } from '../terraform/command.ts';", 'activities/tool/'],
    ['activities/helm/helm.test.ts', "import { terraform } from '../terraform/command.ts';", 'activities/tool/'],
    ['activities/helm/helm.ts', "import { execa } from 'execa';", 'activities/tool/'],
    ['api/main.ts', "import { release } from '../workflows/release.ts';", 'activities/'],
    ['api/main.ts', "export * from '@aws-sdk/client-s3';", 'activities/'],
    ['cli/program.ts', "const order = await import('../domain/order.ts');", 'cli/client/generated/'],
    ['cli/program.ts', "import { mountBacktest } from '../backtest/command.ts';", 'cli/client/generated/'],
    ['cli/main.ts', "import { replay } from '../backtest/replay.ts';", 'docs/adr/0011'],
    ['verify/command.ts', "import { createPlaces } from '../activities/ledger/places.ts';", 'docs/adr/0014'],
    ['backtest/replay.ts', "import { prometheusHttp } from '../activities/prometheus/query.ts';", 'docs/adr/0011'],
    ['api/releases/evidence.ts', "import { S3Client } from '@aws-sdk/client-s3';", 'activities/'],
    ['api/store/evidence-reader.ts', "import { KMSClient } from '@aws-sdk/client-kms';", 'docs/architecture.md'],
    ['infra/local/demo/main.ts', "import { createActivities } from '../../../worker/activities.ts';", 'from outside'],
    ['worker/main.ts', "import { readConfig } from './config.js';", '.ts'],
    ['console/main.ts', "import { createApp } from 'vue';", 'give it a row'],
  ])('names a stranger: %s with %s', (file, text, place) => {
    const [only, ...rest] = importsOf(file, text);
    expect(rest).toEqual([]);
    expect(only && whyNot(file, only)).toContain(place);
  });

  test('lets the API use the types of a workflow, and not its values', () => {
    const [type] = importsOf('api/main.ts', "import type { release } from '../workflows/release.ts';");
    expect(type && whyNot('api/main.ts', type)).toBeUndefined();
  });
});
