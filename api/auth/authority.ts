/** Asks OPA whether a caller may do something. No answer is "no", and an answer nobody understands is one too. */
import { readFile } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Action, Caller, Resource } from '../../domain/caller.ts';
import type { Digest } from '../../domain/digest.ts';
import { revisionsIn, whyUnexpected } from '../../domain/policy-revisions.ts';
import { Problem } from '../http/problem.ts';
import { Acts } from '../refusals/acts.ts';
import { AUTHORITY } from '../tokens.ts';

export interface Answer {
  readonly allow: boolean;
  readonly code: string;
  readonly reason: string;
  /** Of the policies that answered. */
  readonly revision?: string | undefined;
}

export interface Authority {
  decide(caller: Caller, action: Action, resource: Resource): Promise<Answer>;
  /** Throws when OPA does not answer. */
  ready(): Promise<void>;
}

const answer = z.object({
  result: z.object({ allow: z.boolean(), code: z.string(), reason: z.string() }),
  provenance: z.object({ bundles: z.record(z.string(), z.object({ revision: z.string() })).default({}) }),
});

/** Read anew each time: a new bundle needs no new API. */
async function expectedIn(file: string): Promise<readonly Digest[]> {
  try {
    return revisionsIn(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Problem('policy.unexpected', 'nobody can say whether this is allowed: which policies are expected is not known', {
      cause: error,
    });
  }
}

/** OPA answers in a millisecond; on a machine that is busy with others in a second or two. */
const timeoutMs = 5_000;

/** `revisionsFile`: which policies may answer. */
export function createOpaAuthority(opaUrl: string, revisionsFile: string): Authority {
  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    try {
      const response = await fetch(`${opaUrl}${path}`, { ...init, signal: AbortSignal.timeout(timeoutMs) });
      if (!response.ok) throw new Error(`OPA answered ${response.status}`);
      return response;
    } catch (error) {
      throw new Problem('policy.unreachable', 'nobody can say whether this is allowed: OPA does not answer', { cause: error });
    }
  };
  return {
    async decide(caller, action, resource) {
      const response = await ask('/v1/data/plimsoll/authz/decision?provenance=true', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ input: { caller, action, resource } }),
      });
      const parsed = answer.safeParse(await response.json().catch(() => undefined));
      if (!parsed.success)
        throw new Problem('policy.malformed', 'data.plimsoll.authz.decision is missing or not a decision', { cause: parsed.error });
      const { result, provenance } = parsed.data;
      const revisions = Object.values(provenance.bundles).map(({ revision }) => revision);
      const unexpected = whyUnexpected(revisions, await expectedIn(revisionsFile));
      if (unexpected !== undefined) throw new Problem('policy.unexpected', `nobody can say whether this is allowed: ${unexpected}`);
      return { ...result, revision: revisions.join(' ') };
    },
    async ready() {
      await ask('/health', { method: 'GET' });
    },
  };
}

/** What services call: either it is allowed, or the request ends here with the reason. */
@Injectable()
export class Access {
  readonly #authority: Authority;
  readonly #acts: Acts;

  constructor(@Inject(AUTHORITY) authority: Authority, @Inject(Acts) acts: Acts) {
    this.#authority = authority;
    this.#acts = acts;
  }

  async require(caller: Caller, action: Action, resource: Resource): Promise<void> {
    const { allow, code, reason } = await this.#decide(caller, action, resource);
    if (!allow)
      throw new Problem('caller.forbidden', reason, {
        errors: [{ field: 'caller', value: caller.subject, allowed: `${reason} (${code})` }],
      });
  }

  /** The same question once for each distinct resource. */
  reader(caller: Caller, action: Action): (resource: Resource) => Promise<boolean> {
    const asked = new Map<string, Promise<boolean>>();
    return (resource) => {
      const key = JSON.stringify(resource);
      const known = asked.get(key) ?? this.#decide(caller, action, resource).then(({ allow }) => allow);
      asked.set(key, known);
      return known;
    };
  }

  /** Whatever is asked, the ledger hears which policies answer from now on. */
  async #decide(caller: Caller, action: Action, resource: Resource): Promise<Answer> {
    const answer = await this.#authority.decide(caller, action, resource);
    if (answer.revision !== undefined) this.#acts.seen('policies in force', answer.revision);
    return answer;
  }
}
