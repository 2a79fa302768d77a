/**
 * One finding of GuardDuty, from the queue to the releases that it is about and the people who have to know. It is the
 * only writer of its chain. GuardDuty tells of a finding again and again while it goes on, and queues deliver twice: what
 * was heard already does nothing, and a release is told again only of something worse.
 *
 * A release decides itself what a finding does to it (`threats.ts`). One that is over takes no message: where its version
 * serves, the finding is an incident, which is recorded and told.
 */
import {
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  sleep,
  TemporalFailure,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Digest } from '../domain/digest.ts';
import { linked } from '../domain/ledger/chain.ts';
import type { NoticeTarget, Reached, ThreatNotice } from '../domain/notice.ts';
import type { Json } from '../domain/order.ts';
import type { RecordKind } from '../domain/record.ts';
import {
  type Band,
  bandOf,
  type Heard,
  isNews,
  isWorse,
  newestOf,
  type Threat,
  type ThreatNews,
  threatText,
} from '../domain/threats/finding.ts';
import { isIncident, listedReleases, listedThreat, type ReachedRelease, releasesListedMax, threatMemo } from '../domain/threats/listed.ts';
import { findingRecordOf } from '../domain/threats/record.ts';
import { markOf, type Packed, packed, unpacked } from '../domain/threats/remembered.ts';
import { counts } from '../domain/threats/response.ts';
import type { Concerned, ReceivedThreat } from '../domain/threats/told.ts';
import { deliver } from './deliver.ts';
import { findingReceivedSignal, findingSignal } from './messages.ts';
import { now } from './outbox.ts';
import { isPatched } from './patches.ts';
import { searchAttributes } from './search-attributes.ts';
import { detection, findingLedger } from './steps.ts';

/** A release that ends between the look and the signal is found at the next one, as what it has become. */
const looksMax = 3;
const untilNextLook = '2 seconds';

/** As long as a message may lie in a queue of AWS: after that nothing of it can come any more that is not new. */
const quietAfter = '14 days';

interface State {
  readonly heard: Heard | undefined;
  /** Who was told, and how bad it was then. */
  readonly remembered?: Packed | undefined;
  /** The same by name, from before it was packed. */
  readonly told?: Readonly<Record<string, Band>> | undefined;
  /** How bad it was when people were told. */
  readonly announced: Band | undefined;
  /** What became of each release. Left out by runs from before it was kept. */
  readonly reached?: readonly ReachedRelease[] | undefined;
  /** Of a run from before these were heeded first. */
  readonly waiting: readonly ReceivedThreat[];
}

const nothingYet: State = { heard: undefined, announced: undefined, waiting: [] };

export async function finding(findingId: string, before: State = nothingYet): Promise<{ readonly releases: readonly string[] }> {
  const waiting = [...before.waiting];
  setHandler(findingReceivedSignal, (news) => void waiting.push(news));
  const one = new Finding(findingId, before);
  for (;;) {
    await condition(() => waiting.length > 0, quietAfter);
    const news = waiting.shift();
    if (news === undefined) break;
    await one.heed(news);
    if (!workflowInfo().continueAsNewSuggested) continue;
    await condition(() => one.isSettled || waiting.length > 0);
    // What waits is heeded here and not handed on: one message more may be too much for the next run's arguments. A queue of AWS
    // holds two weeks, and GuardDuty says something new each quarter of an hour, so that this comes to an end long before a history.
    if (waiting.length === 0) return await continueAsNew<typeof finding>(findingId, { ...one.state, waiting: [] });
  }
  await condition(() => one.isSettled);
  return { releases: one.state.reached.map(({ releaseId }) => releaseId) };
}

type Told = Concerned & { readonly reached: Reached };

class Finding {
  readonly #chain: FindingChain;
  #heard: Heard | undefined;
  #announced: Band | undefined;
  readonly #told: Map<string, Band>;
  readonly #reached: Map<string, ReachedRelease>;
  /** On their way. Nothing of the finding waits for them. */
  #notices = 0;

  constructor(id: string, { heard, remembered = {}, told, announced, reached = [] }: State) {
    this.#chain = new FindingChain(id);
    this.#heard = heard;
    this.#announced = announced;
    this.#told = unpacked(remembered, told);
    this.#reached = new Map(reached.map((release) => [release.releaseId, release]));
  }

