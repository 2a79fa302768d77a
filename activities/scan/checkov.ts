/**
 * Checkov: its arguments, its environment, and its answer as findings. Without a key, without downloads,
 * without credentials. Start-up is most of a run (about ten seconds), so code is one process for all frameworks.
 */
import { posix } from 'node:path';
import { z } from 'zod';
import { type Finding, fingerprintOf } from '../../domain/finding.ts';
import { parseJson } from '../tool/output.ts';
import type { Reading } from './report.ts';
import { severityOf } from './severity.ts';

/** 1 means findings. 2 (a crash) is not an answer. */
export const checkovAnswers = [0, 1];

/** A cold start under load took 20 s, a plan of some hundred resources as long again; more is a hang. */
export const checkovTimeoutSeconds = 300;

/** A file that does not parse must not count as a file without findings. */
export const checkovEnvironment = { LOG_LEVEL: 'WARNING', CKV_PARSE_ERROR_FAIL: 'true' } as const;

/** Not `--quiet`: it hides the checks that a comment in the code has skipped, and a comment is not a waiver. */
const always = ['--compact', '--skip-download', '--download-external-modules', 'false', '--output', 'json'];

export const checkovCodeFrameworks = ['terraform', 'secrets'] as const;

export const checkovCodeArgs = (root: string) => ['--directory', root, '--framework', ...checkovCodeFrameworks, ...always];

/** The repository beside the plan gives findings their file and line. */
export const checkovPlanArgs = (planFile: string, root: string) => [
  '--file',
  planFile,
  '--framework',
  'terraform_plan',
  '--repo-root-for-plan-enrichment',
  root,
  ...always,
];

export const checkovManifestsArgs = (file: string) => ['--file', file, '--framework', 'kubernetes', ...always];

const check = z.object({
  check_id: z.string(),
  check_name: z.string().nullish(),
  check_result: z.object({ evaluated_keys: z.array(z.string()).nullish(), suppress_comment: z.string().nullish() }),
  file_path: z.string(),
  file_line_range: z.array(z.number()).nullish(),
  resource: z.string(),
  severity: z.string().nullish(),
});

const summary = z.object({ passed: z.number(), failed: z.number(), skipped: z.number(), checkov_version: z.string() });

const framework = z.object({
  check_type: z.string(),
  results: z.object({
    failed_checks: z.array(check),
    skipped_checks: z.array(check),
    parsing_errors: z.array(z.string()),
  }),
  summary,
});

/** An object for one framework, an array for several, and the bare summary when there was nothing to check. */
const answer = z.union([z.array(framework), framework, summary]);

/** `root`: the scanned folder inside the repository, which file names are relative to; `''` for none. */
export function readCheckov(stdout: string, root: string): Reading {
  const parsed = parseJson(answer, stdout, 'checkov');
  const frameworks = Array.isArray(parsed) ? parsed : 'results' in parsed ? [parsed] : [];
  const summaries = Array.isArray(parsed) ? parsed.map((one) => one.summary) : ['results' in parsed ? parsed.summary : parsed];

  const unread = frameworks.flatMap(({ results }) => results.parsing_errors).map((file) => `${posix.basename(file)} does not parse`);
  const checksRun = summaries.reduce((sum, { passed, failed, skipped }) => sum + passed + failed + skipped, 0);
  return {
    toolVersion: summaries[0]?.checkov_version ?? 'unknown',
    findings: frameworks.flatMap(({ check_type, results }) =>
      [...results.failed_checks, ...results.skipped_checks].map((one) => findingOf(one, check_type, root)),
    ),
    parseErrors: checksRun === 0 ? [...unread, 'checkov ran no check at all'] : unread,
    raw: stdout,
  };
}

function findingOf(one: z.infer<typeof check>, checkType: string, root: string): Finding {
  const { severity, controls } = severityOf(one.check_id);
  const file = fileOf(one.file_path, root);
  // A secret's "resource" is a hash of the secret: short ones can be guessed from it, so it is not shown.
  const address = checkType === 'secrets' ? file : one.resource;
  const evidence = checkType === 'secrets' ? one.resource : (one.check_result.evaluated_keys ?? []).toSorted().join(' ');
  const skipped = one.check_result.suppress_comment;
  return {
    fingerprint: fingerprintOf('checkov', one.check_id, address, evidence),
    tool: 'checkov',
    rule: one.check_id,
    severity,
    severitySource: 'plimsoll',
    address,
    file,
    line: one.file_line_range?.[0],
    message: `${one.check_name ?? one.check_id}${skipped ? ` (skipped in the code: ${skipped})` : ''}`,
    controls,
  };
}

/** `/main.tf` of the code and `../modules/x/main.tf` of an enriched plan, both as paths of the repository. */
const fileOf = (path: string, root: string) => posix.join('/', root, path).slice(1);
