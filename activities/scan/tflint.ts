/**
 * tflint: its configuration, its arguments and its answer as findings. Its rules are those about Terraform's own
 * language that it brings along: what is declared and never used, has no type, is deprecated, or is said twice.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { z } from 'zod';
import { type Finding, fingerprintOf } from '../../domain/finding.ts';
import { parseJson } from '../tool/output.ts';

/** 1: it could not read the code, and its answer says why; 2: findings. */
export const tflintAnswers = [0, 1, 2];

/** It took a second on a root of a hundred resources; a minute is a hang. */
export const tflintTimeoutSeconds = 60;

/** The version is pinned with the tool: the rules are part of the program. */
export const tflintRules = { ruleset: 'terraform', preset: 'recommended' } as const;

/**
 * Ours, whatever the repository has: named on the command line, it is read instead of a `.tflint.hcl`. Plugins are
 * programs, and tflint takes them from a `.tflint.d` in the folder that it looks at: here that folder is another one.
 */
export const tflintConfig = (noPlugins: string): string => `config {
  plugin_dir = "${noPlugins}"
}

plugin "${tflintRules.ruleset}" {
  enabled = true
  preset  = "${tflintRules.preset}"
}
`;

/** `--call-module-type=local`: modules of other repositories are not there, since scanners have no way out. */
export const tflintArgs = (root: string, config: string) => [
  `--chdir=${root}`,
  `--config=${config}`,
  '--call-module-type=local',
  '--format=json',
  '--no-color',
];

/**
 * tflint has no option against its comments that make a finding go away, which are written by whoever wrote the code,
 * have no owner and need not end. In the copy that is scanned they say nothing any more; lines and columns stay.
 */
export async function withoutIgnores(root: string): Promise<void> {
  const names = (await readdir(root).catch(() => [])).filter((name) => name.endsWith('.tf'));
  for (const name of names) {
    const text = await readFile(join(root, name), 'utf8');
    await writeFile(join(root, name), text.replaceAll('tflint-ignore', 'tflint_ignore'));
  }
}

const range = z.object({ filename: z.string(), start: z.object({ line: z.number() }) });
const answer = z.object({
  issues: z.array(
    z.object({
      rule: z.object({ name: z.string(), severity: z.enum(['error', 'warning', 'info']) }),
      message: z.string(),
      range,
    }),
  ),
  errors: z.array(z.object({ message: z.string(), summary: z.string().optional(), range: range.optional() })),
});

/** "Possible errors", "not good, no immediate problem", "not important": tflint's developer guide on severities. */
const severityOf = { error: 'high', warning: 'medium', info: 'low' } as const;

export interface TflintReading {
  readonly findings: readonly Finding[];
  readonly parseErrors: readonly string[];
}

/** tflint names files from where it was started; `source`: where the repository lies, from there. */
export function readTflint(stdout: string, source: string): TflintReading {
  const { issues, errors } = parseJson(answer, stdout, 'tflint');
  const inRepository = (name: string) => posix.relative(source, posix.normalize(name));
  return {
    findings: issues.map(({ rule, message, range: { filename, start } }) => {
      const file = inRepository(filename);
      return {
        fingerprint: fingerprintOf('tflint', rule.name, file, message),
        tool: 'tflint',
        rule: rule.name,
        severity: severityOf[rule.severity],
        severitySource: 'tool',
        address: file,
        file,
        line: start.line,
        message,
        controls: [],
      };
    }),
    parseErrors: errors.map(({ message, summary, range: at }) =>
      [at && `${inRepository(at.filename)}:${at.start.line}:`, summary, message].filter(Boolean).join(' '),
    ),
  };
}

export const readTflintVersion = (stdout: string) => /TFLint version (\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? 'unknown';
