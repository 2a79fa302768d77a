/**
 * What was released before, from the ledger, which remembers longer than Temporal's lists. Whether that is enough is
 * `domain/soak.ts`.
 */
import { type Ended, type EndedReleases, placesOf } from '../../domain/ledger/ended.ts';
import { type FormerFindings, isComparable } from '../../domain/news.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import type { ReleasesPort } from '../../domain/ports.ts';
import type { RescanPort } from '../../domain/released/rescan.ts';
import { placeOf } from '../../domain/released/serving.ts';
import { type Former, type Parts, partsOf, whyNotSoaked } from '../../domain/soak.ts';
import { failure } from '../failure.ts';

/** What has this many newer releases on top of it was not meant to go on any more. */
const formerMax = 50;

export function createReleasesActivities({
  ended,
  now = Date.now,
}: {
  readonly ended: EndedReleases;
  readonly now?: () => number;
}): ReleasesPort {
  return {
    async checkSoak({ release, requires, parts }) {
      const formers = await formersOf(ended, release.service, requires.releasedIn, parts);
      const because = whyNotSoaked(requires, parts, formers, now());
      return because === undefined ? { kind: 'soaked' } : { kind: 'refused', because };
    },
  };
}

/** Those of the service that have one of these parts, newest first; each once, whichever of its parts are asked about. */
async function formersOf(ended: EndedReleases, service: string, environment: string, parts: Parts): Promise<readonly Former[]> {
  const places = [
    ...(parts.model === null ? [] : [placeOf({ service, environment, part: 'model', stack: null })]),
    ...(parts.infrastructure === null
      ? []
      : [placeOf({ service, environment, part: 'infrastructure', stack: parts.infrastructure.stack })]),
  ];
  const found = await Promise.all(
    places.map((place) => ended.at(place, { kinds: ['released', 'rolled back'] as const, limit: formerMax })),
  );
  const own = found.flat().filter(({ order }) => order.service === service);
  const formers = new Map(own.map((one) => [one.order.releaseId, formerOf(one)]));
  return [...formers.values()].toSorted((a, b) => b.closedAt.localeCompare(a.closedAt));
}

const formerOf = ({ order, kind, at }: Ended<Former['outcome']>): Former => ({
  releaseId: order.releaseId,
  outcome: kind,
  closedAt: at,
  parts: partsOf(order),
});

/** What was found in the last release here that this one can be compared with; `undefined`: it is the first. */
export const createFormerFindings =
  ({ ended, readJudgement }: { readonly ended: EndedReleases } & Pick<RescanPort, 'readJudgement'>) =>
  async (order: ReleaseOrder): Promise<FormerFindings | undefined> => {
    const former = await comparable(ended, order);
    if (former === undefined) return undefined;
    const { releaseId } = former.order;
    const judgement = await readJudgement({ releaseId });
    if (judgement === null) throw failure('release.noFindings', `${releaseId} has kept no findings`);
    return { releaseId, findings: judgement.findings };
  };

/** Any of its places does: what can be compared has all of its parts, and stands at each of them. */
async function comparable(ended: EndedReleases, order: ReleaseOrder): Promise<Ended | undefined> {
  const parts = partsOf(order);
  const [place = ''] = placesOf(order);
  let looked = 0;
  for await (const former of ended.newest(place, ['released'])) {
    if (former.order.service === order.service && isComparable(parts, partsOf(former.order))) return former;
    looked += 1;
    if (looked === formerMax) break;
  }
  return undefined;
}
