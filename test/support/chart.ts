/** Charts with the real Helm: running it, and reading what it rendered. */
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What Helm keeps of one run, apart from any other. */
const home = mkdtempSync(join(tmpdir(), 'chart-home-'));

export function run(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const PATH = process.env['PLIMSOLL_TOOLS_PATH'] ?? process.env['PATH'] ?? '';
  return new Promise((resolve) => {
    execFile(file, args, { env: { PATH, HOME: home, ...env }, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
  });
}

/** On the stack's cluster. */
export const clusterEnv = () => ({
  KUBECONFIG: process.env['KUBECONFIG'] ?? '',
  HELM_CACHE_HOME: home,
  HELM_CONFIG_HOME: home,
  HELM_DATA_HOME: home,
});

const objectSchema = z.looseObject({ kind: z.string() });

export const objectsOf = (manifests: string) =>
  parseAllDocuments(manifests)
    .map((document) => objectSchema.safeParse(document.toJS()))
    .flatMap(({ data }) => data ?? []);

const checkovReport = z.object({
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), resource: z.string() })),
    parsing_errors: z.array(z.string()),
  }),
  summary: z.object({ passed: z.number() }),
});

/** What Checkov says about manifests, by the name that each should have in its report. */
export async function checkov(manifests: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'chart-checkov-'));
  const files = Object.entries(manifests).flatMap(([name, text]) => {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, text);
    return ['--file', file];
  });
  const args = ['--framework', 'kubernetes', '--output', 'json', '--compact', '--skip-download', ...files];
  return checkovReport.parse(JSON.parse((await run('checkov', args)).stdout));
}
