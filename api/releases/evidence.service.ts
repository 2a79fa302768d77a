/** What the judge said about a release and what it had seen. Whoever may read the release may read these. */
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../../domain/caller.ts';
import { plotVerdict } from '../../domain/judge/plot.ts';
import type { ReleaseRecord } from '../../domain/record.ts';
import { Problem } from '../http/problem.ts';
import type { EvidenceReader } from '../store/evidence-reader.ts';
import type { ReleaseDescription, ReleasesGateway } from '../temporal/releases-gateway.ts';
import { COUNTS_STORE, RELEASES_GATEWAY } from '../tokens.ts';
import { progressOf } from './events.ts';
import { countsOf, decisiveOf, joinedCounts, stepsOf } from './evidence.ts';
import { ReleasesService } from './releases.service.ts';
import type { JudgedWeight, ReleaseVerdict } from './verdict-schemas.ts';

const recordsPerQuery = 100;
/** Days of a held release at a poll each few seconds; more is a matter for the store itself. */
const countsBytesMax = 64 * 1024 * 1024;

@Injectable()
export class EvidenceService {
  readonly #releases: ReleasesService;
  readonly #gateway: ReleasesGateway;
  readonly #store: EvidenceReader;

  constructor(
    @Inject(ReleasesService) releases: ReleasesService,
    @Inject(RELEASES_GATEWAY) gateway: ReleasesGateway,
    @Inject(COUNTS_STORE) store: EvidenceReader,
  ) {
    this.#releases = releases;
    this.#gateway = gateway;
    this.#store = store;
  }

  async verdict(id: string, weightPercent: number | undefined, by: Caller): Promise<ReleaseVerdict> {
    const release = await this.#releases.permitted(id, 'release.read', by);
    const steps = await this.#judged(release);
    const found = weightPercent === undefined ? decisiveOf(steps) : steps.findLast((step) => step.weightPercent === weightPercent);
    if (found === undefined) throw notJudged(release, weightPercent, steps);
    return { releaseId: id, ...found, steps };
  }

  async plot(id: string, weightPercent: number | undefined, by: Caller): Promise<string> {
    const found = await this.verdict(id, weightPercent, by);
    return plotVerdict(found.verdict, `${id} at ${found.weightPercent} %`);
  }

  async counts(id: string, by: Caller): Promise<string> {
    const release = await this.#releases.permitted(id, 'release.read', by);
    const blobs = countsOf(stepsOf(await this.#records(id)));
    if (blobs.length === 0) throw noCounts(release);
    const bytes = blobs.reduce((sum, blob) => sum + blob.bytes, 0);
    if (bytes > countsBytesMax)
      throw new Problem('release.noCounts', `the counts of ${id} are ${bytes} bytes; at most ${countsBytesMax} are handed out at once`);
    const texts = await Promise.all(blobs.map((blob) => this.#store.read(blob)));
    return joinedCounts(blobs.map(({ digest }, index) => ({ name: digest, text: texts[index] ?? '' })));
  }

  /** What was decided at each weight, and the newest look where nothing is yet. */
  async #judged(release: ReleaseDescription): Promise<readonly JudgedWeight[]> {
    const steps = stepsOf(await this.#records(release.id)).map(
      ({ weightPercent, decision, at, verdict }): JudgedWeight => ({ weightPercent, decision, at, verdict }),
    );
    const progress = release.status === 'running' ? progressOf(release.heartbeats) : undefined;
    return progress === undefined
      ? steps
      : [...steps, { weightPercent: release.weightPercent, decision: null, at: null, verdict: progress.verdict }];
  }

  async #records(id: string): Promise<readonly ReleaseRecord[]> {
    const records: ReleaseRecord[] = [];
    for (let more = true; more; ) {
      const page = await this.#gateway.records(id, records.at(-1)?.sequence ?? -1, recordsPerQuery);
      records.push(...page);
      more = page.length === recordsPerQuery;
    }
    return records;
  }
}

function notJudged(release: ReleaseDescription, weightPercent: number | undefined, steps: readonly JudgedWeight[]): Problem {
  const { id, phase, status, outcome } = release;
  if (weightPercent === undefined || steps.length === 0) {
    const now = status === 'running' ? `${phase}; the judge speaks while its new version has traffic` : `closed (${outcome ?? status})`;
    return new Problem('release.notJudged', `no verdict on ${id}: it is ${now}`);
  }
  const weights = [...new Set(steps.map((step) => step.weightPercent))];
  return new Problem('release.notJudged', `${id} was not judged at ${weightPercent} %`, {
    errors: [{ field: 'weightPercent', value: weightPercent, allowed: `a weight it was judged at: ${weights.join(', ')}` }],
  });
}

const noCounts = ({ id, status, phase }: ReleaseDescription): Problem =>
  new Problem(
    'release.noCounts',
    `no counts of ${id} are recorded: ${status === 'running' ? `it is ${phase}` : 'it ended before the judge had decided anything'}`,
  );
