/** Charts with the real Helm: running it, and reading what it rendered. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { KubeConfig } from '@kubernetes/client-node';
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

const objectSchema = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: z.looseObject({ name: z.string() }) });

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

/**
 * What a real API server has against these manifests, by object: a field that it does not know, and whatever admission
 * says. A server-side apply in a dry run: nothing is made. See docs/adr/0026.
 */
export async function refusedBy(kubeConfig: KubeConfig, namespace: string, manifests: string): Promise<readonly string[]> {
  const answers = objectsOf(manifests).map(async (object) => {
    const { status, body } = await applied(kubeConfig, namespace, object);
    return status < 300 ? [] : [`${object.kind} ${object.metadata.name}: ${status} ${body}`];
  });
  return (await Promise.all(answers)).flat();
}

/** By hand: the client leaves out what its own types do not know, and the server would never see it. */
async function applied(kubeConfig: KubeConfig, namespace: string, object: ReturnType<typeof objectsOf>[number]) {
  const { apiVersion, kind, metadata } = object;
  const plural = `${kind.toLowerCase()}s`.replace(/ys$/, 'ies');
  const group = apiVersion.includes('/') ? 'apis' : 'api';
  const path = `/${group}/${apiVersion}/namespaces/${namespace}/${plural}/${metadata.name}`;
  // Without `Strict` it drops what it does not know.
  const url = new URL(`${path}?dryRun=All&fieldManager=plimsoll-test&fieldValidation=Strict`, kubeConfig.getCurrentCluster()?.server);
  const options = { method: 'PATCH', headers: { 'content-type': 'application/apply-patch+yaml' } };
  await kubeConfig.applyToHTTPSOptions(options);
  const sent = request(url, options).end(JSON.stringify({ ...object, metadata: { ...metadata, namespace } }));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
}
