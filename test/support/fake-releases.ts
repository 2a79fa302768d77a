/** Releases, and what else the API asks of Temporal, in maps and lists that a test fills and reads. */
import { Problem } from '../../api/http/problem.ts';
import type { CheckupGateway } from '../../api/temporal/checkup.ts';
import type { DeadFindingsGateway } from '../../api/temporal/dead-findings.ts';
import type { LineGateway } from '../../api/temporal/line.ts';
import { opened, sealed } from '../../api/temporal/page-token.ts';
import type { PreviewGateway, PreviewStatus } from '../../api/temporal/previews.ts';
import type { Recovery, ReleaseDescription, ReleasesGateway, Told } from '../../api/temporal/releases-gateway.ts';
import type { ThreatGateway } from '../../api/temporal/threats.ts';
import type { UndeliveredGateway } from '../../api/temporal/undelivered.ts';
import { groupsOf, ruleOf } from '../../domain/approval.ts';
import { type Check, type CheckupRequest, passed } from '../../domain/checkup.ts';
import { type Lane, laneIdOf } from '../../domain/lane.ts';
import type { DayAct } from '../../domain/ledger/acts.ts';
import type { DayEntry, RefusedCall } from '../../domain/ledger/refusals.ts';
import { type Stop, whyNotResumed } from '../../domain/line.ts';
import type { Json, ReleaseOrder } from '../../domain/order.ts';
import { type ReleaseRecord, recordOf } from '../../domain/record.ts';
import type { DriftReport } from '../../domain/released/drift.ts';
import type { RescanReport } from '../../domain/released/rescan.ts';
import type { StraysReport } from '../../domain/strays/look.ts';
import type { DeadFindings } from '../../domain/threats/dead.ts';
import { isIncident, type ListedThreat } from '../../domain/threats/listed.ts';
import type { ListedNotice } from '../../domain/undelivered.ts';
import { firstView, type ReleaseView } from '../../domain/view.ts';

function viewOf(order: ReleaseOrder, change: Partial<ReleaseView> = {}): ReleaseView {
  return { ...firstView(order, '2026-11-24T10:00:00.000Z'), ...change };
}

interface Held {
  readonly order: ReleaseOrder;
  description: ReleaseDescription;
  records: ReleaseRecord[];
}

/** As the API hands them out; what Temporal has said in it is here where the next page begins. */
function pageOf<Item>(question: string, all: readonly Item[], pageSize: number, pageToken: string | undefined) {
  const begin = pageToken === undefined ? 0 : Number(opened(pageToken, question).toString());
  const end = begin + pageSize;
  return { page: all.slice(begin, end), nextPageToken: end < all.length ? sealed(Buffer.from(String(end)), question) : null };
}

