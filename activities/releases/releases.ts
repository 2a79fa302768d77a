/**
 * What was released before, from Temporal's lists: each release has its parts in its memo. Whether that is enough is
 * `domain/soak.ts`. What was found in the last of them, that release itself is asked.
 */
import { type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import { type FormerFindings, isComparable } from '../../domain/news.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import type { ReleasesPort } from '../../domain/ports.ts';
import { type Former, partsOf, whyNotSoaked } from '../../domain/soak.ts';
import { type ReleaseView, viewQueryName } from '../../domain/view.ts';
import { failure } from '../failure.ts';
import { partsIn } from './parts.ts';

/** Of each outcome. What has this many newer releases on top of it was not meant to go on any more. */
const formerMax = 50;

/** A worker has to answer, and replays the history first; whoever asks has 15 s for all it does. */
const answerWithinMs = 8_000;

export function createReleasesActivities({
  client,
  now = Date.now,
}: {
  readonly client: Client;
  readonly now?: () => number;
}): ReleasesPort {
  return {
    async checkSoak({ release, requires, parts }) {
      try {
        const both = await Promise.all(
          (['released', 'rolled back'] as const).map((outcome) => formerOf(client, release.service, requires.releasedIn, outcome)),
        );
        const newestFirst = both.flat().toSorted((a, b) => b.closedAt.localeCompare(a.closedAt));
        const because = whyNotSoaked(requires, parts, newestFirst, now());
        return because === undefined ? { kind: 'soaked' } : { kind: 'refused', because };
      } catch (error) {
        throw failure('temporal.unreachable', `Temporal did not answer: ${error instanceof Error ? error.name : 'unknown'}`);
      }
    },
  };
}

/** What was found in the last release here that this one can be compared with; `undefined`: it is the first. */
export const createFormerFindings =
  (client: Client) =>
  async (order: ReleaseOrder): Promise<FormerFindings | undefined> => {
    const parts = partsOf(order);
    const newestFirst = await formerOf(client, order.service, order.environment, 'released');
    const former = newestFirst.find((one) => isComparable(parts, one.parts));
    if (former === undefined) return undefined;
    const { releaseId } = former;
    const ask = () => client.workflow.getHandle(releaseId).query<ReleaseView>(viewQueryName);
    const { gate } = await client.withDeadline(Date.now() + answerWithinMs, ask);
    if (gate?.findings === undefined) throw failure('release.noFindings', `${releaseId} has kept no findings`);
    return { releaseId, findings: gate.findings };
  };

async function formerOf(client: Client, service: string, environment: string, outcome: Former['outcome']): Promise<readonly Former[]> {
  const found: Former[] = [];
  for await (const run of client.workflow.list({ query: formerQuery(service, environment, outcome) })) {
    const one = formerFrom(run, outcome);
    if (one !== undefined) found.push(one);
    if (found.length === formerMax) break;
  }
  return found;
}

const formerQuery = (service: string, environment: string, outcome: Former['outcome']): string =>
  `WorkflowType = 'release' AND ReleaseService = '${service}' AND ReleaseEnvironment = '${environment}' AND ReleaseOutcome = '${outcome}'`;

/** One from before parts were kept says nothing, and nothing is not enough. */
function formerFrom(run: WorkflowExecutionInfo, outcome: Former['outcome']): Former | undefined {
  const parts = partsIn(run);
  if (parts === undefined || run.closeTime === undefined) return undefined;
  return { releaseId: run.workflowId, outcome, closedAt: run.closeTime.toISOString(), parts };
}
