/** An API whose neighbours are values: an issuer with a key of its own, a policy that is a function, releases in memory. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { createApp } from '../../api/app.ts';
import type { Authority } from '../../api/auth/authority.ts';
import { createCallerVerifier } from '../../api/auth/caller-verifier.ts';
import { createProofVerifier } from '../../api/auth/decision-proof.ts';
import { createTrust } from '../../api/auth/trust.ts';
import { CatalogFiles } from '../../api/catalog/catalog.ts';
import { type Config, readConfig } from '../../api/config.ts';
import { Problem } from '../../api/http/problem.ts';
import { defaultPace } from '../../api/releases/events.ts';
import type { EvidenceReader } from '../../api/store/evidence-reader.ts';
import type { Blob } from '../../domain/blob.ts';
import type { Action, Caller, Resource } from '../../domain/caller.ts';
import { digestText } from '../../domain/digest.ts';
import type { EndedReleases } from '../../domain/ledger/ended.ts';
import { createEndedReleases } from '../../domain/ledger/ended-reader.ts';
import { FakeReleases } from './fake-releases.ts';
import { startIssuer, type TestIssuer } from './issuer.ts';
import { MemoryShelf } from './shelf.ts';

export const environmentYaml = `
name: production
aws: { account: "111122223333", region: eu-west-1, planRole: "arn:aws:iam::111122223333:role/plan", applyRole: "arn:aws:iam::111122223333:role/apply" }
stacks:
  - { name: platform, repository: "https://example.com/ml-platform", root: infra/terraform, backend: { bucket: acme-tfstate, key: production.tfstate, lockTable: acme-tflock },
      secretVariables: { feature_store_password: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x" } }
  - { name: elsewhere, repository: "https://example.com/other", root: infra, backend: { bucket: acme-tfstate, key: other.tfstate, lockTable: acme-tflock } }
cluster: { name: ml-production, namespace: models }
metrics: { prometheus: "http://127.0.0.1:9090" }
approvals: { groups: [sre, ml-owners] }
`;

export const serviceYaml = `
name: fraud-scorer
team: risk
chart: { repository: "https://example.com/ml-platform", path: infra/helm/model-service }
route: { gateway: models, hostname: fraud.example.com }
`;

export const waiverYaml = `
name: reports-are-public
rule: CKV_AWS_20
address: aws_s3_bucket.reports
environment: production
reason: the customer reads them until they have a login
owner: olga
from: 2026-11-01
until: 2026-11-30
`;

export function writeCatalog(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-catalog-'));
  const all = { 'environments/production.yaml': environmentYaml, 'services/fraud-scorer.yaml': serviceYaml, ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

export const someDigest = `sha256:${'ab'.repeat(32)}` as const;

export const releaseBody = {
  service: 'fraud-scorer',
  environment: 'production',
  source: { commit: '5f3c1f0e'.repeat(5) },
  model: {
    version: '2026.11.3',
    artifact: 's3://acme-models/fraud/model.skops',
    digest: someDigest,
    image: `ecr.example.com/fraud@${someDigest}`,
  },
  reason: 'weekly retrain',
};

export interface ApiWorld {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly config: Config;
  readonly issuer: TestIssuer;
  readonly releases: FakeReleases;
  readonly ledger: MemoryShelf;
  /** Keeps a text as a worker would, and answers its blob. */
  keep(text: string): Blob;
  /** What OPA says; a test replaces it. */
  policy: (caller: Caller, action: Action, resource: Resource) => boolean;
  readonly asked: { readonly action: Action; readonly resource: Resource }[];
  readonly log: string[];
  call(method: 'GET' | 'POST', path: string, options?: CallOptions): Promise<Response>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly body?: unknown;
  /** `null` sends none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `files`: of the catalog, beside its own; `more`: issuers that are believed beside the world's own; `variables`: of the API's environment. */
export async function startApi(
  files: Readonly<Record<string, string>> = {},
  more: readonly Record<string, unknown>[] = [],
  variables: Readonly<Record<string, string>> = {},
): Promise<ApiWorld> {
  const issuer = await startIssuer();
  const config = readConfig({
    PLIMSOLL_CATALOG: writeCatalog(files),
    PLIMSOLL_POLICY_REVISIONS: 'nobody asks OPA here',
    PLIMSOLL_ISSUERS: JSON.stringify([
      { issuer: issuer.url, audience: 'plimsoll', proofAudience: 'decisions', subjectPrefix: more.length > 0 ? 'test/' : '' },
      ...more,
    ]),
    PLIMSOLL_TEMPORAL_UI_URL: 'http://127.0.0.1:8233',
    PLIMSOLL_PORT_API: '0',
    ...variables,
  });
  const releases = new FakeReleases();
  const ledger = new MemoryShelf();
  const log: string[] = [];
  const world = { policy: () => true, asked: [] as ApiWorld['asked'] } as unknown as ApiWorld;
  const authority: Authority = {
    async decide(caller, action, resource) {
      world.asked.push({ action, resource });
      return world.policy(caller, action, resource)
        ? { allow: true, code: 'AUTHZ0', reason: 'allowed' }
        : { allow: false, code: 'AUTHZ1', reason: `${caller.subject} is not in ${resource.team}` };
    },
    async ready() {},
  };
  const kept = new Map<string, string>();
  const counts: EvidenceReader = {
    async read({ digest }) {
      const text = kept.get(digest);
      if (text === undefined) throw new Problem('store.corrupt', `no ${digest}`);
      return text;
    },
  };
  const logger = pino({ level: 'debug' }, { write: (line: string) => log.push(line) });
  const catalog = new CatalogFiles(config, logger);
  const trust = createTrust(config.issuers);
  const verifier = createCallerVerifier(trust, () => [...catalog.current.machines.values()]);
  const proofs = createProofVerifier(trust);
  const read = { counts, findings: counts, ledger, ended: endedIn(ledger) };
  // Nobody waits a second for what a test has done already.
  const pace = { ...defaultPace, pollMs: 50 };
  const app = await createApp({ config, logger, gateway: releases, ...read, authority, verifier, proofs, trust, catalog, pace });
  await app.listen(config.port, '127.0.0.1');
  const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  return Object.assign(world, {
    app,
    url,
    config,
    issuer,
    releases,
    ledger,
    log,
    keep(text: string): Blob {
      const digest = digestText(text);
      kept.set(digest, text);
      return { digest, bytes: text.length };
    },
    async call(method: 'GET' | 'POST', path: string, { body, token, headers }: CallOptions = {}) {
      const bearer = token === undefined ? await issuer.token() : token;
      return fetch(`${url}${path}`, {
        method,
        headers: {
          ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    },
    async close() {
      await app.close();
      await issuer.close();
    },
  });
}

/** Each time by a reader of its own: what one test read, the next one must not know. */
const endedIn = (ledger: MemoryShelf): EndedReleases => ({
  find: (id) => createEndedReleases(ledger).find(id),
  newest: (place, kinds) => createEndedReleases(ledger).newest(place, kinds),
  at: (place, wanted) => createEndedReleases(ledger).at(place, wanted),
  places: () => createEndedReleases(ledger).places(),
});
