/**
 * A request and the catalog into one complete order. Pure: the same two give the same order, and what cannot
 * be ordered is refused here with the field that is wrong, before anything is started.
 */
import type { Environment, Service, Stack } from '../../domain/catalog.ts';
import { canonicalText, digestOf } from '../../domain/digest.ts';
import { type ReleaseOrder, type ReleaseRequest, type Requester, releaseIdOf, rollbackIdOf } from '../../domain/order.ts';
import { waiversInScope } from '../../domain/waiver.ts';
import { type FieldError, Problem } from '../http/problem.ts';
import { findEnvironment, findService, unknown } from './catalog.ts';
import type { Catalog } from './load.ts';

/** A message of Temporal's history is at most 32 KiB here; the order is the longest one. */
const orderBytesMax = 24 * 1024;

export function resolveOrder(catalog: Catalog, request: ReleaseRequest, requester: Requester): ReleaseOrder {
  const service = findService(catalog, request.service);
  const environment = findEnvironment(catalog, request.environment);
  const stack = request.infrastructure === undefined ? undefined : findStack(environment, request.infrastructure.stack);
  const order: ReleaseOrder = {
    ...common(catalog, environment, service),
    releaseId: releaseIdOf(request),
    attempt: request.attempt,
    urgency: request.override === undefined ? 'normal' : 'hotfix',
    reason: request.reason,
    requester,
    ...(request.model !== undefined && service.strategy !== 'canary' && { strategy: service.strategy }),
    ...(request.override !== undefined && { override: request.override }),
    source: { ...sourceOf(service, request.model !== undefined, stack), commit: request.source.commit },
    ...(request.infrastructure !== undefined &&
      stack !== undefined && { infrastructure: { stack, variables: variablesOf(request.infrastructure.variables, stack) } }),
    ...(request.model !== undefined && {
      model: { ...request.model, chart: service.chart, route: service.route, series: service.series, objectives: service.objectives },
    }),
  };
  return bounded(order);
}

/**
 * The way back: the model as it was released then, chart and objectives included, into the environment as it
 * is now. Infrastructure stays as it is: an old plan would undo other people's changes.
 */
export function resolveRollback(
  catalog: Catalog,
  former: ReleaseOrder,
  request: { readonly incident: string; readonly reason: string; readonly attempt: number },
  requester: Requester,
): ReleaseOrder {
  const { model } = former;
  if (model === undefined) refuse({ field: 'to', value: former.releaseId, allowed: 'a release that had a model part' });
  const rollback = { to: former.releaseId, incident: request.incident };
  const service = findService(catalog, former.service);
  const environment = findEnvironment(catalog, former.environment);
  return bounded({
    ...common(catalog, environment, service),
    releaseId: rollbackIdOf({ service: service.name, environment: environment.name, ...rollback, attempt: request.attempt }),
    attempt: request.attempt,
    urgency: 'rollback',
    reason: request.reason,
    requester,
    source: former.source,
    model,
    rollback,
  });
}

function common(catalog: Catalog, environment: Environment, service: Service) {
  const waivers = waiversInScope(catalog.waivers.values(), service.name, environment.name);
  return {
    service: service.name,
    team: service.team,
    environment: environment.name,
    catalogDigest: digestOf({ environment, service, ...(waivers.length > 0 && { waivers }) }),
    ...(waivers.length > 0 && { waivers }),
    aws: environment.aws,
    cluster: environment.cluster,
    prometheus: environment.metrics.prometheus,
    metricsLabels: environment.metrics.labels,
    queues: environment.queues,
    gates: environment.gates,
    approvals: environment.approvals,
    canary: environment.canary,
    ...(environment.notices !== undefined && { notices: environment.notices }),
    requires: environment.requires,
  };
}

function findStack(environment: Environment, wanted: string): Stack {
  const stack = environment.stacks.find(({ name }) => name === wanted);
  return (
    stack ??
    unknown(
      'infrastructure.stack',
      wanted,
      environment.stacks.map(({ name }) => name),
    )
  );
}

/** One release is one commit: of one repository, reachable from a ref that every part of it allows. */
function sourceOf(service: Service, hasModel: boolean, stack: Stack | undefined): Pick<ReleaseOrder['source'], 'repository' | 'refs'> {
  const { chart } = service;
  if (stack === undefined) {
    if (!hasModel) refuse({ field: 'infrastructure', allowed: 'an infrastructure part, a model part, or both: this release has neither' });
    return { repository: chart.repository, refs: chart.refs };
  }
  if (!hasModel) return { repository: stack.repository, refs: stack.refs };
  if (stack.repository !== chart.repository)
    refuse({
      field: 'infrastructure.stack',
      value: stack.name,
      allowed: `a stack of ${chart.repository}, where the chart is: release the parts one after the other`,
    });
  const refs = stack.refs.filter((ref) => chart.refs.includes(ref));
  if (refs.length === 0)
    refuse({
      field: 'infrastructure.stack',
      value: stack.name,
      allowed: `a stack that shares a ref with the chart (${chart.refs.join(', ')})`,
    });
  return { repository: stack.repository, refs };
}

/** What comes from Secrets Manager never comes from a body: it would lie in histories and logs. */
function variablesOf(variables: ReleaseOrderVariables, stack: Stack): ReleaseOrderVariables {
  const secret = Object.keys(variables).filter((name) => name in stack.secretVariables);
  if (secret.length > 0)
    refuse(
      ...secret.map((name) => ({ field: `infrastructure.variables.${name}`, allowed: 'left out: its value comes from Secrets Manager' })),
    );
  return variables;
}

type ReleaseOrderVariables = NonNullable<ReleaseOrder['infrastructure']>['variables'];

function bounded(order: ReleaseOrder): ReleaseOrder {
  const bytes = Buffer.byteLength(canonicalText(order));
  if (bytes <= orderBytesMax) return order;
  const waiverBytes = Buffer.byteLength(canonicalText(order.waivers ?? []));
  const allowed = `an order of at most ${orderBytesMax} bytes; this one has ${bytes}`;
  return waiverBytes > orderBytesMax / 2
    ? refuse({
        field: 'environment',
        value: order.environment,
        allowed: `${allowed}, ${waiverBytes} of them waivers: take away those that have ended`,
      })
    : refuse({ field: 'infrastructure.variables', allowed });
}

function refuse(...errors: readonly FieldError[]): never {
  throw new Problem('request.invalid', errors.map(({ field, allowed }) => `${field}: ${allowed}`).join('; '), { errors });
}
