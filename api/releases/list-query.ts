/** Filters into Temporal's visibility language. Values are quoted here and nowhere else. */
import { invariant } from '../../domain/assert.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { releaseType } from '../temporal/temporal-gateway.ts';

export interface ListTerms {
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  readonly phase?: string | undefined;
  readonly outcome?: string | undefined;
  readonly requester?: string | undefined;
  /** Only releases of these teams; none of them is none at all. */
  readonly teams?: readonly string[] | undefined;
  readonly running?: boolean | undefined;
}

const fields = ['service', 'environment', 'phase', 'outcome', 'requester'] as const;

export function listQuery(terms: ListTerms): string {
  const equal = fields.flatMap((field) => {
    const value = terms[field];
    return value === undefined ? [] : [`${searchAttributes[field].name} = ${quoted(value)}`];
  });
  return [
    `WorkflowType = ${quoted(releaseType)}`,
    ...equal,
    ...(terms.teams === undefined ? [] : [`${searchAttributes.team.name} IN (${terms.teams.map(quoted).join(', ')})`]),
    ...(terms.running === true ? ["ExecutionStatus = 'Running'"] : []),
  ].join(' AND ');
}

/** The language has several ways to escape; none is needed by anything we look for. */
function quoted(value: string): string {
  invariant(!/['"\\`\p{Cc}]/u.test(value), 'a value of a filter has no quotes, back-slashes or control characters');
  return `'${value}'`;
}
