/** What serves now, from the ledger: of each place the newest that was released there, however long ago. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { log } from '@temporalio/activity';
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { canonicalText } from '../../domain/digest.ts';
import { type Ended, type EndedReleases, endKinds, placedPartsOf } from '../../domain/ledger/ended.ts';
import type { NoticeTarget } from '../../domain/notice.ts';
import { placeOf, type Serving, type ServingPort } from '../../domain/released/serving.ts';
import { failure, isFailure } from '../failure.ts';
import { partsIn } from './parts.ts';

/** Half of what a message may hold. */
const pageCharactersMax = 16_000;
/** A bucket takes far more at once; the worker has other things to do. */
const placesAtOnce = 20;

interface ServingDependencies {
  readonly ended: EndedReleases;
  /** Who has a stack in hand, only Temporal knows. */
  readonly client: Client;
  /** The catalog's folder: what is not in it any more is nobody's to look after. */
  readonly catalog: string;
  /** Who hears of everything. */
  readonly tell: readonly NoticeTarget[];
  readonly pageMax?: number;
}

export function createServingActivities({ ended, client, catalog, tell, pageMax = pageCharactersMax }: ServingDependencies): ServingPort {
  return {
    async findServing({ after = '' }) {
      const { services, environments } = await keptIn(catalog);
      const places = (await ended.places()).filter((place) => place > after && environments.has(place.split('/')[0] ?? ''));
      const page: Serving[] = [];
      let size = 0;
      for await (const one of newestAt(ended, places)) {
        if ('serves' in one && !services.has(one.serves.order.service)) continue;
        const serving = 'serves' in one ? servingOf(one, tell) : unreadAt(one, tell);
        size += JSON.stringify(serving).length;
        const last = page.at(-1);
        if (last !== undefined && size > pageMax) return [...page.slice(0, -1), { ...last, more: true }];
        page.push(serving);
      }
      return page;
    },

    async findSuccessors({ serving }) {
      const { place, since, releaseId } = serving;
      // Asked for first: one that ends in between has its name in the ledger by then.
      const open = await openAt(client, serving);
      const others: string[] = [];
      for await (const { order, at } of ended.newest(place, endKinds)) {
        if (at <= since || others.length === successorsMax) break;
        if (order.releaseId !== releaseId) others.push(order.releaseId);
      }
      return { open, ended: others };
    },
  };
}

/** About 13 KiB. So many that ended without being released have not left much between them. */
const successorsMax = 200;

async function openAt(client: Client, { environment, stack, releaseId }: Serving): Promise<readonly string[]> {
  const query = `WorkflowType = 'release' AND ReleaseEnvironment = '${environment}' AND ExecutionStatus = 'Running'`;
  const open: string[] = [];
  try {
    for await (const run of client.workflow.list({ query })) if (mayHave(run, stack)) open.push(run.workflowId);
  } catch (error) {
    throw failure('temporal.unreachable', `Temporal did not answer: ${error instanceof Error ? error.name : 'unknown'}`);
  }
  return open.filter((id) => id !== releaseId).slice(0, successorsMax);
}

/** One that does not say what it has may have anything. */
const mayHave = (run: WorkflowExecutionInfo, stack: string | null): boolean => {
  const parts = partsIn(run);
  return parts === undefined || parts.infrastructure?.stack === stack;
};

/**
 * For whoever looks at what these releases are: each once, whatever of it serves. One record that cannot be believed keeps
 * nobody from hearing of the rest.
 */
export const createServingReleases = (ended: EndedReleases) => async (): Promise<readonly Ended[]> => {
  const releases = new Map<string, Ended>();
  for await (const one of newestAt(ended, await ended.places()))
    if ('serves' in one) releases.set(one.serves.order.releaseId, one.serves);
    else log.error('what serves at a place is not known: its record cannot be believed', one);
  return [...releases.values()];
};

interface Newest {
  readonly place: string;
  readonly serves: Ended;
}
interface Unread {
  readonly place: string;
  /** What is wrong with it, `plimsoll verify` says. */
  readonly unread: string;
}

/** Who went back to an earlier version has released that one again, so that it is the newest. */
async function* newestAt(ended: EndedReleases, places: readonly string[]): AsyncIterable<Newest | Unread> {
  for (let start = 0; start < places.length; start += placesAtOnce) {
    const found = await Promise.all(places.slice(start, start + placesAtOnce).map((place) => newestOf(ended, place)));
    yield* found.flat();
  }
}

async function newestOf(ended: EndedReleases, place: string): Promise<readonly (Newest | Unread)[]> {
  try {
    return (await ended.at(place, { kinds: ['released'], limit: 1 })).map((serves) => ({ place, serves }));
  } catch (error) {
    if (isFailure(error, 'ledger.forked')) return [{ place, unread: error.message }];
    throw error;
  }
}

function servingOf({ place, serves: { order, at: since } }: Newest, tell: readonly NoticeTarget[]): Serving {
  const { releaseId, service, environment, team } = order;
  const { part, stack } = placedPartsOf(order).find((one) => placeOf(one) === place) ?? { part: 'model', stack: null };
  return { releaseId, service, environment, team, part, stack, place, since, notices: distinct([...tell, ...(order.notices ?? [])]) };
}

function unreadAt({ place, unread }: Unread, notices: readonly NoticeTarget[]): Serving {
  const [environment = '', part, name = ''] = place.split('/');
  const known: Pick<Serving, 'part' | 'service' | 'stack'> =
    part === 'infrastructure' ? { part, service: '', stack: name } : { part: 'model', service: name, stack: null };
  return { releaseId: '', team: '', since: '', environment, ...known, place, notices, unread };
}

/** A service or an environment that was taken out of the catalog is not released any more, and what it left is not looked after. */
async function keptIn(catalog: string): Promise<{ readonly services: ReadonlySet<string>; readonly environments: ReadonlySet<string> }> {
  const [services, environments] = await Promise.all([namesIn(join(catalog, 'services')), namesIn(join(catalog, 'environments'))]);
  return { services, environments };
}

const namesIn = async (folder: string): Promise<ReadonlySet<string>> =>
  new Set((await readdir(folder)).map((file) => file.replace(/\.ya?ml$/, '')));

/** The ledger writes members in the order of their names, a catalog as somebody wrote them. */
const distinct = (targets: readonly NoticeTarget[]): readonly NoticeTarget[] => [
  ...new Map(targets.map((target) => [canonicalText(target), target])).values(),
];
