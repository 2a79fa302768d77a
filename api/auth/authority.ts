/** Asks OPA whether a caller may do something. No answer is "no", and an answer nobody understands is one too. */
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Action, Caller, Resource } from '../../domain/caller.ts';
import { Problem } from '../http/problem.ts';
import { AUTHORITY } from '../tokens.ts';

export interface Answer {
  readonly allow: boolean;
  readonly code: string;
  readonly reason: string;
}

export interface Authority {
  decide(caller: Caller, action: Action, resource: Resource): Promise<Answer>;
  /** Throws when OPA does not answer. */
  ready(): Promise<void>;
}

const answer = z.object({ result: z.object({ allow: z.boolean(), code: z.string(), reason: z.string() }) });

/** OPA answers in a millisecond; two seconds are a machine in trouble. */
const timeoutMs = 2_000;

export function createOpaAuthority(opaUrl: string): Authority {
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
      const response = await ask('/v1/data/plimsoll/authz/decision', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ input: { caller, action, resource } }),
      });
      const parsed = answer.safeParse(await response.json().catch(() => undefined));
      if (!parsed.success)
        throw new Problem('policy.malformed', 'data.plimsoll.authz.decision is missing or not a decision', { cause: parsed.error });
      return parsed.data.result;
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

  constructor(@Inject(AUTHORITY) authority: Authority) {
    this.#authority = authority;
  }

  async require(caller: Caller, action: Action, resource: Resource): Promise<void> {
    const { allow, code, reason } = await this.#authority.decide(caller, action, resource);
    if (!allow)
      throw new Problem('caller.forbidden', reason, {
        errors: [{ field: 'caller', value: caller.subject, allowed: `${reason} (${code})` }],
      });
  }

  /** The same question once for each distinct resource. */
  reader(caller: Caller, action: Action): (resource: Resource) => Promise<boolean> {
    const asked = new Map<string, Promise<boolean>>();
    return (resource) => {
      const key = `${resource.service} ${resource.environment} ${resource.team}`;
      const known = asked.get(key) ?? this.#authority.decide(caller, action, resource).then(({ allow }) => allow);
      asked.set(key, known);
      return known;
    };
  }
}
