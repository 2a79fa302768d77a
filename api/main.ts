/** Starts the API and stops it tidily: no new requests, open ones end, streams are cut, the connection is closed. */
import 'reflect-metadata';
import { pino } from 'pino';
import { storeFolders } from '../domain/blob.ts';
import { createEndedReleases } from '../domain/ledger/ended-reader.ts';
import { createApp } from './app.ts';
import { createOpaAuthority } from './auth/authority.ts';
import { createCallerVerifier } from './auth/caller-verifier.ts';
import { createProofVerifier } from './auth/decision-proof.ts';
import { createTrust } from './auth/trust.ts';
import { CatalogFiles } from './catalog/catalog.ts';
import { readConfig } from './config.ts';
import { defaultPace } from './releases/events.ts';
import { createEvidenceReader } from './store/evidence-reader.ts';
import { createLedgerShelf } from './store/ledger-shelf.ts';
import { createTemporalGateway } from './temporal/temporal-gateway.ts';

/** Longer than the slowest answer, shorter than what Kubernetes waits before SIGKILL. */
const stopWithinMs = 10_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = pino({ level: config.logLevel, base: { piece: 'api' } });
  const catalog = new CatalogFiles(config, logger);
  const trust = createTrust(config.issuers);
  const gateway = createTemporalGateway(config.temporal);
  const ledger = createLedgerShelf(config.ledger);
  const app = await createApp({
    config,
    logger,
    gateway,
    counts: createEvidenceReader(config.store, storeFolders.counts),
    findings: createEvidenceReader(config.store, storeFolders.findings),
    ledger,
    ended: createEndedReleases(ledger),
    authority: createOpaAuthority(config.opaUrl, config.policyRevisions),
    verifier: createCallerVerifier(trust, () => [...catalog.current.machines.values()]),
    proofs: createProofVerifier(trust),
    trust,
    catalog,
    pace: defaultPace,
  });
  await app.listen(config.port, config.host);
  logger.info({ url: config.publicUrl }, 'the API listens');

  const stop = async (signal: string) => {
    logger.info({ signal }, 'the API stops');
    setTimeout(() => process.exit(1), stopWithinMs).unref();
    await app.close();
    await gateway.close();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal));
}

try {
  await main();
} catch (error) {
  // One plain message: whoever starts the API reads it in a terminal.
  process.stderr.write(`plimsoll api: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
