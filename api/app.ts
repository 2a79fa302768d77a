/** Puts the API together. Neighbours come in as arguments, so that tests bring their own. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastifyCookie from '@fastify/cookie';
import fastifyStatic from '@fastify/static';
import { type LoggerService, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { EndedReleases } from '../domain/ledger/ended.ts';
import type { Shelf } from '../domain/ledger/ended-reader.ts';
import { Access, type Authority } from './auth/authority.ts';
import { CallerGuard, callerOf } from './auth/caller.guard.ts';
import type { CallerVerifier } from './auth/caller-verifier.ts';
import type { ProofVerifier } from './auth/decision-proof.ts';
import type { Trust } from './auth/trust.ts';
import { CatalogFiles } from './catalog/catalog.ts';
import { CheckupController } from './checkup/checkup.controller.ts';
import { CheckupService } from './checkup/checkup.service.ts';
import type { Config } from './config.ts';
import { DeadFindingsController } from './dead-findings/dead-findings.controller.ts';
import { DeadFindingsService } from './dead-findings/dead-findings.service.ts';
import { DocsController } from './docs/docs.controller.ts';
import { EnvironmentsController } from './environments/environments.controller.ts';
import { EnvironmentsService } from './environments/environments.service.ts';
import { FindingsController } from './findings/findings.controller.ts';
import { FindingsService } from './findings/findings.service.ts';
import { HealthController } from './health/health.controller.ts';
import { AnswerInterceptor } from './http/answer.ts';
import { Metrics } from './http/metrics.ts';
import { ProblemFilter } from './http/problem.filter.ts';
import { SchemaPipe } from './http/schema.pipe.ts';
import { IdentityController } from './identity/identity.controller.ts';
import { PagesController } from './pages/pages.controller.ts';
import { PreviewsController } from './previews/previews.controller.ts';
import { PreviewsService } from './previews/previews.service.ts';
import { Acts } from './refusals/acts.ts';
import { Refusals } from './refusals/refusals.ts';
import { ReleasedController } from './released/released.controller.ts';
import { ReleasedService } from './released/released.service.ts';
import type { Pace } from './releases/events.ts';
import { EvidenceController } from './releases/evidence.controller.ts';
import { EvidenceService } from './releases/evidence.service.ts';
import { ReleasesController } from './releases/releases.controller.ts';
import { ReleasesService } from './releases/releases.service.ts';
import { RollbacksController } from './rollbacks/rollbacks.controller.ts';
import { RollbacksService } from './rollbacks/rollbacks.service.ts';
import { ServicesController } from './services/services.controller.ts';
import { ServicesService } from './services/services.service.ts';
import type { EvidenceReader } from './store/evidence-reader.ts';
import { StraysController } from './strays/strays.controller.ts';
import { StraysService } from './strays/strays.service.ts';
import type { ReleasesGateway } from './temporal/releases-gateway.ts';
import { ThreatsController } from './threats/threats.controller.ts';
import { ThreatsService } from './threats/threats.service.ts';
import {
  AUTHORITY,
  CONFIG,
  COUNTS_STORE,
  ENDED_RELEASES,
  FINDINGS_STORE,
  LEDGER,
  LOGGER,
  PACE,
  PROOFS,
  RELEASES_GATEWAY,
  TRUST,
  VERIFIER,
} from './tokens.ts';
import { UndeliveredController } from './undelivered/undelivered.controller.ts';
import { UndeliveredService } from './undelivered/undelivered.service.ts';
import { WaiversController } from './waivers/waivers.controller.ts';
import { WaiversService } from './waivers/waivers.service.ts';

export interface Neighbours {
  readonly config: Config;
  readonly logger: Logger;
  readonly gateway: ReleasesGateway;
  readonly counts: EvidenceReader;
  readonly findings: EvidenceReader;
  readonly ledger: Shelf;
  readonly ended: EndedReleases;
  readonly authority: Authority;
  readonly verifier: CallerVerifier;
  readonly proofs: ProofVerifier;
  readonly trust: Trust;
  readonly catalog: CatalogFiles;
  /** Of the streams of releases. */
  readonly pace: Pace;
}

