/**
 * The OpenAPI 3.1 document, from the same schemas that validate requests. Operations are data here; a test
 * holds them against the routes that the server really has.
 */
import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import { name } from '../catalog/schema.ts';
import { installationReport } from '../checkup/schemas.ts';
import { deadFindings } from '../dead-findings/schemas.ts';
import { lineStatus } from '../environments/schemas.ts';
import { findingList, sarifLog, sarifType } from '../findings/schemas.ts';
import { logins, me } from '../identity/schemas.ts';
import { previewDetails, previewRequest, startedPreview } from '../previews/schemas.ts';
import { drifted, rescanned } from '../released/schemas.ts';
import { idempotencyKey, lastEventId } from '../releases/header-schemas.ts';
import {
  decisionRequest,
  instructionRequest,
  json as jsonValue,
  listFilter,
  releaseDetails,
  releaseId,
  releasePage,
  releaseRequest,
  startedRelease,
  streamed,
  told,
  undoName,
} from '../releases/schemas.ts';
import { releaseVerdict, weightFilter } from '../releases/verdict-schemas.ts';
import { rollbackRequest } from '../rollbacks/schemas.ts';
import { serviceStatus } from '../services/schemas.ts';
import { strayList } from '../strays/schemas.ts';
import { threatFilter, threatPage } from '../threats/schemas.ts';
import { noticeFilter, noticeId, noticeState, undeliveredPage } from '../undelivered/schemas.ts';
import { waiverList } from '../waivers/schemas.ts';

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    detail: z.string(),
    kind: z.string().meta({ description: 'What to search for; names the run book.', example: 'request.invalid' }),
    advice: z.string(),
    errors: z.array(z.object({ field: z.string(), value: jsonValue.optional(), allowed: z.string() })),
    instance: z.string(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

const json = (schema: z.ZodType) => ({ 'application/json': { schema } });
const refused = { description: 'Refused: kind, what was wrong, what to do', content: { 'application/problem+json': { schema: problem } } };

const operation = (
  operationId: string,
  tag: string,
  summary: string,
  rest: Omit<ZodOpenApiOperationObject, 'operationId' | 'tags' | 'summary' | 'responses'> & {
    readonly responses: ZodOpenApiResponsesObject;
  },
): ZodOpenApiOperationObject => ({
  operationId,
  tags: [tag],
  summary,
  ...rest,
  responses: { ...rest.responses, '4XX': refused, '5XX': refused },
});

const foundAnswer = {
  description: 'Values, or SARIF 2.1.0 for whoever accepts it',
  content: { ...json(findingList), [sarifType]: { schema: sarifLog } },
};
const open = { security: [] };
const releasePath = z.object({ id: releaseId });
const onceHeader = z.object({ 'idempotency-key': idempotencyKey });

const message = (operationId: string, summary: string, body: z.ZodType, path: z.ZodObject = releasePath) =>
  operation(operationId, 'releases', summary, {
    requestParams: { path, header: onceHeader },
    requestBody: { required: true, content: json(body) },
    responses: {
      '200': { description: 'Done: the release as it is now', content: json(told) },
      '202': { description: 'Accepted: it outlasted the request and goes on', content: json(told) },
    },
  });

const environmentPath = z.object({ environment: name });

const lineMessage = (operationId: string, summary: string) =>
  operation(operationId, 'environments', summary, {
    requestParams: { path: environmentPath },
    requestBody: { required: true, content: json(instructionRequest) },
    responses: { '200': { description: 'The line as it is now', content: json(lineStatus) } },
  });

const noticeMessage = (operationId: string, summary: string, body: Pick<ZodOpenApiOperationObject, 'requestBody'> = {}) =>
  operation(operationId, 'notices', summary, {
    requestParams: { path: z.object({ id: noticeId }) },
    ...body,
    responses: { '200': { description: 'What became of it', content: json(noticeState) } },
  });

const started: ZodOpenApiResponsesObject = {
  '200': { description: 'The same caller has asked for this before: the same release', content: json(startedRelease) },
  '202': {
    description: 'Started',
    headers: z.object({ location: z.string() }),
    content: json(startedRelease),
  },
};

export const openApiDocument = () =>
  createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Plimsoll',
      version: '0.1.0',
      description: 'Durable, provable releases for machine-learning services. Every request but the health checks carries a bearer token.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'releases' },
      { name: 'rollbacks' },
      { name: 'services' },
      { name: 'environments' },
      { name: 'identity' },
      { name: 'waivers' },
      { name: 'installation' },
      { name: 'threats' },
      { name: 'notices' },
      { name: 'health' },
    ],
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
    security: [{ token: [] }],
    paths: {
      '/v1/releases': {
        post: operation('startRelease', 'releases', 'Ask for a release', {
          requestBody: { required: true, content: json(releaseRequest) },
          responses: started,
        }),
        get: operation('listReleases', 'releases', 'Releases, running ones first, then the newest', {
          requestParams: { query: listFilter },
          responses: { '200': { description: 'One page', content: json(releasePage) } },
        }),
      },
      '/v1/releases/{id}': {
        get: operation('showRelease', 'releases', 'Where a release stands, and how it got there', {
          requestParams: { path: releasePath },
          responses: { '200': { description: 'The release', content: json(releaseDetails) } },
        }),
      },
      '/v1/releases/{id}/events': {
        get: operation('streamReleaseEvents', 'releases', 'Its records as they are made, then the end', {
          description:
            'Server-Sent Events: a record has its sequence as `id`, its CloudEvents type as `event` and a ReleaseRecord as `data`; ' +
            '`state` and `progress` have no id and carry a ReleaseState and a Progress; `end` carries the status, and the stream ends.',
          requestParams: { path: releasePath, header: z.object({ 'last-event-id': lastEventId }) },
          responses: { '200': { description: 'The stream', content: { 'text/event-stream': { schema: streamed } } } },
        }),
      },
      '/v1/releases/{id}/verdict': {
        get: operation('showVerdict', 'releases', 'What the judge says, and what from', {
          requestParams: { path: releasePath, query: weightFilter },
          responses: { '200': { description: 'The verdict that counts, and what it was at each weight', content: json(releaseVerdict) } },
        }),
      },
      '/v1/releases/{id}/verdict.svg': {
        get: operation('plotVerdict', 'releases', 'The same as a picture', {
          requestParams: { path: releasePath, query: weightFilter },
          responses: { '200': { description: 'SVG', content: { 'image/svg+xml': { schema: z.string() } } } },
        }),
      },
      '/v1/releases/{id}/counts': {
        get: operation('downloadCounts', 'releases', 'What was counted while it was judged', {
          description:
            'Cumulative counters by instant, version and pod: `instant,version,pod,requests,errors,le_<seconds>,…,le_+Inf,weight`. `plimsoll backtest` reads it.',
          requestParams: { path: releasePath },
          responses: { '200': { description: 'CSV', content: { 'text/csv': { schema: z.string() } } } },
        }),
      },
      '/v1/releases/{id}/findings': {
        get: operation('listFindings', 'releases', 'What was found, once each, and what of it is new', {
          requestParams: { path: releasePath },
          responses: { '200': foundAnswer },
        }),
      },
      '/v1/releases/{id}/approvals': { post: message('decide', 'Approve or reject exactly one statement', decisionRequest) },
      '/v1/releases/{id}/withdraw': { post: message('withdrawApproval', 'Take back your own approval', instructionRequest) },
      '/v1/releases/{id}/hold': { post: message('holdRelease', 'Stop before the next step', instructionRequest) },
      '/v1/releases/{id}/resume': { post: message('resumeRelease', 'Go on after a hold', instructionRequest) },
      '/v1/releases/{id}/abort': { post: message('abortRelease', 'End it and put everything back', instructionRequest) },
      '/v1/releases/{id}/undos/{name}/skip': {
        post: message('skipUndo', 'Give up an undo that does not succeed', instructionRequest, z.object({ id: releaseId, name: undoName })),
      },
      '/v1/previews': {
        post: operation('startPreview', 'releases', 'What a release would be: up to judging, without asking anybody', {
          requestBody: { required: true, content: json(previewRequest) },
          responses: { '202': { description: 'Started', headers: z.object({ location: z.string() }), content: json(startedPreview) } },
        }),
      },
      '/v1/previews/{id}': {
        get: operation('showPreview', 'releases', 'What was found out so far', {
          requestParams: { path: releasePath },
          responses: { '200': { description: 'The preview', content: json(previewDetails) } },
        }),
      },
      '/v1/previews/{id}/findings': {
        get: operation('listPreviewFindings', 'releases', 'What was found, once each, and what of it is new', {
          requestParams: { path: releasePath },
          responses: { '200': foundAnswer },
        }),
      },
      '/v1/rollbacks': {
        post: operation('startRollback', 'rollbacks', 'Go back to an earlier version', {
          requestBody: { required: true, content: json(rollbackRequest) },
          responses: started,
        }),
      },
      '/v1/services/{service}/environments/{environment}': {
        get: operation('showService', 'services', 'What runs, since when, and what could be gone back to', {
          requestParams: { path: z.object({ service: name, environment: name }) },
          responses: { '200': { description: 'The service', content: json(serviceStatus) } },
        }),
      },
      '/v1/environments/{environment}': {
        get: operation('showLine', 'environments', 'What keeps releases from going on here, now and next', {
          requestParams: { path: environmentPath },
          responses: { '200': { description: 'The line', content: json(lineStatus) } },
        }),
      },
      '/v1/environments/{environment}/strays': {
        get: operation('listStrays', 'environments', 'What runs here that no release explains', {
          requestParams: { path: environmentPath },
          responses: { '200': { description: 'As of the last look', content: json(strayList) } },
        }),
      },
      '/v1/environments/{environment}/rescan': {
        get: operation('showRescan', 'environments', 'What has become a finding since it was released here', {
          requestParams: { path: environmentPath },
          responses: { '200': { description: 'As of the last look', content: json(rescanned) } },
        }),
      },
      '/v1/environments/{environment}/drift': {
        get: operation('showDrift', 'environments', 'What of Terraform’s is not as it was released here', {
          requestParams: { path: environmentPath },
          responses: { '200': { description: 'As of the last look', content: json(drifted) } },
        }),
      },
      '/v1/environments/{environment}/stop': { post: lineMessage('stopLine', 'Stop the line: releases wait at their next safe point') },
      '/v1/environments/{environment}/resume': { post: lineMessage('resumeLine', 'Resume it, by another person than who stopped it') },
      '/v1/waivers': {
        get: operation('listWaivers', 'waivers', 'Waivers of the catalog, the first to end first', {
          responses: { '200': { description: 'Those of services that the caller may read', content: json(waiverList) } },
        }),
      },
      '/v1/doctor': {
        get: operation('examineInstallation', 'installation', 'Whether the installation is right, with a remedy where it is not', {
          description: 'Looks anew each time, all at once and for at most 35 seconds; nothing is changed. For the platform team.',
          responses: { '200': { description: 'What was found', content: json(installationReport) } },
        }),
      },
      '/v1/threats': {
        get: operation('listThreats', 'threats', 'What GuardDuty has found, the newest first', {
          requestParams: { query: threatFilter },
          responses: {
            '200': { description: 'One page: what is about releases that the caller may read, or about none', content: json(threatPage) },
          },
        }),
      },
      '/v1/dead-findings': {
        get: operation('listDeadFindings', 'threats', 'What of the findings of GuardDuty told nobody', {
          responses: { '200': { description: 'As a worker sees the dead-letter queue now', content: json(deadFindings) } },
        }),
      },
      '/v1/dead-findings/redeliver': {
        post: operation('redeliverDeadFindings', 'threats', 'Tell what of it is a finding after all', {
          responses: { '200': { description: 'Each, and whether it was told', content: json(deadFindings) } },
        }),
      },
      '/v1/undelivered': {
        get: operation('listUndelivered', 'notices', 'Notices that nobody took, the newest first', {
          requestParams: { query: noticeFilter },
          responses: { '200': { description: 'One page', content: json(undeliveredPage) } },
        }),
      },
      '/v1/undelivered/{id}/redeliver': { post: noticeMessage('redeliverNotice', 'Deliver one now: a single try, which is answered') },
      '/v1/undelivered/{id}/discard': {
        post: noticeMessage('discardNotice', 'Let one go', { requestBody: { required: true, content: json(instructionRequest) } }),
      },
      '/v1/me': {
        get: operation('showMe', 'identity', 'Who the API takes you for', {
          responses: { '200': { description: 'You', content: json(me) } },
        }),
      },
      '/v1/login': {
        get: operation('listLogins', 'identity', 'Where people log in', {
          ...open,
          responses: { '200': { description: 'Public clients, by issuer', content: json(logins) } },
        }),
      },
      '/healthz': {
        get: operation('alive', 'health', 'Is the process alive', {
          ...open,
          responses: { '200': { description: 'Yes', content: json(z.object({ status: z.literal('ok') })) } },
        }),
      },
      '/readyz': {
        get: operation('ready', 'health', 'Do Temporal and OPA answer', {
          ...open,
          responses: {
            '200': { description: 'Yes', content: json(readiness) },
            '503': { description: 'No: which of them', content: json(readiness) },
          },
        }),
      },
      '/metrics': {
        get: operation('metrics', 'health', 'Metrics for Prometheus', {
          ...open,
          responses: { '200': { description: 'Text exposition', content: { 'text/plain': { schema: z.string() } } } },
        }),
      },
    },
  });

const readiness = z.object({ status: z.string(), temporal: z.string(), opa: z.string() }).meta({ id: 'Readiness' });
