/**
 * Goal: Checkov, tfsec and tflint have nothing against our own Terraform that nobody has answered. An answer stands beside what it
 * is about: `checkov:skip` with its reason, or a sentence above `tfsec:ignore`.
 * Method: the scanners on the roots, which bring every module in; tflint on each folder, since it follows none.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readTflint, tflintConfig } from '../../activities/scan/tflint.ts';
import { repository } from '../../infra/local/repository.ts';
import { files, read } from '../hygiene/repository.ts';
import { findTool } from '../support/find-tool.ts';

const copy = mkdtempSync(join(tmpdir(), 'scan-'));
cpSync(join(repository, 'infra/terraform'), copy, { recursive: true, filter: (file) => !file.includes('.terraform/') });
afterAll(() => rmSync(copy, { recursive: true }));

/** Both exit with 1 when they find something: what they say counts, and that they say it. */
const scan = (tool: string, ...args: readonly string[]): Promise<unknown> =>
  new Promise((settle, fail) => {
    const env = { HOME: copy, PATH: process.env['PLIMSOLL_TOOLS_PATH'] };
    execFile(findTool(tool), args, { cwd: copy, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (stdout.trim() === '') fail(error ?? new Error(`${tool} said nothing: ${stderr}`));
      else settle(JSON.parse(stdout));
    });
  });

interface CheckovReport {
  readonly summary: { readonly passed: number; readonly parsing_errors: number };
  readonly results: { readonly failed_checks: readonly { readonly check_id: string; readonly resource: string }[] };
}

test('Checkov finds nothing that is not answered', async () => {
  const report = (await scan('checkov', '-d', '.', '--framework', 'terraform', '--quiet', '--compact', '-o', 'json')) as CheckovReport;
  expect(report.results.failed_checks.map(({ check_id, resource }) => `${check_id} ${resource}`)).toEqual([]);
  expect(report.summary).toMatchObject({ parsing_errors: 0 });
  // Far fewer would mean that it did not follow the modules.
  expect(report.summary.passed).toBeGreaterThan(250);
}, 300_000);

interface TfsecReport {
  readonly results:
    | readonly { readonly long_id: string; readonly location: { readonly filename: string; readonly start_line: number } }[]
    | null;
}

test.each(['environments/production', 'bootstrap'])(
  'tfsec finds nothing in %s that is not answered',
  async (root) => {
    const { results } = (await scan('tfsec', root, '--no-colour', '--format', 'json')) as TfsecReport;
    const found = (results ?? []).map(
      ({ long_id, location }) => `${long_id} ${location.filename.replace(`${copy}/`, '')}:${location.start_line}`,
    );
    expect(found).toEqual([]);
  },
  300_000,
);

test('tflint finds nothing in any folder', async () => {
  const config = join(copy, 'tflint.hcl');
  writeFileSync(config, tflintConfig(join(copy, 'no-plugins')));
  const answer = await scan('tflint', '--recursive', `--config=${config}`, '--format=json');
  expect(readTflint(JSON.stringify(answer), '.')).toEqual({ findings: [], parseErrors: [] });
}, 300_000);

test('every answer says why', () => {
  const modules = files.filter((file) => file.startsWith('infra/terraform/') && file.endsWith('.tf'));
  const silent = modules.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index, lines) => {
        const skip = /#checkov:skip=\w+(.*)/.exec(line);
        const answered =
          skip !== null ? (skip[1] ?? '').length > 15 : !line.includes('#tfsec:ignore') || /^# \w+/.test(lines[index - 1] ?? '');
        return answered ? [] : [`${file}:${index + 1}`];
      }),
  );
  expect(silent).toEqual([]);
});