/** An order is at most 24 KiB; nothing else that is sent is longer. */
const bodyBytesMax = 64 * 1024;
/** Undo names hold a lane's key, which holds a bucket and a path; escaped, each character may be three. */
const parameterLengthMax = 1_500;

export async function createApp(neighbours: Neighbours): Promise<NestFastifyApplication> {
  const { logger } = neighbours;
  @Module({
    controllers: [
      ReleasesController,
      EvidenceController,
      RollbacksController,
      ServicesController,
      EnvironmentsController,
      StraysController,
      ReleasedController,
      PreviewsController,
      WaiversController,
      FindingsController,
      CheckupController,
      ThreatsController,
      UndeliveredController,
      DeadFindingsController,
      IdentityController,
      HealthController,
      DocsController,
      PagesController,
    ],
    providers: [
      { provide: CONFIG, useValue: neighbours.config },
      { provide: LOGGER, useValue: logger },
      { provide: RELEASES_GATEWAY, useValue: neighbours.gateway },
      { provide: COUNTS_STORE, useValue: neighbours.counts },
      { provide: FINDINGS_STORE, useValue: neighbours.findings },
      { provide: LEDGER, useValue: neighbours.ledger },
      { provide: ENDED_RELEASES, useValue: neighbours.ended },
      { provide: AUTHORITY, useValue: neighbours.authority },
      { provide: VERIFIER, useValue: neighbours.verifier },
      { provide: PACE, useValue: neighbours.pace },
      { provide: PROOFS, useValue: neighbours.proofs },
      { provide: TRUST, useValue: neighbours.trust },
      { provide: APP_PIPE, useClass: SchemaPipe },
      { provide: APP_GUARD, useClass: CallerGuard },
      { provide: APP_FILTER, useClass: ProblemFilter },
      { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
      Metrics,
      Refusals,
      Acts,
      { provide: CatalogFiles, useValue: neighbours.catalog },
      Access,
      EnvironmentsService,
      StraysService,
      ReleasedService,
      PreviewsService,
      ReleasesService,
      EvidenceService,
      RollbacksService,
      ServicesService,
      WaiversService,
      FindingsService,
      CheckupService,
      ThreatsService,
      UndeliveredService,
      DeadFindingsService,
    ],
  })
  class AppModule {}

  const adapter = new FastifyAdapter({ bodyLimit: bodyBytesMax, routerOptions: { maxParamLength: parameterLengthMax } });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter, { logger: nestLogger(logger), abortOnError: false });
  observe(app, logger);
  neighbours.catalog.listen((digest) => app.get(Acts).seen('catalog in force', digest));
  await app.register(fastifyCookie);
  await app.register(fastifyStatic, {
    root: dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json')),
    prefix: '/docs/assets/',
    allowedPath: (path: string) => /^\/(swagger-ui\.css|swagger-ui-bundle\.js|favicon-32x32\.png)$/.test(path),
    decorateReply: false,
  });
  return app;
}

/** One line a request, without headers: tokens are there. Probes and streams would drown everything else. */
function observe(app: NestFastifyApplication, logger: Logger): void {
  const { duration } = app.get(Metrics);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onResponse', (request, reply, done) => {
      const route = request.routeOptions.url ?? 'none';
      const stream = route.endsWith('/events');
      if (!stream)
        duration.observe(
          { http_request_method: request.method, http_route: route, http_response_status_code: reply.statusCode },
          reply.elapsedTime / 1000,
        );
      if (route.startsWith('/v1/')) logger.info(requestLine(request, route, reply.statusCode, reply.elapsedTime), 'request');
      done();
    });
}

function requestLine(request: FastifyRequest, route: string, status: number, milliseconds: number) {
  const { id } = request.params as { readonly id?: string };
  return {
    requestId: request.id,
    method: request.method,
    route,
    status,
    milliseconds: Math.round(milliseconds),
    release: id,
    caller: callerOf(request)?.subject,
  };
}

/** Nest says little that anyone needs; what it says goes where everything else goes. */
function nestLogger(logger: Logger): LoggerService {
  return {
    log: (message: unknown) => logger.debug({ source: 'nest' }, String(message)),
    warn: (message: unknown) => logger.warn({ source: 'nest' }, String(message)),
    error: (message: unknown) => logger.error({ source: 'nest' }, String(message)),
  };
}
