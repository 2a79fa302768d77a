/**
 * A look at everything that serves, as a schedule asks for it: one release after the other, each in a workflow of its own,
 * so that this one's history has a few events for each and thousands of them fit. What cannot be looked at says why and
 * keeps no other from being. What the look before did not have is recorded in a chain of this one and told; the result is
 * what the API shows until the next.
 */
import { isCancellation, setCurrentDetails, TemporalFailure, workflowInfo } from '@temporalio/workflow';
import type { LookChain } from '../domain/look-record.ts';
import type { AnyNotice, NoticeTarget } from '../domain/notice.ts';
import type { RecordKind, ReleaseRecord } from '../domain/record.ts';
import {
  type Found,
  type KeyOf,
  looksOf,
  newSince,
  notLooked,
  type PlaceLook,
  type ReleasedLook,
  type ReleasedReport,
  type Seen,
} from '../domain/released/look.ts';
import type { Serving } from '../domain/released/serving.ts';
import { recordLook, tellAll, toldMax } from './looks.ts';
import { now } from './outbox.ts';
import { failureOf } from './refusal.ts';
import { serving } from './steps.ts';

export interface Looking<T extends Found> {
  readonly looksAt: (one: Serving) => boolean;
  /** Starts the workflow that looks, and waits for it. */
  readonly look: (one: Serving) => Promise<PlaceLook<T>>;
  readonly keyOf: KeyOf<T>;
  /** For people: how many there are. */
  readonly count: (found: number) => string;
  readonly line: (found: T) => string;
  readonly chain: LookChain;
  readonly kind: RecordKind;
  readonly append: (batch: {
    readonly moment: string;
    readonly records: readonly ReleaseRecord[];
    readonly seal: boolean;
  }) => Promise<void>;
  readonly noticeOf: (told: {
    readonly id: string;
    readonly at: string;
    readonly environment: string;
    readonly found: readonly T[];
    readonly more: number;
  }) => AnyNotice;
}

export async function lookAtReleased<T extends Found>(looking: Looking<T>): Promise<ReleasedReport<T>> {
  const before = (workflowInfo().lastResult as ReleasedReport<T> | undefined)?.looks ?? [];
  const { seen, notices } = await lookAtAll(looking);
  const looks = looksOf(before, seen, looking.keyOf);
  const fresh = looks
    .map((look) => ({ environment: look.environment, found: newSince(before, look, looking.keyOf) }))
    .filter(({ found }) => found.length > 0);
  show(looking, looks, fresh.flatMap(({ found }) => found).length);
  if (fresh.length > 0) {
    const records = fresh.flatMap(({ environment, found }) => found.map((one) => ({ environment, ...one })));
    await recordLook(looking, records, looking.append);
    await Promise.all(
      fresh.map(({ environment, found }) => tellAll(notices.get(environment) ?? [], noticeOf(looking, environment, found))),
    );
  }
  return { at: now(), looks };
}

async function lookAtAll<T extends Found>(looking: Looking<T>) {
  const seen: Seen<T>[] = [];
  const notices = new Map<string, readonly NoticeTarget[]>();
  let last: Serving | undefined;
  do {
    const asking = last === undefined ? {} : { after: last.place };
    const page = await serving.findServing.executeWithOptions({ summary: 'What serves now?' }, [asking]);
    for (const one of page.filter(looking.looksAt)) {
      setCurrentDetails(`${seen.length} looked at; now **${one.place}** (\`${one.releaseId}\`)`);
      const { environment, place } = one;
      const look = one.unread === undefined ? await orUnknown(() => looking.look(one)) : notLooked(one.unread);
      seen.push({ environment, place, ...look });
      notices.set(environment, distinct([...(notices.get(environment) ?? []), ...one.notices]));
    }
    last = page.at(-1);
  } while (last?.more === true);
  return { seen, notices };
}

const distinct = (targets: readonly NoticeTarget[]): readonly NoticeTarget[] => [
  ...new Map(targets.map((target) => [JSON.stringify(target), target])).values(),
];

/** A step that breaks is no answer about what was released, and is said by its name. */
export async function orUnknown<T extends Found>(look: () => Promise<PlaceLook<T>>): Promise<PlaceLook<T>> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
    const { type, message } = failureOf(error);
    return notLooked(`${type}: ${message}`);
  }
}

function show<T extends Found>({ count, line }: Looking<T>, looks: readonly ReleasedLook<T>[], fresh: number): void {
  const found = looks.flatMap((look) => look.found);
  const more = looks.reduce((sum, look) => sum + look.more, 0);
  const unknown = looks.flatMap((look) => look.unknown.map(({ place, because }) => `- ${place} could not be looked at: ${because}`));
  const unnamed = looks.reduce((sum, look) => sum + look.moreUnknown, 0);
  setCurrentDetails(
    [
      `**${count(found.length + more)}, ${fresh} of them new**`,
      ...found.map((one) => `- ${line(one)}`),
      ...unknown,
      ...(unnamed === 0 ? [] : [`- and ${unnamed} more places`]),
    ].join('\n\n'),
  );
}

const noticeOf = <T extends Found>({ noticeOf: inWords }: Looking<T>, environment: string, found: readonly T[]): AnyNotice =>
  inWords({
    id: `${workflowInfo().workflowType}.${workflowInfo().runId}.${environment}`,
    at: now(),
    environment,
    found: found.slice(0, toldMax),
    more: Math.max(0, found.length - toldMax),
  });