/** Releases as Temporal would keep them; `answer` is what the workflow says to a message. */
export class FakeReleases implements ReleasesGateway {
  readonly releases = new Map<string, Held>();
  readonly queries: string[] = [];
  /** Previews that were asked for, as they stand. */
  readonly previewed = new Map<string, { status: PreviewStatus; readonly order: ReleaseOrder; view: ReleaseView }>();
  readonly lanes = new Map<string, Lane>();
  readonly previews: PreviewGateway = {
    start: async (order) => void this.previewed.set(order.releaseId, { status: 'running', order, view: viewOf(order) }),
    find: async (id) => this.previewed.get(id),
    lane: async (lane) => this.lanes.get(laneIdOf(lane)) ?? null,
  };
  /** What a checkup was asked about, and what it finds. */
  readonly checkups: CheckupRequest[] = [];
  found: readonly Check[] = [passed('policies', 'OPA', 'they are')];
  readonly checkup: CheckupGateway = {
    temporal: async () => {
      this.#fail();
      return [passed('temporal', 'default', 'it is there')];
    },
    run: async (request) => {
      this.checkups.push(request);
      return this.found;
    },
  };
  /** Lines that are stopped, by environment. */
  readonly stops = new Map<string, Stop>();
  readonly line: LineGateway = {
    stopped: async (environment) => this.stops.get(environment) ?? null,
    stop: async (environment, stop) => {
      if (this.stops.has(environment)) return false;
      this.stops.set(environment, stop);
      return true;
    },
    resume: async (environment, { by }) => {
      const stop = this.stops.get(environment);
      if (stop === undefined) return false;
      const why = whyNotResumed(stop, by);
      if (why !== undefined) throw new Problem('line.samePerson', why);
      return this.stops.delete(environment);
    },
  };
  /** What GuardDuty has found. */
  readonly detected: ListedThreat[] = [];
  readonly threats: ThreatGateway = {
    list: async (incidents, pageSize, pageToken) => {
      const wanted = this.detected.filter(({ releases }) => !incidents || releases.some(isIncident));
      const { page: threats, nextPageToken } = pageOf(`threats ${incidents}`, wanted, pageSize, pageToken);
      return { threats, nextPageToken };
    },
  };
  /** Notices that nobody took; a try delivers one, or is answered with why not. */
  readonly kept = new Map<string, ListedNotice>();
  stillRefused: string | null = null;
  readonly undelivered: UndeliveredGateway = {
    list: async (pageSize, pageToken) => {
      const { page: notices, nextPageToken } = pageOf('undelivered', [...this.kept.values()], pageSize, pageToken);
      return { notices, nextPageToken };
    },
    redeliver: async (id) => {
      if (!this.kept.has(id)) return null;
      if (this.stillRefused !== null) return { state: 'waiting', because: this.stillRefused };
      this.kept.delete(id);
      return { state: 'delivered', because: null };
    },
    discard: async (id, { reason }) => (this.kept.delete(id) ? { state: 'discarded', because: reason } : null),
  };
  /** What lies in the dead-letter queue of findings; whoever says so has what is one of them told. */
  dead: DeadFindings = { off: null, messages: [], more: false };
  readonly deadFindings: DeadFindingsGateway = {
    look: async ({ tell }) => {
      this.#fail();
      const messages = this.dead.messages.map((one) => ({ ...one, told: tell && one.finding !== null }));
      this.dead = { ...this.dead, messages: messages.filter(({ told }) => !told) };
      return { ...this.dead, messages };
    },
  };
  /** Refused calls that the ledger was told of. */
  readonly refused: RefusedCall[] = [];
  /** What the last look at what runs said. */
  lastLook: StraysReport | null = null;
  readonly strays = { last: async () => this.lastLook };
  /** The same of what was scanned again. */
  lastRescan: RescanReport | null = null;
  readonly rescan = { last: async () => this.lastRescan };
  lastDrift: DriftReport | null = null;
  readonly drift = { last: async () => this.lastDrift };
  /** What else of the day it was told of. */
  readonly acts: DayAct[] = [];
  readonly refusals = { tell: async (entry: DayEntry) => void ('act' in entry ? this.acts.push(entry) : this.refused.push(entry)) };
  readonly told: { readonly id: string; readonly update: string; readonly input: unknown; readonly updateId: string }[] = [];
  answer: (id: string) => Told = (id) => ({ kind: 'done', view: viewOf(this.#held(id).order) });
  broken: Problem | undefined;
  /** What is different in every view from now on. */
  viewChange: Partial<ReleaseView> = {};
  /** What is different in one release's view. */
  readonly viewChanges = new Map<string, Partial<ReleaseView>>();

  async start(order: ReleaseOrder): Promise<boolean> {
    this.#fail();
    if (this.releases.has(order.releaseId)) return false;
    this.put(order, {});
    return true;
  }

  put(order: ReleaseOrder, change: Partial<ReleaseDescription>): void {
    const { releaseId: id, service, environment, team } = order;
    const description: ReleaseDescription = {
      id,
      service,
      environment,
      team,
      requester: order.requester.subject,
      status: 'running',
      phase: 'fetching',
      outcome: null,
      weightPercent: 0,
      attention: false,
      startedAt: '2026-11-24T10:00:00.000Z',
      closedAt: null,
      approverGroups: groupsOf(order.approvals),
      mfaWithinMinutes: ruleOf(order.approvals).mfaWithinMinutes,
      historyLength: 3,
      heartbeats: [],
      ...change,
    };
    this.releases.set(id, { order, description, records: [] });
  }

  change(id: string, change: Partial<ReleaseDescription>): void {
    const held = this.#held(id);
    held.description = { ...held.description, ...change };
  }

  record(id: string, kind: Parameters<typeof recordOf>[2], data: Json = {}): void {
    const held = this.#held(id);
    const writer = { runId: 'run', sequence: held.records.length, claim: held.records.length === 0 };
    held.records.push(recordOf(id, writer, kind, '2026-11-24T10:00:00.000Z', data));
    this.change(id, { historyLength: held.description.historyLength + 1 });
  }

  async describe(id: string) {
    this.#fail();
    return this.releases.get(id)?.description;
  }

  /** What recovered a release, by its id. */
  readonly recoveries = new Map<string, Recovery>();

  async tellRecovery(id: string, input: object, updateId: string): Promise<Told['kind']> {
    this.told.push({ id: `recover/${id}`, update: 'undo' in input ? 'skipUndo' : 'lookAgain', input, updateId });
    return 'done';
  }

  async recovery(id: string) {
    return this.recoveries.get(id) ?? null;
  }

  async view(id: string) {
    const { order, records } = this.#held(id);
    return viewOf(order, { records: records.length, ...this.viewChange, ...this.viewChanges.get(id) });
  }

  async order(id: string) {
    return this.#held(id).order;
  }

  async records(id: string, after: number, limit: number) {
    return this.#held(id)
      .records.filter(({ sequence }) => sequence > after)
      .slice(0, limit);
  }

  async list(query: string, pageSize: number) {
    this.#fail();
    this.queries.push(query);
    const wanted = (name: string) => new RegExp(`${name} = '([^']*)'`).exec(query)?.[1];
    const releases = [...this.releases.values()]
      .map(({ description }) => description)
      .filter(({ outcome }) => (wanted('ReleaseOutcome') ?? outcome) === outcome)
      .filter(({ status }) => !query.includes("ExecutionStatus = 'Running'") || status === 'running')
      .toReversed()
      .slice(0, pageSize);
    return { releases, nextPageToken: null };
  }

  async tell(id: string, update: { readonly name: string }, input: unknown, updateId: string): Promise<Told> {
    this.#fail();
    this.told.push({ id, update: update.name, input, updateId });
    return this.answer(id);
  }

  async ready() {
    this.#fail();
  }

  async close() {}

  #held(id: string): Held {
    const held = this.releases.get(id);
    if (held === undefined) throw new Problem('release.unknown', `no ${id}`);
    return held;
  }

  #fail(): void {
    if (this.broken !== undefined) throw this.broken;
  }
}
