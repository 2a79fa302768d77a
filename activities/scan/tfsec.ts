/**
 * tfsec: its arguments and its answer as findings. It says 1 both for findings and for its own errors, so what
 * decides is whether it wrote its results.
 */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { type Finding, fingerprintOf } from '../../domain/finding.ts';
import { parseJson } from '../tool/output.ts';

/** 1: findings of medium and above, or an error; 2: only low ones. */
export const tfsecAnswers = [0, 1, 2];

/** It took 3 s on a root of a hundred resources; a minute is a hang. */
export const tfsecTimeoutSeconds = 60;

/**
 * `--no-ignores`: an ignore comment is written by whoever wrote the code, has no owner and need not end.
 * A waiver is a file under review. `--no-module-downloads`: scanners have no way out.
 */
export const tfsecArgs = (root: string) => [root, '--format', 'json', '--no-color', '--no-module-downloads', '--no-ignores'];

const result = z.object({
  long_id: z.string(),
  rule_id: z.string(),
  description: z.string(),
  severity: z.enum(['CRITICAL', 'HIGH', 'MEDIUM', 'LOW']),
  resource: z.string(),
  location: z.object({ filename: z.string(), start_line: z.number() }),
});

const answer = z.object({ results: z.array(result).nullable() });

const severityOf = { CRITICAL: 'critical', HIGH: 'high', MEDIUM: 'medium', LOW: 'low' } as const;

/** `source`: where the repository lies; file names become its paths. */
export async function readTfsec(stdout: string, source: string): Promise<readonly Finding[]> {
  const { results } = parseJson(answer, stdout, 'tfsec');
  return Promise.all((results ?? []).map((one) => findingOf(one, source)));
}

async function findingOf(one: z.infer<typeof result>, source: string): Promise<Finding> {
  const file = relative(source, one.location.filename);
  // Inside a module tfsec names the module, not the resource: the line itself tells two of them apart.
  const line = await readLine(join(source, file), one.location.start_line);
  return {
    fingerprint: fingerprintOf('tfsec', one.long_id, one.resource, `${file} ${one.description} ${line}`),
    tool: 'tfsec',
    rule: one.long_id,
    severity: severityOf[one.severity],
    severitySource: 'tool',
    address: one.resource,
    file,
    line: one.location.start_line,
    message: one.description,
    controls: [one.rule_id],
  };
}

const readLine = async (file: string, line: number) => (await readFile(file, 'utf8').catch(() => '')).split('\n')[line - 1] ?? '';

/** A build from source has no version in it and says so. */
export const readTfsecVersion = (stdout: string) => /v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? 'built from source';
