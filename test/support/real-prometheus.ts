/** A Prometheus of a test's own, on 127.0.0.1, that scrapes each second. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool } from './find-tool.ts';
import { freePort } from './free-port.ts';

export interface ScrapedTarget {
  readonly port: number;
  readonly labels: Readonly<Record<string, string>>;
}

export async function startPrometheus(
  targets: readonly ScrapedTarget[],
  { features = [] }: { readonly features?: readonly string[] } = {},
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-prometheus-'));
  const statics = targets.map(({ port, labels }) => ({ targets: [`127.0.0.1:${port}`], labels }));
  const config = { scrape_configs: [{ job_name: 'models', scrape_interval: '1s', scrape_timeout: '1s', static_configs: statics }] };
  // JSON is YAML.
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const port = await freePort();
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    ...features.map((feature) => `--enable-feature=${feature}`),
  ];
  const program = spawn(findTool('prometheus'), args, { stdio: 'ignore', env: {} });
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      program.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What is scraped: a server of the test's own. */
export async function startExporter(answer: RequestListener): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}
