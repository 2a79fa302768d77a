/** Starts, shows and steers releases. Decides nothing about them: the catalog, OPA and the workflow do. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { UpdateDefinition } from '@temporalio/common';
import type { z } from 'zod';
import { groupsOf } from '../../domain/approval.ts';
import type { Action, Caller, Resource } from '../../domain/caller.ts';
import { digestOf, hexOf } from '../../domain/digest.ts';
import type { Ended, EndedReleases } from '../../domain/ledger/ended.ts';
import { type Obstacle, obstacleText } from '../../domain/line.ts';
import { type ReleaseOrder, type ReleaseRequest, type Requester, releaseIdOf } from '../../domain/order.ts';
import type { OutcomeKind } from '../../domain/outcome.ts';
import { notOverridden } from '../../domain/override.ts';
import type { Phase } from '../../domain/phase.ts';
import type { ReleaseView } from '../../domain/view.ts';
import {
  abortUpdate,
  approveUpdate,
  holdUpdate,
  type Instruction,
  rejectUpdate,
  resumeUpdate,
  skipUndoUpdate,
  withdrawUpdate,
} from '../../workflows/messages.ts';
import { Access } from '../auth/authority.ts';
import type { ProofVerifier } from '../auth/decision-proof.ts';
import { requireFreshMfa } from '../auth/fresh-mfa.ts';
import { CatalogFiles } from '../catalog/catalog.ts';
import { resolveOrder } from '../catalog/resolve-order.ts';
import type { Config } from '../config.ts';
import { EnvironmentsService } from '../environments/environments.service.ts';
import { Problem } from '../http/problem.ts';
import type { ReleaseDescription, ReleaseSummary, ReleasesGateway } from '../temporal/releases-gateway.ts';
import { incidentsOf } from '../threats/threats.service.ts';
import { CONFIG, ENDED_RELEASES, PACE, PROOFS, RELEASES_GATEWAY } from '../tokens.ts';
import { type Pace, progressOf, releaseEvents } from './events.ts';
import { listQuery } from './list-query.ts';
import type { DecisionRequest, ListFilter, releaseDetails, releasePage, startedRelease, Told } from './schemas.ts';
import { verdict } from './verdict-schemas.ts';

/** The newest of all incidents: that many that nobody has gone back from are no longer about single releases. */
const incidentsMax = 100;

export interface Started {
  /** `false`: it was there before. */
  readonly isNew: boolean;
  readonly body: z.infer<typeof startedRelease>;
}

@Injectable()
export class ReleasesService {
  readonly #gateway: ReleasesGateway;
  readonly #ended: EndedReleases;
  readonly #access: Access;
  readonly #catalog: CatalogFiles;
  readonly #config: Config;
  readonly #environments: EnvironmentsService;
  readonly #proofs: ProofVerifier;
  readonly #pace: Pace;

  constructor(
    @Inject(RELEASES_GATEWAY) gateway: ReleasesGateway,
    @Inject(ENDED_RELEASES) ended: EndedReleases,
    @Inject(Access) access: Access,
    @Inject(CatalogFiles) catalog: CatalogFiles,
    @Inject(CONFIG) config: Config,
    @Inject(EnvironmentsService) environments: EnvironmentsService,
    @Inject(PROOFS) proofs: ProofVerifier,
    @Inject(PACE) pace: Pace,
  ) {
    this.#gateway = gateway;
    this.#ended = ended;
    this.#access = access;
    this.#catalog = catalog;
    this.#config = config;
    this.#environments = environments;
    this.#proofs = proofs;
    this.#pace = pace;
  }

