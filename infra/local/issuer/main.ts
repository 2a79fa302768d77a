/** Starts the local issuer on PLIMSOLL_PORT_ISSUER, its key under PLIMSOLL_HOME. */
import { join } from 'node:path';
import { refuseProduction, startIssuer } from './issuer.ts';

const port = Number(process.env['PLIMSOLL_PORT_ISSUER'] ?? 8081);
const url = (process.env['PLIMSOLL_ISSUER_URL'] ?? `http://127.0.0.1:${port}`).replace(/\/$/, '');

try {
  refuseProduction(process.env, url);
  const server = await startIssuer({ port, url, keyFile: join(process.env['PLIMSOLL_HOME'] ?? '.plimsoll', 'issuer-key.json') });
  process.stdout.write(`the local issuer listens on ${url}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      server.closeAllConnections();
      server.close();
    });
} catch (error) {
  process.stderr.write(`plimsoll issuer: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
