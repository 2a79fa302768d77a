/**
 * Asks OPA about one release. Decides nothing, and has no answer of its own: no answer from OPA is a failure,
 * never an allow.
 */
import { Context, log } from '@temporalio/activity';
import { type Digest, digestOf } from '../../domain/digest.ts';
import type { GateDecision } from '../../domain/gate.ts';
import { mergeFindings } from '../../domain/merged-findings.ts';
import { compared, type FormerFindings, newsOf } from '../../domain/news.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import type { PolicyPort } from '../../domain/ports.ts';
import { failure } from '../failure.ts';
import type { BlobStore } from '../tool/store.ts';
import { fingerprintsIn, readDecision } from './answer.ts';
import { inputOf, parseChange, parseManifests, parseReport, type Report } from './question.ts';

export interface PolicyDependencies {
  readonly store: BlobStore;
  /** Where merged findings are kept for the API. */
  readonly findings: BlobStore;
  /** Of the last release that this one can be compared with. */
  readonly formerFindings: (order: ReleaseOrder) => Promise<FormerFindings | undefined>;
  readonly fetch?: (address: URL, request: RequestInit & { readonly body: string }) => Promise<Response>;
  /** Revisions of the policies whose answer counts, as they are now. */
  readonly expected: () => Promise<readonly Digest[]>;
  readonly config: { readonly opaUrl: string };
}

/** OPA answers in milliseconds; a plan of some MiB takes a second. Temporal asks again. */
const answerWithinMs = 20_000;

export function createPolicyActivities(dependencies: PolicyDependencies): PolicyPort {
  const { store, findings, formerFindings, fetch = globalThis.fetch, expected, config } = dependencies;
  const address = new URL('/v1/data/plimsoll/release/decision?provenance=true', config.opaUrl);

  const ask = async (input: unknown): Promise<unknown> => {
    const signal = AbortSignal.any([Context.current().cancellationSignal, AbortSignal.timeout(answerWithinMs)]);
    try {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify({ input }), signal });
      const text = await response.text();
      if (response.ok) return parseBody(text);
      // 5xx is an OPA that starts or is in trouble, and may be well again; the rest is a question it cannot read.
      throw failure(response.status >= 500 ? 'policy.unreachable' : 'policy.malformed', `OPA answered with status ${response.status}`);
    } catch (error) {
      if (Context.current().cancellationSignal.aborted) return await Context.current().cancelled;
      if (error instanceof TypeError || error instanceof DOMException) throw failure('policy.unreachable', 'OPA did not answer');
      throw error;
    }
  };

  /** For people to read; it decides nothing, so that a release does not fail where it cannot be told. */
  const judgedBefore = async (order: ReleaseOrder): Promise<Before | undefined> => {
    try {
      const found = await formerFindings(order);
      if (found === undefined) return { releaseId: null, known: undefined };
      return { releaseId: found.releaseId, known: fingerprintsIn(await findings.getJson(found.findings)) };
    } catch (error) {
      log.warn('findings are not compared with an earlier release', { because: String(error) });
      return undefined;
    }
  };

  return {
    async judgeRelease({ order, stage, reports, change, manifests, firstRelease, at }) {
      const stored = await Promise.all(reports.map(async (blob) => parseReport(await store.getJson(blob))));
      const input = inputOf({
        order,
        stage,
        firstRelease,
        manifests: manifests ? parseManifests(new TextDecoder().decode(await store.get(manifests))) : null,
        at: at ?? new Date(Context.current().info.scheduledTimestampMs).toISOString(),
        reports: stored,
        change: change === null ? null : parseChange(await store.getJson(change)),
      });
      // Kept before it is asked: whoever doubts the answer can have it given again.
      const question = await store.putJson(input);
      const decision = readDecision(await ask(input), await expected());
      const fingerprints = fingerprintsOf(stored);
      // Asked about code, only a deny is kept.
      const before = stage === 'complete' || decision.kind === 'deny' ? await judgedBefore(order) : undefined;
      const found = compared(mergeFindings(stored, decision.waivers), before?.known);
      return {
        ...decision,
        question,
        findings: await findings.putJson(found),
        ...(before !== undefined && { news: newsOf(found, before.releaseId) }),
        findingsDigest: findingsDigestOf(fingerprints, decision.waivers),
        findingsCount: fingerprints.length,
      };
    },
  };
}

interface Before {
  readonly releaseId: string | null;
  readonly known: ReadonlySet<Digest> | undefined;
}

/** The same finding of two scans (code and plan) is one. */
const fingerprintsOf = (reports: readonly Report[]) =>
  [...new Set(reports.flatMap(({ findings }) => findings.map(({ fingerprint }) => fingerprint)))].toSorted();

/** An approval is of what was found and of what lets it pass: another waiver, owner or end is another statement. */
const findingsDigestOf = (fingerprints: readonly string[], waivers: GateDecision['waivers']) =>
  digestOf(waivers === undefined ? fingerprints : { fingerprints, waivers });

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw failure('policy.malformed', 'OPA did not answer in JSON');
  }
}
