/** The catalog refuses a waiver for a rule that does not exist: here the list of those that do is the scanners' own. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import known from '../../domain/waivable-rules.json' with { type: 'json' };
import { findTool } from '../../test/support/find-tool.ts';
import { severityTable } from './severity.ts';

test('Checkov’s rules are those of the Checkov that scans', () => {
  const listed = execFileSync(findTool('checkov'), ['--list', '--skip-download'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ids = new Set([...listed.matchAll(/^\|\s*\d+\s*\|\s*(CKV2?_(?:AWS|K8S|SECRET|TF)_\d+)\s*\|/gm)].map(([, id]) => id));
  expect(ids.size).toBeGreaterThan(500);
  expect(new Set<string | undefined>(known.checkov)).toEqual(ids);
});

test('every rule with a severity of ours can be named in a waiver', () => {
  expect(Object.keys(severityTable).filter((rule) => !known.checkov.includes(rule))).toEqual([]);
});
