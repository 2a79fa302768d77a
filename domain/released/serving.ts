/**
 * What serves now: of every service's model in each environment, and of every Terraform stack, the newest that was
 * released. Who went back to an earlier version has released that one again, so that it is the newest.
 */
import type { NoticeTarget } from '../notice.ts';

export type Part = 'model' | 'infrastructure';

export interface Serving {
  readonly releaseId: string;
  readonly service: string;
  readonly environment: string;
  readonly team: string;
  readonly part: Part;
  /** Of infrastructure; a model has none. */
  readonly stack: string | null;
  /** What nothing else serves: `placeOf`. */
  readonly place: string;
  /** When it was released, RFC 3339. */
  readonly since: string;
  /** Who hears of it: those of its environment, and those who hear of everything. */
  readonly notices: readonly NoticeTarget[];
  /** Why the record of what serves there cannot be believed: then no release is known, and nobody can look at it. */
  readonly unread?: string | undefined;
  /** There are others after this one: whoever wants them asks again. */
  readonly more?: true | undefined;
}

/** Two services may release one stack; the newest of them is what is there. */
export const placeOf = ({ environment, service, part, stack }: Pick<Serving, 'environment' | 'service' | 'part' | 'stack'>): string =>
  `${environment}/${part}/${stack ?? service}`;

export interface ServingPort {
  /** In the order of their places, a page at a time: the last one of a page says whether there are more. */
  findServing(input: {
    /** The place that the page before ended with. */
    readonly after?: string | undefined;
  }): Promise<readonly Serving[]>;
  /** Who has, or had, the stack of this one in hand since it was released. */
  findSuccessors(input: { readonly serving: Serving }): Promise<Successors>;
}

/** Ids of releases of the same stack; what ended last goes first. */
export interface Successors {
  readonly open: readonly string[];
  /** However they ended: whether they left anything, their records say. */
  readonly ended: readonly string[];
}
