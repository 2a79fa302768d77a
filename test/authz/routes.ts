/** Which action each route asks OPA about, and what to send so that it gets that far. A new route gets a row here. */
import type { Action } from '../../domain/caller.ts';
import { releaseBody } from '../support/api-world.ts';

export interface Route {
  readonly route: string;
  readonly action: Action;
  readonly body?: unknown;
}

const because = { reason: 'r' };

/** What a route asks about besides, where its body says more. */
export const besides: readonly Pick<Route, 'route' | 'action'>[] = [
  { route: 'POST /v1/releases with `override`', action: 'release.override' },
  { route: 'POST /v1/previews with `override`', action: 'release.override' },
];

export const routes: readonly Route[] = [
  { route: 'POST /v1/releases', action: 'release.start', body: releaseBody },
  { route: 'GET /v1/releases', action: 'release.read' },
  { route: 'GET /v1/releases/{id}', action: 'release.read' },
  { route: 'GET /v1/releases/{id}/events', action: 'release.read' },
  { route: 'GET /v1/releases/{id}/verdict', action: 'release.read' },
  { route: 'GET /v1/releases/{id}/verdict.svg', action: 'release.read' },
  { route: 'GET /v1/releases/{id}/counts', action: 'release.read' },
  { route: 'GET /v1/releases/{id}/findings', action: 'release.read' },
  {
    route: 'POST /v1/releases/{id}/approvals',
    action: 'release.approve',
    body: { decision: 'approve', statementDigest: releaseBody.model.digest, ...because },
  },
  { route: 'POST /v1/releases/{id}/withdraw', action: 'release.withdraw', body: because },
  { route: 'POST /v1/releases/{id}/hold', action: 'release.hold', body: because },
  { route: 'POST /v1/releases/{id}/resume', action: 'release.resume', body: because },
  { route: 'POST /v1/releases/{id}/abort', action: 'release.abort', body: because },
  { route: 'POST /v1/releases/{id}/undos/{name}/skip', action: 'release.skipUndo', body: because },
  {
    route: 'POST /v1/rollbacks',
    action: 'rollback.start',
    body: { service: 'fraud-scorer', environment: 'production', to: 'previous', incident: 'INC-1', ...because },
  },
  { route: 'POST /v1/previews', action: 'release.preview', body: releaseBody },
  { route: 'GET /v1/previews/{id}', action: 'release.preview' },
  { route: 'GET /v1/previews/{id}/findings', action: 'release.preview' },
  { route: 'GET /v1/services/{service}/environments/{environment}', action: 'service.read' },
  { route: 'GET /v1/environments/{environment}', action: 'line.read' },
  { route: 'POST /v1/environments/{environment}/stop', action: 'line.stop', body: because },
  { route: 'POST /v1/environments/{environment}/resume', action: 'line.resume', body: because },
  { route: 'GET /v1/environments/{environment}/strays', action: 'strays.read' },
  { route: 'GET /v1/environments/{environment}/rescan', action: 'strays.read' },
  { route: 'GET /v1/environments/{environment}/drift', action: 'strays.read' },
  { route: 'GET /v1/waivers', action: 'service.read' },
  { route: 'GET /v1/doctor', action: 'installation.read' },
  { route: 'GET /v1/threats', action: 'release.read' },
  { route: 'GET /v1/dead-findings', action: 'notice.read' },
  { route: 'POST /v1/dead-findings/redeliver', action: 'notice.settle' },
  { route: 'GET /v1/undelivered', action: 'notice.read' },
  { route: 'POST /v1/undelivered/{id}/redeliver', action: 'notice.settle' },
  { route: 'POST /v1/undelivered/{id}/discard', action: 'notice.settle', body: because },
];

/** Nothing of a release is in them: health, where people log in, and what a caller's own token says. */
export const open: readonly string[] = ['GET /healthz', 'GET /readyz', 'GET /metrics', 'GET /v1/login', 'GET /v1/me'];
