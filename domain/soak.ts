/**
 * One environment takes what another has run: the same model, or the same commit of the same stack, released there
 * at least so long ago, and not taken back since. Who released what is an argument, newest first, and so is time.
 */
import type { Digest } from './digest.ts';
import type { ReleaseOrder } from './order.ts';
import type { OutcomeKind } from './outcome.ts';

export interface SoakRule {
  readonly releasedIn: string;
  readonly soakHours: number;
}

/** What is released, as far as it takes to know it again elsewhere. Kept with every release where lists show it. */
export interface Parts {
  readonly model: { readonly version: string; readonly digest: Digest; readonly image: string } | null;
  readonly infrastructure: { readonly stack: string; readonly commit: string } | null;
  /** It brought back an earlier version. */
  readonly rollback: boolean;
}

export const partsOf = ({ model, infrastructure, source, rollback }: ReleaseOrder): Parts => ({
  model: model === undefined ? null : { version: model.version, digest: model.digest, image: model.image },
  infrastructure: infrastructure === undefined ? null : { stack: infrastructure.stack.name, commit: source.commit },
  rollback: rollback !== undefined,
});

export interface Former {
  readonly releaseId: string;
  /** Others changed nothing that stayed. */
  readonly outcome: Extract<OutcomeKind, 'released' | 'rolled back'>;
  /** RFC 3339. */
  readonly closedAt: string;
  readonly parts: Parts;
}

/** `undefined`: every part has soaked; else what is missing and what to do about it. */
export function whyNotSoaked(rule: SoakRule, parts: Parts, newestFirst: readonly Former[], nowMilliseconds: number): string | undefined {
  const { model, infrastructure } = parts;
  const oldestFirst = newestFirst.toReversed();
  const missing = [
    model === null ? undefined : whyNotLongEnough(rule, `model ${model.version}`, modelSince(model, oldestFirst), nowMilliseconds),
    infrastructure === null
      ? undefined
      : whyNotLongEnough(
          rule,
          `stack ${infrastructure.stack} at commit ${infrastructure.commit.slice(0, 12)}`,
          infrastructureSince(infrastructure, oldestFirst),
          nowMilliseconds,
        ),
  ].filter((one) => one !== undefined);
  return missing.length === 0 ? undefined : missing.join('; ');
}

type Since =
  | { readonly kind: 'never' }
  | { readonly kind: 'released'; readonly at: string; readonly by: string }
  | { readonly kind: 'taken back'; readonly at: string; readonly by: string };

function modelSince(wanted: NonNullable<Parts['model']>, oldestFirst: readonly Former[]): Since {
  let since: Since = { kind: 'never' };
  for (const { releaseId: by, outcome, closedAt: at, parts } of oldestFirst) {
    if (parts.model === null) continue;
    const isWanted = parts.model.digest === wanted.digest && parts.model.image === wanted.image;
    if (outcome === 'rolled back') {
      // The judge, or a person, has said no to this very model there.
      if (isWanted) since = { kind: 'taken back', at, by };
    } else if (isWanted) {
      if (since.kind !== 'released') since = { kind: 'released', at, by };
    } else if (parts.rollback && since.kind === 'released') since = { kind: 'taken back', at, by };
  }
  return since;
}

function infrastructureSince(wanted: NonNullable<Parts['infrastructure']>, oldestFirst: readonly Former[]): Since {
  const first = oldestFirst.find(
    ({ outcome, parts: { infrastructure } }) =>
      outcome === 'released' && infrastructure?.stack === wanted.stack && infrastructure.commit === wanted.commit,
  );
  return first === undefined ? { kind: 'never' } : { kind: 'released', at: first.closedAt, by: first.releaseId };
}

function whyNotLongEnough({ releasedIn, soakHours }: SoakRule, what: string, since: Since, nowMilliseconds: number): string | undefined {
  const again = `release it there${soakHours === 0 ? '' : `, let it run for ${soakHours} h`}, then ask again with the next attempt`;
  switch (since.kind) {
    case 'never':
      return `${what} was not released in ${releasedIn}: ${again}`;
    case 'taken back':
      return `${what} was taken back in ${releasedIn} at ${since.at} by ${since.by}: ${again}`;
    case 'released': {
      const from = Date.parse(since.at) + soakHours * 3_600_000;
      if (nowMilliseconds >= from) return undefined;
      return `${what} runs in ${releasedIn} since ${since.at} (${since.by}) and has to for ${soakHours} h: ask again with the next attempt from ${new Date(from).toISOString()}`;
    }
  }
}
