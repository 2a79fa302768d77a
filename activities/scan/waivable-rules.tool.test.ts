/** The catalog refuses a waiver for a rule that does not exist: here the list of those that do is the scanners' own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { expect, test } from 'vitest';
import known from '../../domain/waivable-rules.json' with { type: 'json' };
import { findTool } from '../../test/support/find-tool.ts';
import { severityTable } from './severity.ts';
import { tflintConfig } from './tflint.ts';

test('Checkov’s rules are those of the Checkov that scans', () => {
  const { stdout } = execaSync(findTool('checkov'), ['--list', '--skip-download'], { stdin: 'ignore' });
  const ids = new Set([...stdout.matchAll(/^\|\s*\d+\s*\|\s*(CKV2?_(?:AWS|K8S|SECRET|TF)_\d+)\s*\|/gm)].map(([, id]) => id));
  expect(ids.size).toBeGreaterThan(500);
  expect(new Set<string | undefined>(known.checkov)).toEqual(ids);
});

test('every rule with a severity of ours can be named in a waiver', () => {
  expect(Object.keys(severityTable).filter((rule) => !known.checkov.includes(rule))).toEqual([]);
});

test('tflint’s rules are known to the tflint that lints, which refuses any other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tflint-'));
  try {
    const config = join(folder, 'tflint.hcl');
    writeFileSync(config, tflintConfig(join(folder, 'no-plugins')));
    const only = (...rules: readonly string[]) =>
      execaSync(findTool('tflint'), [`--config=${config}`, ...rules.map((rule) => `--only=${rule}`)], { cwd: folder });
    expect(() => only(...known.tflint)).not.toThrow();
    expect(() => only('terraform_no_such_rule')).toThrow('Rule not found');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