  get state() {
    const reached = listedReleases([...this.#reached.values()]);
    return { heard: this.#heard, remembered: packed(this.#told), announced: this.#announced, reached } satisfies Omit<State, 'waiting'>;
  }

  /** Everybody was told, or could not be. */
  get isSettled(): boolean {
    return this.#notices === 0;
  }

  /** Releases first: what has traffic does not wait for the record, which waits in the history meanwhile. */
  async heed({ threat, drill, notices }: ReceivedThreat): Promise<void> {
    if (!isNews(this.#heard, threat)) return;
    this.#heard = newestOf(this.#heard, threat);
    const told = await this.#tellAll(threat, drill);
    for (const one of told) this.#reached.set(one.releaseId, reachedOf(one));
    show(threat, [...this.#reached.values()], told.length > 0);
    await this.#record(threat, drill, told);
    if (!counts(threat, drill) || (told.length === 0 && !isWorse(this.#announced, threat))) return;
    this.#announced = bandOf(threat);
    this.#announce(threat, told, notices);
  }

  async #tellAll(threat: Threat, drill: boolean): Promise<readonly Told[]> {
    const told = new Map<string, Told>();
    for (let looks = 1; ; looks++) {
      const answers = await this.#look(threat, drill);
      for (const answer of answers) told.set(answer.releaseId, answer);
      if (looks === looksMax || answers.every(({ reached }) => reached !== 'gone')) return [...told.values()];
      await sleep(untilNextLook);
    }
  }

  /** Those of a page are told before the next is asked for. */
  async #look(threat: Threat, drill: boolean): Promise<readonly Told[]> {
    const answers: Told[] = [];
    let last: Concerned | undefined;
    do {
      const asking = { threat, ...(last !== undefined && { after: { releaseId: last.releaseId, state: last.state } }) };
      const page = await detection.findConcerned.executeWithOptions({ summary: 'Which releases is it about?' }, [asking]);
      const wanted = page.filter((release) => isWorse(this.#told.get(markOf(release)), threat));
      answers.push(...(await Promise.all(wanted.map((release) => this.#tell(release, threat, drill)))));
      last = page.at(-1);
    } while (last?.more === true);
    return answers;
  }

  async #tell(release: Concerned, threat: Threat, drill: boolean): Promise<Told> {
    if (release.state !== 'serves' && !(await signalled(release, { threat, drill }))) return { ...release, reached: 'gone' };
    const mark = markOf(release);
    // At the end, as the one that was told last.
    this.#told.delete(mark);
    this.#told.set(mark, bandOf(threat));
    return { ...release, reached: release.state === 'open' ? 'told' : counts(threat, drill) ? 'incident' : 'noted' };
  }

  async #record(threat: Threat, drill: boolean, told: readonly Told[]): Promise<void> {
    await this.#chain.append('findingReceived', { ...threat, drill });
    for (const { releaseId, service, environment, team, reached } of told)
      await this.#chain.append(reached === 'incident' ? 'incidentOpened' : 'findingTold', {
        releaseId,
        service,
        environment,
        team,
        reached,
      });
    await this.#chain.seal();
  }

  /** Each place by itself: one that is down keeps nobody else from knowing. */
  #announce(threat: Threat, told: readonly Told[], always: readonly NoticeTarget[]): void {
    const notice = noticeOf(threat, told);
    const targets = new Map([...always, ...told.flatMap(({ notices }) => notices)].map((target) => [JSON.stringify(target), target]));
    for (const target of targets.values()) void this.#deliver(target, notice);
  }

  async #deliver(target: NoticeTarget, notice: ThreatNotice): Promise<void> {
    this.#notices += 1;
    await deliver({ target, notice });
    this.#notices -= 1;
  }
}

async function signalled({ releaseId }: Concerned, news: ThreatNews): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(releaseId).signal(findingSignal, news);
    return true;
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    return false;
  }
}

/** The record of a finding. Where it stands is asked once, since another run may have written before. */
class FindingChain {
  readonly #id: string;
  #end: { nextSequence: number; head: Digest | null } | undefined;
  #claim = true;

  constructor(id: string) {
    this.#id = id;
  }

  async append(kind: RecordKind, data: object): Promise<void> {
    const { nextSequence: sequence, head } = await this.#where();
    const writer = { runId: workflowInfo().runId, sequence, claim: this.#claim };
    const record = linked(findingRecordOf(this.#id, writer, kind, now(), data as Json), head);
    [this.#end, this.#claim] = [{ nextSequence: sequence + 1, head: record.hash }, false];
    await findingLedger.appendFinding.executeWithOptions({ summary: `Record ${sequence}: ${kind}` }, [
      { findingId: this.#id, records: [record] },
    ]);
  }

  /** Until something comes again, which takes the record on: nobody knows when a finding is over. */
  async seal(): Promise<void> {
    await findingLedger.sealFinding.executeWithOptions({ summary: 'Seal its record' }, [{ findingId: this.#id }]);
    this.#claim = true;
  }

  #where = async () =>
    (this.#end ??= await findingLedger.readFinding.executeWithOptions({ summary: 'Where does its record stand?' }, [
      { findingId: this.#id },
    ]));
}

const reachedOf = ({ releaseId, service, environment, team, reached }: Told): ReachedRelease => ({
  releaseId,
  service,
  environment,
  team,
  state: reached,
});

/** Wherever people and the API look: everything that became of it so far. */
function show(threat: Threat, reached: readonly ReachedRelease[], isAnyNew: boolean): void {
  const listed = listedThreat(threat, reached);
  const lines = listed.releases.map(({ releaseId, state }) => `- ${state}: \`${releaseId}\``);
  if (listed.moreReleases > 0) lines.push(`- and ${listed.moreReleases} more, which its record names`);
  setCurrentDetails([`**${threatText(threat)}**: ${threat.title}`, ...lines, `Event: \`${threat.evidence.digest}\``].join('\n\n'));
  const isListed = isPatched('findings are listed');
  const [first] = listed.releases;
  if (first !== undefined && (isAnyNew || isListed))
    upsertSearchAttributes([
      { key: searchAttributes.service, value: first.service },
      { key: searchAttributes.environment, value: first.environment },
      { key: searchAttributes.team, value: first.team },
      { key: searchAttributes.attention, value: listed.releases.some(isIncident) },
    ]);
  if (isListed) upsertMemo({ [threatMemo]: listed });
}

const noticeOf = (threat: Threat, told: readonly Told[]): ThreatNotice => {
  const { id, type, title, severity, account, region, updatedAt, count, about, evidence } = threat;
  return {
    id: `${id}.${Date.parse(updatedAt)}.${severity}`,
    kind: 'security finding',
    at: now(),
    finding: { id, type, title, severity, account, region, updatedAt, count },
    about,
    releases: told.slice(0, releasesListedMax).map(reachedOf),
    ...(told.length > releasesListedMax && { moreReleases: told.length - releasesListedMax }),
    evidence: evidence.digest,
  };
};