  async start(request: ReleaseRequest, by: Caller): Promise<Started> {
    const order = resolveOrder(this.#catalog.current, request, requesterOf(by));
    await this.#access.require(by, 'release.start', resourceOf(order));
    if (order.override !== undefined) await this.#access.require(by, 'release.override', resourceOf(order));
    await this.#requireEarlierAttemptsClosed(request);
    return this.startOrder(order, await this.#environments.obstaclesOf(order.environment));
  }

  /** Asking again is being told where it stands; asking for somebody else's would let one approve one's own. */
  async startOrder(order: ReleaseOrder, obstacles: readonly Obstacle[] = []): Promise<Started> {
    const id = order.releaseId;
    const rest = { obstacles: [...notOverridden(obstacles, order.override)], links: this.#links(id) };
    const ended = await this.#endedBefore(id);
    const stopped = ended === null ? obstacles.find(({ kind }) => kind === 'stopped') : undefined;
    if (stopped !== undefined && (await this.#gateway.describe(id)) === undefined) throw new Problem('line.stopped', obstacleText(stopped));
    if (ended === null && (await this.#gateway.start(order)))
      return { isNew: true, body: { id, phase: 'fetching', outcome: null, ...rest } };
    const release = (await this.#gateway.describe(id)) ?? forgotten(ended);
    if (release === undefined) throw new Problem('temporal.unreachable', `release ${id} is there and cannot be read yet`);
    if (release.requester !== order.requester.subject)
      throw new Problem('release.taken', `${release.requester} has asked for this release already: ${id}`, {
        errors: [{ field: 'attempt', value: order.attempt, allowed: 'a number that nobody has asked for, once this attempt is closed' }],
      });
    return {
      isNew: false,
      body: { id, phase: release.phase as Phase, outcome: release.outcome as OutcomeKind | null, ...rest },
    };
  }

  /**
   * Temporal would begin anew what it has forgotten. A ledger that does not answer holds nobody up for that: whoever
   * begins anew finds the first record taken, and does nothing.
   */
  async #endedBefore(id: string): Promise<Ended | null> {
    try {
      return await this.#ended.find(id);
    } catch (error) {
      if (error instanceof Problem && error.kind === 'ledger.unreachable') return null;
      throw error;
    }
  }

  async list(filter: ListFilter, by: Caller): Promise<z.infer<typeof releasePage>> {
    const { pageSize, pageToken, ...terms } = filter;
    const readable = this.#access.reader(by, 'release.read');
    const teams = await this.#readableTeams(terms, readable);
    if (teams.length === 0) return { releases: [], nextPageToken: null };
    const page = await this.#gateway.list(listQuery({ ...terms, teams }), pageSize, pageToken);
    const allowed = await Promise.all(page.releases.map((release) => readable(this.#resourceOf(release))));
    return { releases: page.releases.filter((_, index) => allowed[index] === true), nextPageToken: page.nextPageToken };
  }

  async show(id: string, by: Caller): Promise<z.infer<typeof releaseDetails>> {
    const release = await this.permitted(id, 'release.read', by);
    const view = await this.#gateway.view(id);
    // One from before judges gave evidence has another shape; the outcome has its reason.
    const judged = verdict.safeParse(view.verdict);
    const hasAnswer = release.status === 'running' || release.status === 'completed';
    const waits = release.status === 'running' && view.urgency !== 'rollback';
    return {
      ...(view as z.infer<typeof releaseDetails>),
      obstacles: waits ? [...notOverridden(await this.#environments.obstaclesOf(release.environment), view.override)] : [],
      verdict: judged.success ? judged.data : null,
      status: release.status,
      progress: progressOf(release.heartbeats) ?? null,
      incidents: release.outcome === 'released' ? await this.#incidentsOf(id) : [],
      recovery: hasAnswer ? null : await this.#gateway.recovery(id),
      links: this.#links(id),
    };
  }

  /** What GuardDuty found about it since it was released. */
  async #incidentsOf(id: string) {
    const { threats } = await this.#gateway.threats.list(true, incidentsMax, undefined);
    return incidentsOf(threats, id);
  }

  async events(id: string, after: number, by: Caller, signal: AbortSignal): Promise<AsyncGenerator<string>> {
    await this.permitted(id, 'release.read', by);
    return releaseEvents(this.#gateway, id, after, signal, this.#pace);
  }

  async decide(id: string, request: DecisionRequest, caller: Caller, key: string | undefined) {
    const { decision, statementDigest, reason, idToken } = request;
    const { by, proof } = idToken === undefined ? { by: caller } : await this.#proofs.verify(idToken, statementDigest, caller);
    const release = await this.permitted(id, 'release.approve', by);
    if (decision === 'approve') requireFreshMfa(release.mfaWithinMinutes, by, Date.now());
    const update = decision === 'approve' ? approveUpdate : rejectUpdate;
    const addresses = this.#catalog.current.people.get(by.subject) ?? [];
    const input = { statementDigest, reason, by, addresses, ...(proof !== undefined && { proof }) };
    return this.#tellPermitted(release, 'release.approve', update, input, key);
  }

  withdraw = (id: string, reason: string, by: Caller, key: string | undefined) =>
    this.#tell(id, 'release.withdraw', withdrawUpdate, { by, reason }, key);

  hold = (id: string, reason: string, by: Caller, key: string | undefined) =>
    this.#tell(id, 'release.hold', holdUpdate, { by, reason }, key);

  resume = (id: string, reason: string, by: Caller, key: string | undefined) =>
    this.#tell(id, 'release.resume', resumeUpdate, { by, reason }, key);

  abort = (id: string, reason: string, by: Caller, key: string | undefined) =>
    this.#tell(id, 'release.abort', abortUpdate, { by, reason }, key);

  skipUndo = (id: string, undo: string, reason: string, by: Caller, key: string | undefined) =>
    this.#tell(id, 'release.skipUndo', skipUndoUpdate, { by, reason, undo }, key);

  async #tell<Input extends Instruction>(
    id: string,
    action: Action,
    update: UpdateDefinition<ReleaseView, [Input]>,
    input: Input,
    key: string | undefined,
  ): Promise<Told> {
    return this.#tellPermitted(await this.permitted(id, action, by(input)), action, update, input, key);
  }

  async #tellPermitted<Input extends Instruction>(
    release: ReleaseDescription,
    action: Action,
    update: UpdateDefinition<ReleaseView, [Input]>,
    input: Input,
    key: string | undefined,
  ): Promise<Told> {
    const { id } = release;
    const updateId = updateIdOf(update.name, input, key);
    if (release.status !== 'running') {
      const told = await this.#tellRecovery(id, action, input, updateId);
      if (told !== undefined) return told;
      throw new Problem('release.wrongPhase', `release ${id} is closed (${release.outcome ?? release.status}): it takes no messages`);
    }
    const answer = await this.#gateway.tell(id, update, input, updateId);
    return answer.kind === 'done'
      ? { updateId, state: 'done', release: answer.view as z.infer<typeof releaseDetails> }
      : { updateId, state: 'accepted', release: null };
  }

  /** What puts back a release whose run is gone is told the same way: skip an undo, or look again. */
  async #tellRecovery(id: string, action: Action, input: Instruction, updateId: string): Promise<Told | undefined> {
    if (!recoveryTakes.includes(action) || (await this.#gateway.recovery(id))?.status !== 'running') return undefined;
    return { updateId, state: await this.#gateway.tellRecovery(id, input, updateId), release: null };
  }

  /** The release, if it exists and this caller may do this with it. */
  async permitted(id: string, action: Action, by: Caller): Promise<ReleaseDescription> {
    const release = await this.#gateway.describe(id);
    if (release === undefined)
      throw new Problem('release.unknown', await this.#whyUnknown(id, by), {
        errors: [{ field: 'id', value: id, allowed: 'the id of a release' }],
      });
    const { service, environment, team, approverGroups } = release;
    await this.#access.require(by, action, { service, environment, team, approverGroups });
    return release;
  }

  /** What Temporal has forgotten still has its record; who may not read a release is not told that there was one. */
  async #whyUnknown(id: string, by: Caller): Promise<string> {
    const ended = await this.#endedBefore(id);
    if (ended === null || !(await this.#access.reader(by, 'release.read')(resourceOf(ended.order)))) return `there is no release ${id}`;
    const time = ended.at.slice(0, 'yyyy-mm-ddThh:mm'.length).replace('T', ' ');
    return `Temporal keeps release ${id} no more: it ended as ${ended.kind}, ${time} UTC, and \`plimsoll evidence ${id}\` has the rest`;
  }

  /** Teams with anything in the catalog that the caller may read; what is left of a page is asked about one by one. */
  async #readableTeams(
    terms: { readonly service?: string | undefined; readonly environment?: string | undefined },
    readable: (resource: Resource) => Promise<boolean>,
  ): Promise<readonly string[]> {
    const { services, environments } = this.#catalog.current;
    const resources = [...services.values()]
      .filter(({ name }) => terms.service === undefined || name === terms.service)
      .flatMap((service) =>
        [...environments.values()]
          .filter(({ name }) => terms.environment === undefined || name === terms.environment)
          .map((environment) => ({
            service: service.name,
            environment: environment.name,
            team: service.team,
            approverGroups: groupsOf(environment.approvals),
          })),
      );
    const allowed = await Promise.all(resources.map(readable));
    return [...new Set(resources.filter((_, index) => allowed[index] === true).map(({ team }) => team))].toSorted();
  }

  #resourceOf({ service, environment, team }: ReleaseSummary): Resource {
    const approvals = this.#catalog.current.environments.get(environment)?.approvals;
    return { service, environment, team, approverGroups: approvals === undefined ? [] : groupsOf(approvals) };
  }

  /** All of them: with one left out, two attempts of one release could run side by side. */
  async #requireEarlierAttemptsClosed(request: ReleaseRequest): Promise<void> {
    const earlier = Array.from({ length: request.attempt - 1 }, (_, index) => releaseIdOf({ ...request, attempt: index + 1 }));
    const releases = await Promise.all(earlier.map((id) => this.#gateway.describe(id)));
    const open = releases.find((release) => release?.status === 'running');
    if (open !== undefined)
      throw new Problem('release.attemptOpen', `an earlier attempt is still open: ${open.id} (${open.phase})`, {
        errors: [{ field: 'attempt', value: request.attempt, allowed: 'the next one, once every attempt before it is closed' }],
      });
  }

  #links(id: string) {
    const { uiUrl, namespace } = this.#config.temporal;
    return {
      self: `/v1/releases/${id}`,
      events: `/v1/releases/${id}/events`,
      page: this.#config.page === null ? null : `${this.#config.publicUrl}/releases/${id}`,
      temporal: uiUrl === null ? null : `${uiUrl}/namespaces/${namespace}/workflows/${id}`,
    };
  }
}

/** What the ledger still knows, as Temporal would have said it. */
const forgotten = (ended: Ended | null) =>
  ended === null
    ? undefined
    : { requester: ended.order.requester.subject, phase: 'closed', outcome: ended.kind === 'failed' ? null : ended.kind };

const recoveryTakes: readonly Action[] = ['release.skipUndo', 'release.resume'];

export const requesterOf = ({ subject, kind }: Caller): Requester => ({ subject, kind });

export const resourceOf = (order: ReleaseOrder): Resource => ({
  service: order.service,
  environment: order.environment,
  team: order.team,
  approverGroups: groupsOf(order.approvals),
});

const by = (input: Instruction): Caller => input.by;

/**
 * A key is one caller's and one message's: somebody else's key, or the same key with other words, must not
 * be answered with what was said before. The rest of the token, and what proves it, may change between two tries.
 */
function updateIdOf(update: string, input: Instruction, key: string | undefined): string {
  if (key === undefined) return randomUUID();
  return hexOf(digestOf({ update, key, input: { ...input, by: input.by.subject, proof: undefined } }));
}
